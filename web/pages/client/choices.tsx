import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from '../../parts/class-names.ts'
import { Icon } from '../../parts/icon.tsx'
import css from './choices.module.css'

/** A few things to do, one under another, each as wide as the thumb reaches. */
export function Choices({ children }: { children: ReactNode }) {
  return <div className={css.choices}>{children}</div>
}

export function Choice({
  icon,
  danger = false,
  onClick,
  children,
}: {
  icon: LucideIcon
  danger?: boolean
  onClick: () => void
  children: string
}) {
  return (
    <button type="button" className={cx(css.choice, danger && css.danger)} onClick={onClick}>
      <Icon of={icon} size={20} />
      {children}
    </button>
  )
}

/** A choice of files on the device: a picker, the camera or the gallery, as `accept` and `capture` say. */
export function FileChoice({
  icon,
  accept,
  capture,
  onPick,
  children,
}: {
  icon: LucideIcon
  accept?: string
  /** Takes a picture now, of what is in front of the device. */
  capture?: boolean
  onPick: (input: HTMLInputElement) => void
  children: string
}) {
  return (
    <label className={css.choice}>
      <Icon of={icon} size={20} />
      {children}
      <input
        type="file"
        className="visually-hidden"
        accept={accept}
        multiple={!capture}
        {...(capture && { capture: 'environment' as const })}
        onChange={(event) => onPick(event.currentTarget)}
      />
    </label>
  )
}
