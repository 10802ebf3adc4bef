import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { cx } from '../../parts/class-names.ts'
import { useOutsidePress } from '../../parts/outside-press.ts'
import css from './panel.module.css'

/**
 * A small modal panel beside the bar at the bottom, on one of its sides, or under the one at the top; a sheet on phones. It is open for
 * as long as it is mounted. Escape and a press outside ask it to close.
 */
export function Panel({
  title,
  side,
  onClose,
  children,
}: {
  title: string
  side: 'left' | 'right' | 'top'
  onClose: () => void
  children: ReactNode
}) {
  const titleId = useId()
  const panel = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const element = panel.current
    element?.showModal()
    element?.focus()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={panel}
      aria-labelledby={titleId}
      tabIndex={-1}
      className={cx(css.panel, css[side])}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      {...useOutsidePress(onClose)}
    >
      <div className={css.inside}>
        <h2 id={titleId}>{title}</h2>
        {children}
      </div>
    </dialog>
  )
}
