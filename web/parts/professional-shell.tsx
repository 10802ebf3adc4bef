import { LogOut, Settings, ShieldCheck, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'
import { LANGUAGES, type Language } from '../format.ts'
import { type MessageKey, useLanguage, useT } from '../i18n.ts'
import { askAndSignOut, changeHat, choose, useMe, useProfessional } from '../session.ts'
import { THEMES, type Theme, useTheme } from '../theme.ts'
import { UploadPanel } from '../uploads/upload-panel.tsx'
import { Avatar } from './avatar.tsx'
import { Bell } from './bell.tsx'
import { Icon } from './icon.tsx'
import { Logo } from './logo.tsx'
import { Main } from './main.tsx'
import { Menu, MenuItem, MenuSection } from './menu.tsx'
import { LANGUAGE_NAMES, THEME_ICONS, THEME_NAMES } from './preferences.tsx'
import css from './professional-shell.module.css'
import { attempt, Toasts } from './toasts.tsx'
import { Tooltips } from './tooltip.tsx'

const PLACES = [
  { href: '/contacts', within: /^\/(contacts|clients|groups)/, icon: Users, name: 'contacts' },
  {
    href: '/administration',
    within: /^\/administration/,
    icon: Settings,
    name: 'admin',
    ability: 'administer',
  },
] as const satisfies {
  href: string
  within: RegExp
  icon: typeof Users
  name: MessageKey
  /** Shown only to who may. */
  ability?: keyof ReturnType<typeof useProfessional>['can']
}[]

/** What stands around every page of a professional: where one can go, and one's account. */
export function ProfessionalShell({ children }: { children: ReactNode }) {
  const t = useT()
  const { can } = useProfessional()
  const [location] = useLocation()
  const places = PLACES.filter((place) => !('ability' in place) || can[place.ability])
  return (
    <div className={css.shell}>
      <a href="#main" className={css.skip}>
        {t('skip_to_content')}
      </a>
      <header className={css.side}>
        <Link href="/" className={css.home}>
          <Logo />
        </Link>
        <nav aria-label={t('main_navigation')} className={css.places}>
          {places.map((place) => (
            <Link
              key={place.href}
              href={place.href}
              className={css.place}
              aria-current={place.within.test(location) ? 'page' : undefined}
            >
              <Icon of={place.icon} />
              {t(place.name)}
            </Link>
          ))}
        </nav>
        <Bell named className={css.bell} />
        <AccountMenu />
      </header>
      <Main className={css.main}>{children}</Main>
      <UploadPanel levels />
      <Toasts />
      <Tooltips />
    </div>
  )
}

function AccountMenu() {
  const t = useT()
  const { person, hats } = useMe()
  const hat = useProfessional()
  const [, navigate] = useLocation()
  const language = useLanguage()
  const theme = useTheme()
  return (
    <Menu
      label={t('account')}
      placement="top start"
      trigger={
        <button type="button" className={css.account}>
          <Avatar name={person.name} size="small" />
          <span className={css.name}>{person.name}</span>
        </button>
      }
      head={
        <>
          <p className={css.who}>{person.name}</p>
          <p className={css.what}>{person.email}</p>
          <p className={css.what}>{hat.company.name}</p>
        </>
      }
    >
      {hats.length > 1 && (
        <MenuSection title={t('act_as')} selected={hat.id} onSelect={(id) => attempt(changeHat(id))}>
          {hats.map((other) => (
            <MenuItem
              key={other.id}
              id={other.id}
              {...(other.kind === 'professional' && { detail: other.company.name })}
            >
              {other.name}
            </MenuItem>
          ))}
        </MenuSection>
      )}
      <MenuSection
        title={t('language')}
        selected={language}
        onSelect={(id) => attempt(choose({ language: id as Language }))}
      >
        {LANGUAGES.map((each) => (
          <MenuItem key={each} id={each}>
            {LANGUAGE_NAMES[each]}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuSection
        title={t('theme')}
        selected={theme}
        onSelect={(id) => attempt(choose({ theme: id as Theme }))}
      >
        {THEMES.map((each) => (
          <MenuItem key={each} id={each} icon={THEME_ICONS[each]}>
            {t(THEME_NAMES[each])}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuSection>
        <MenuItem icon={ShieldCheck} onAction={() => navigate('/security')}>
          {t('security')}
        </MenuItem>
        <MenuItem icon={LogOut} onAction={() => attempt(askAndSignOut())}>
          {t('sign_out')}
        </MenuItem>
      </MenuSection>
    </Menu>
  )
}
