import { ChevronLeft, CircleUserRound, Folder, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { type MessageKey, useT, withMessages } from '../i18n.ts'
import { useMe } from '../session.ts'
import { Avatar } from './avatar.tsx'
import { Bell } from './bell.tsx'
import css from './client-shell.module.css'
import { Icon } from './icon.tsx'
import { late } from './late.tsx'
import { Logo } from './logo.tsx'
import { Main, useTitle } from './main.tsx'
import { Toasts } from './toasts.tsx'
import { Tooltips } from './tooltip.tsx'

const UploadPanel = late(() =>
  withMessages(import('../uploads/upload-panel.tsx'), 'uploads').then((panel) => panel.UploadPanel),
)

const PLACES = [
  { href: '/files', icon: Folder, name: 'files' },
  { href: '/professionals', icon: Users, name: 'professionals' },
  { href: '/account', icon: CircleUserRound, name: 'account' },
] as const satisfies { href: string; icon: typeof Folder; name: MessageKey }[]

/** What stands around every page of a client: a phone's, first of all. */
export function ClientShell({ children }: { children: ReactNode }) {
  const t = useT()
  const [location] = useLocation()
  return (
    <div className={css.shell}>
      <Main className={css.main}>{children}</Main>
      <header className={css.bar}>
        <Link href="/" className={css.home}>
          <Logo />
        </Link>
        <nav aria-label={t('main_navigation')} className={css.places}>
          {PLACES.map((place) => (
            <Link
              key={place.href}
              href={place.href}
              aria-current={location.startsWith(place.href) ? 'page' : undefined}
            >
              <Icon of={place.icon} size={22} />
              {t(place.name)}
            </Link>
          ))}
        </nav>
      </header>
      <UploadPanel />
      <Toasts />
      <Tooltips />
    </div>
  )
}

/** The big title of a client's page, with the bell, the way to the account, and back to where `back` says. */
export function ClientHeader({
  title,
  back,
}: {
  title: string
  back?: { href: string; label: string } | undefined
}) {
  const t = useT()
  const { person } = useMe()
  useTitle(title)
  return (
    <header className={css.header}>
      <div className={css.words}>
        {back && (
          <Link href={back.href} className={css.back}>
            <Icon of={ChevronLeft} />
            {back.label}
          </Link>
        )}
        <h1>{title}</h1>
      </div>
      <Bell className={css.bell} />
      <Link href="/account" aria-label={t('account')} className={css.me}>
        <Avatar name={person.name} size="large" />
      </Link>
    </header>
  )
}
