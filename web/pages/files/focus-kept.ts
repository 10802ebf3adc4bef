import { type RefObject, useEffect, useRef } from 'react'

/** Puts the keyboard on the item in the list that it was on last. */
export function focusItem(section: HTMLElement | null): void {
  section?.querySelector<HTMLElement>('[data-id][tabindex="0"]')?.focus()
}

/** When a bar or a dialog goes with the focus in it, the focus comes back to the list. */
export function useFocusKept(section: RefObject<HTMLElement | null>, isThere: boolean): void {
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
