import { type RefObject, useEffect } from 'react'

const LINE = 64

/** Lets the keys that scroll move a part of the layer wherever in the layer the focus is. */
export function useScrollKeys(scroller: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      const view = scroller.current
      const { target, key, altKey, ctrlKey, metaKey } = event
      if (!view || !(target instanceof Element) || altKey || ctrlKey || metaKey) return
      if (target !== document.body && !target.closest('[role=dialog]')?.contains(view)) return
      if (target.closest('dialog, video, audio')) return
      const wide = view.scrollWidth > view.clientWidth + 1
      const page = view.clientHeight * 0.9
      const to: Record<string, [number, number] | undefined> = {
        ArrowUp: [0, -LINE],
        ArrowDown: [0, LINE],
        PageUp: [0, -page],
        PageDown: [0, page],
        Home: [0, -view.scrollHeight],
        End: [0, view.scrollHeight],
        ArrowLeft: wide ? [-LINE, 0] : undefined,
        ArrowRight: wide ? [LINE, 0] : undefined,
      }
      const [left, top] = to[key] ?? []
      if (left === undefined || top === undefined) return
      event.preventDefault()
      view.scrollBy({ left, top })
    }
    // Before the viewer, which would step to the next item.
    addEventListener('keydown', press, true)
    return () => removeEventListener('keydown', press, true)
  }, [scroller])
}
