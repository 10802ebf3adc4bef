import { FileSearch, LogOut, ShieldCheck } from 'lucide-react'
import { useT } from '../i18n.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { ClientHeader } from '../parts/client-shell.tsx'
import { LanguageChoice, ThemeChoice } from '../parts/preferences.tsx'
import { attempt } from '../parts/toasts.tsx'
import { askAndSignOut, changeHat, useMe } from '../session.ts'
import css from './account.module.css'

/** A client's own account. */
export function AccountPage() {
  const t = useT()
  const { person, hat, hats } = useMe()
  return (
    <>
      <ClientHeader title={t('account')} />
      <div className={css.card}>
        <div>
          <p className={css.name}>{person.name}</p>
          <p className={css.email}>{person.email}</p>
        </div>
        <LanguageChoice />
        <ThemeChoice />
      </div>
      {hats.length > 1 && (
        <section className={css.hats}>
          <h2>{t('act_as')}</h2>
          {hats
            .filter((other) => other.id !== hat?.id)
            .map((other) => (
              <Button key={other.id} onClick={() => attempt(changeHat(other.id))}>
                {other.kind === 'professional' ? `${other.name} · ${other.company.name}` : other.name}
              </Button>
            ))}
        </section>
      )}
      <div className={css.ends}>
        <ButtonLink icon={FileSearch} href="/openings">
          {t('openings')}
        </ButtonLink>
        <ButtonLink icon={ShieldCheck} href="/security">
          {t('security')}
        </ButtonLink>
        <Button icon={LogOut} onClick={() => attempt(askAndSignOut())}>
          {t('sign_out')}
        </Button>
      </div>
    </>
  )
}
