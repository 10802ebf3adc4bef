import { CircleAlert, type LucideIcon, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { errorSentence } from '../api.ts'
import { useT } from '../i18n.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import css from './states.module.css'

/** An empty place: what it is for, and what to do next. */
export function EmptyState({
  icon,
  title,
  heading: Heading = 'h2',
  children,
  action,
}: {
  icon: LucideIcon
  title: string
  /** `h1` where nothing else is on the page. */
  heading?: 'h1' | 'h2'
  /** One sentence. */
  children?: ReactNode
  /** A `Button`, if there is something that one may do. */
  action?: ReactNode
}) {
  return (
    <div className={css.state}>
      <span className={css.well}>
        <Icon of={icon} size={24} />
      </span>
      <Heading>{title}</Heading>
      {children && <p>{children}</p>}
      {action}
    </div>
  )
}

/** Something could not be shown: what happened, that nothing was lost, and a way to try again or another way on. */
export function ErrorState({
  error,
  onRetry,
  action,
}: {
  error: unknown
  onRetry?: (() => void) | undefined
  action?: ReactNode
}) {
  const t = useT()
  return (
    <div className={css.state} role="alert">
      <span className={css.well}>
        <Icon of={CircleAlert} size={24} />
      </span>
      <h2>{t('error_title')}</h2>
      <p>{errorSentence(error)}</p>
      {onRetry && (
        <Button icon={RotateCw} onClick={onRetry}>
          {t('try_again')}
        </Button>
      )}
      {action}
    </div>
  )
}

/** Grey shapes where something is on its way. `rows` draws a list of that many. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
  const t = useT()
  return (
    <div role="status" className={css.skeleton}>
      <span className="visually-hidden">{t('loading')}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of nothing have no other name
        <div key={row} className={css.row} aria-hidden="true">
          <i className={css.square} />
          <i className={css.bar} />
          <i className={css.end} />
        </div>
      ))}
    </div>
  )
}

/** How far something is, from 0 to 1; null while nobody knows. */
export function Progress({ value, label }: { value: number | null; label: string }) {
  return <progress className={css.progress} aria-label={label} max={1} {...(value !== null && { value })} />
}
