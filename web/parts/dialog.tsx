import { X } from 'lucide-react'
import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from 'react'
import { useT } from '../i18n.ts'
import { IconButton } from './button.tsx'
import { cx } from './class-names.ts'
import css from './dialog.module.css'
import { useOutsidePress } from './outside-press.ts'

/**
 * A modal dialog, open for as long as it is mounted; a sheet from the bottom on phones. Focus goes to what has
 * `data-first-focus`, else to the first field, else to the first of the actions (put the harmless one first), and
 * back where it was when the dialog closes.
 */
export function Dialog({
  title,
  onClose,
  actions,
  size = 'small',
  steady = false,
  children,
}: {
  title: string
  /** Asked for by Escape, the X, or a press outside. Without it, the dialog can only be answered. */
  onClose?: (() => void) | undefined
  /** Buttons at the bottom, the main one last. */
  actions?: ReactNode
  size?: 'small' | 'medium'
  /** For choices that are commented below: as a sheet it has one height, or they would move while one chooses. */
  steady?: boolean
  children?: ReactNode
}) {
  const t = useT()
  const titleId = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const foot = useRef<HTMLElement>(null)

  useLayoutEffect(() => {
    const element = dialog.current
    element?.showModal()
    const first =
      body.current?.querySelector<HTMLElement>('[data-first-focus]') ??
      body.current?.querySelector<HTMLElement>('input, select, textarea') ??
      foot.current?.querySelector<HTMLElement>('button, a') ??
      body.current?.querySelector<HTMLElement>('button, a')
    first?.focus()
    return () => element?.close()
  }, [])

  useEffect(() => {
    const { style } = document.documentElement
    const before = style.overflow
    style.overflow = 'hidden'
    return () => {
      style.overflow = before
    }
  }, [])

  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      className={cx(css.dialog, css[size], steady && css.steady)}
      onCancel={(event) => {
        event.preventDefault()
        onClose?.()
      }}
      {...useOutsidePress(onClose)}
    >
      <div className={css.sheet}>
        <header className={css.head}>
          <h2 id={titleId}>{title}</h2>
          {onClose && <IconButton icon={X} label={t('close')} onClick={onClose} />}
        </header>
        <div className={css.body} ref={body}>
          {children}
        </div>
        {actions && (
          <footer className={css.foot} ref={foot}>
            {actions}
          </footer>
        )}
      </div>
    </dialog>
  )
}
