import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import type { Item } from '../../../core/api/shapes.ts'

/**
 * From folder to folder: a folder opened begins at the top, the way back returns to where one was, and the
 * keyboard goes on from the folder one came out of, or from the first row.
 */
export function useFolderSteps({
  folderId,
  items,
  ready,
  section,
  onGo,
}: {
  folderId: string | null
  items: readonly Item[]
  /** Whether the items are those of this folder. */
  ready: boolean
  section: RefObject<HTMLElement | null>
  /** Puts the keyboard on an item. */
  onGo: (id: string) => void
}): void {
  const shown = useRef(folderId)
  const positions = useRef(new Map<string | null, number>())
  const wentBack = useRef(false)
  const byKeys = useRef(false)

  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    addEventListener('popstate', () => (wentBack.current = true), { signal })
    addEventListener('keydown', () => (byKeys.current = true), { signal, capture: true })
    addEventListener('pointerdown', () => (byKeys.current = false), { signal, capture: true })
    const note = () => {
      // While one folder gives way to another, the page scrolls by itself.
      const here = new URLSearchParams(location.search).get('folder')
      if (here === shown.current) positions.current.set(here, scrollY)
    }
    addEventListener('scroll', note, { signal, passive: true })
    return () => stop.abort()
  }, [])

  useLayoutEffect(() => {
    if (!ready || shown.current === folderId) return
    const from = shown.current
    shown.current = folderId
    const former = wentBack.current ? positions.current.get(folderId) : undefined
    wentBack.current = false
    const top = (section.current?.getBoundingClientRect().top ?? 0) + scrollY
    if (former !== undefined) scrollTo(0, former)
    else if (scrollY > top) scrollTo(0, top)
    const goal = items.find(({ id }) => id === from) ?? items[0]
    if (!goal) return
    onGo(goal.id)
    if (!byKeys.current || document.activeElement !== document.body) return
    // Once its row has been drawn.
    requestAnimationFrame(() => {
      section.current?.querySelector<HTMLElement>(`[data-id="${goal.id}"]`)?.focus({ preventScroll: true })
    })
  })
}
