import { type RefObject, useEffect, useRef } from 'react'

/**
 * Makes an element the only one that can be reached while it is there: all beside it is inert, but for toasts,
 * menus and dialogs opened from it, which stand above (a `<dialog>` of ours would cover the first two). It takes the
 * focus and, when it goes, gives it back, or to the item shown last where that is another than the one it was on.
 */
export function useModalLayer(layer: RefObject<HTMLElement | null>, itemId: string): void {
  const before = useRef<Element | null>(null)
  const first = useRef(itemId)
  const last = useRef(itemId)
  useEffect(() => {
    last.current = itemId
  }, [itemId])
  useEffect(() => {
    // What is made inert loses the focus.
    before.current = document.activeElement
    const sealed = new Set<HTMLElement>()
    const kept = new Set<Node>()
    function seal(nodes: Iterable<Node>): void {
      for (const node of nodes) {
        if (kept.has(node) || !(node instanceof HTMLElement) || node.inert) continue
        if (node.matches('dialog, [data-react-aria-top-layer]')) continue
        // A form stands around its dialog.
        if (node.querySelector('dialog')) continue
        node.inert = true
        sealed.add(node)
      }
    }
    // The list beside may come later than the layer, but not to the body: only menus are added there.
    const watch = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) seal(addedNodes)
    })
    for (let at = layer.current; at && at !== document.body; at = at.parentElement) {
      kept.add(at)
      seal(at.parentElement?.children ?? [])
      if (at.parentElement && at.parentElement !== document.body) {
        watch.observe(at.parentElement, { childList: true })
      }
    }
    layer.current?.focus({ preventScroll: true })
    const { style } = document.documentElement
    const overflow = style.overflow
    style.overflow = 'hidden'
    return () => {
      watch.disconnect()
      style.overflow = overflow
      for (const node of sealed) node.inert = false
      const item = document.querySelector<HTMLElement>(`[data-id="${CSS.escape(last.current)}"]`)
      if (item && last.current !== first.current) {
        item.focus({ preventScroll: true })
        // After the browser, which on the way back scrolls to where one was.
        requestAnimationFrame(() => item.scrollIntoView({ block: 'nearest' }))
      } else if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true })
    }
  }, [layer])
}
