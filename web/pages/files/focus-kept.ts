import { type RefObject, useEffect, useRef } from 'react'
import type { Item } from '../../../core/api/shapes.ts'

/** Puts the keyboard on the item in the list that it was on last. */
export function focusItem(section: HTMLElement | null): void {
  section?.querySelector<HTMLElement>('[data-id][tabindex="0"]')?.focus()
}

/** When a bar or a dialog goes with the focus in it, or an item that has it, the focus comes back to the list. */
export function useFocusKept(
  section: RefObject<HTMLElement | null>,
  { items, isThere }: { items: readonly Item[]; isThere: boolean },
): void {
  const focused = useRef<Element>(null)
  useEffect(() => {
    const note = ({ target }: FocusEvent) => {
      focused.current = target instanceof Element && section.current?.contains(target) ? target : null
    }
    addEventListener('focusin', note)
    return () => removeEventListener('focusin', note)
  }, [section])
  // biome-ignore lint/correctness/useExhaustiveDependencies: with these an item may have gone
  useEffect(() => {
    if (focused.current?.isConnected === false && document.activeElement === document.body)
      focusItem(section.current)
  }, [section, items])

  const wasThere = useRef(isThere)
  useEffect(() => {
    const went = wasThere.current && !isThere
    wasThere.current = isThere
    if (!went) return
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) focusItem(section.current)
    })
  }, [section, isThere])
}
