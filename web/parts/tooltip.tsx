import { useEffect, useRef } from 'react'
import css from './tooltip.module.css'

/**
 * Shows the label of any icon button under a resting mouse or a keyboard's focus; Escape hides it. One for the
 * whole app, mounted once: buttons only carry `data-tooltip`. Screen readers have the label itself.
 */
export function Tooltips() {
  const bubble = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const until = new AbortController()
    // Not needed before the page stands.
    void import('./labels.ts').then(
      ({ showLabels }) => bubble.current && showLabels(bubble.current, until.signal),
    )
    return () => until.abort()
  }, [])

  return (
    <div
      ref={bubble}
      popover="manual"
      aria-hidden="true"
      data-react-aria-top-layer="true"
      className={css.tip}
    />
  )
}
