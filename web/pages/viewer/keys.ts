import { type RefObject, useEffect, useRef } from 'react'

/** Where arrows have a meaning of their own. */
const TAKEN = 'input, textarea, select, video, audio'

/**
 * What keys do while a layer is the only one that can be reached. Menus and dialogs opened from it have their own,
 * and so do controls, but for Escape.
 */
export function useKeys(
  layer: RefObject<HTMLElement | null>,
  actions: [key: string, act: () => void][],
): void {
  const latest = useRef(actions)
  useEffect(() => {
    latest.current = actions
  })
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      const { target, key, altKey, ctrlKey, metaKey, shiftKey } = event
      if (!(target instanceof Element) || event.defaultPrevented) return
      if (altKey || ctrlKey || metaKey || shiftKey || target.closest('dialog')) return
      // The body has the focus when what had it went away, such as a button that another file does not have.
      if (target !== document.body && !layer.current?.contains(target)) return
      if (key !== 'Escape' && target.closest(TAKEN)) return
      latest.current.find(([name]) => name === key)?.[1]()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [layer])
}
