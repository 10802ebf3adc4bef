import { Bell as Shape } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { useFormat, useT } from '../i18n.ts'
import { useWaiting } from '../inbox.ts'
import css from './bell.module.css'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'

const MOST = 99

/** The way to what one was told and asked, with how many of it wait. Where there is room, `named`. */
export function Bell({ className, named = false }: { className?: string | undefined; named?: boolean }) {
  const t = useT()
  const format = useFormat()
  const waiting = useWaiting()
  const [location] = useLocation()
  return (
    <Link
      href="/notifications"
      className={cx(css.bell, !named && css.alone, className)}
      aria-label={waiting === 0 ? t('notifications') : t('notifications_waiting', { count: waiting })}
      aria-current={location === '/notifications' ? 'page' : undefined}
      {...(!named && { 'data-tooltip': '' })}
    >
      <Icon of={Shape} size={20} />
      {named && <span className={css.word}>{t('notifications')}</span>}{' '}
      {waiting > 0 && (
        <span className={css.count} aria-hidden="true">
          {waiting > MOST ? `${format.number(MOST)}+` : format.number(waiting)}
        </span>
      )}
    </Link>
  )
}
