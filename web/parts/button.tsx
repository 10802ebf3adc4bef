import { LoaderCircle, type LucideIcon } from 'lucide-react'
import type { ComponentPropsWithRef, ReactNode } from 'react'
import { Link } from 'wouter'
import css from './button.module.css'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'

type Look = 'primary' | 'plain' | 'quiet' | 'danger'

interface Appearance {
  /** `primary`: the one main action of a screen; `plain`: outlined; `quiet`: no border; `danger`: deletes. */
  look?: Look | undefined
  icon?: LucideIcon
  /** `large` is the phone's floating and full-width size. */
  size?: 'medium' | 'large' | undefined
  children: ReactNode
}

interface ButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'children'>, Appearance {
  /** Shows that the action is under way, and ignores presses meanwhile without losing focus. */
  busy?: boolean
  /** An icon after the words, such as the arrow of a menu. */
  after?: LucideIcon
}

function classes(
  { look = 'plain', size = 'medium' }: Pick<Appearance, 'look' | 'size'>,
  extra?: string,
): string {
  return cx(css.button, css[look], size === 'large' && css.large, extra)
}

/** A push button; takes all that a `<button>` takes. */
export function Button({ look, icon, size, busy, after, children, className, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      {...(busy && { 'aria-disabled': true, 'aria-busy': true, onClick: (event) => event.preventDefault() })}
      className={classes({ look, size }, className)}
    >
      {busy ? <Icon of={LoaderCircle} className={css.spinner} /> : icon && <Icon of={icon} />}
      <span className={css.words}>{children}</span>
      {after && <Icon of={after} size={16} />}
    </button>
  )
}

/** A link to another place in the app that looks like a button. */
export function ButtonLink({ look, icon, size, href, children }: Appearance & { href: string }) {
  return (
    <Link href={href} className={classes({ look, size })}>
      {icon && <Icon of={icon} />}
      <span className={css.words}>{children}</span>
    </Link>
  )
}

interface IconButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'children' | 'aria-label'> {
  icon: LucideIcon
  /** Its name, also shown as a tooltip. */
  label: string
  /** `outlined` beside other plain buttons. */
  look?: 'quiet' | 'outlined'
}

/** A button of an icon alone. */
export function IconButton({ icon, label, look = 'quiet', className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      data-tooltip=""
      className={cx(css.button, css.square, look === 'outlined' ? css.plain : css.quiet, className)}
    >
      <Icon of={icon} />
    </button>
  )
}
