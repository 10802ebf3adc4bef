import { type RefObject, useEffect, useRef } from 'react'

/**
 * Makes an element the only one that can be reached while it is there: all beside it is inert, but for toasts and
 * menus, which stand above (a `<dialog>` would cover them). It takes the focus, and gives it back when it goes.
 */
export function useModalLayer(layer: RefObject<HTMLElement | null>): void {
  const before = useRef<Element | null>(null)
  useEffect(() => {
    // What is made inert loses the focus.
    before.current = document.activeElement
    const beside: HTMLElement[] = []
    for (let at = layer.current; at && at !== document.body; at = at.parentElement) {
      for (const other of at.parentElement?.children ?? []) {
        const reached = other === at || other.hasAttribute('data-react-aria-top-layer')
        if (reached || !(other instanceof HTMLElement) || other.inert) continue
        other.inert = true
        beside.push(other)
      }
    }
    layer.current?.focus({ preventScroll: true })
    const { style } = document.documentElement
    const overflow = style.overflow
    style.overflow = 'hidden'
    return () => {
      style.overflow = overflow
      for (const other of beside) other.inert = false
      if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true })
    }
  }, [layer])
}
