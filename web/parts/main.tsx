import { type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useLocation } from 'wouter'

let title = ''
const listeners = new Set<() => void>()

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

/** Names the page, in the browser's tab and to screen readers. */
export function useTitle(next: string): void {
  useEffect(() => {
    title = next
    document.title = next === '' ? 'Carnet' : `${next} · Carnet`
    for (const changed of listeners) changed()
  }, [next])
}

let wentBack = false
addEventListener('popstate', () => {
  wentBack = true
})

/**
 * The main part of a page. On the way to another page it begins at the top, tells screen readers where one is,
 * and takes the focus if what had it is gone.
 */
export function Main({ className, children }: { className?: string | undefined; children: ReactNode }) {
  const main = useRef<HTMLElement>(null)
  const [location] = useLocation()
  const shown = useRef(location)
  const spoken = useSyncExternalStore(subscribe, () => title)
  const [moved, setMoved] = useState(false)

  useEffect(() => {
    if (shown.current === location) return
    shown.current = location
    // The browser speaks the first page by itself, and puts the scroll back on the way back.
    setMoved(true)
    if (!wentBack) scrollTo(0, 0)
    wentBack = false
    if (document.activeElement === document.body) main.current?.focus({ preventScroll: true })
  }, [location])

  return (
    <main ref={main} id="main" tabIndex={-1} className={className}>
      <p role="status" className="visually-hidden">
        {moved && spoken}
      </p>
      {children}
    </main>
  )
}
