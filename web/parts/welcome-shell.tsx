import { RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { errorSentence } from '../api.ts'
import { useT } from '../i18n.ts'
import { Button } from './button.tsx'
import { Logo } from './logo.tsx'
import { Main, useTitle } from './main.tsx'
import { LanguageChoice, ThemeChoice } from './preferences.tsx'
import css from './welcome-shell.module.css'

/** What stands around the pages before one is in, and the choice of language and theme. */
export function WelcomeShell({
  title,
  lead,
  action,
  children,
}: {
  title: string
  lead?: ReactNode
  /** The one thing to do, where there is no form. */
  action?: ReactNode
  /** Something to fill in, on a card. */
  children?: ReactNode
}) {
  useTitle(title)
  return (
    <div className={css.shell}>
      <header className={css.top}>
        <Logo />
      </header>
      <Main className={css.main}>
        <h1>{title}</h1>
        {lead && <p className={css.lead}>{lead}</p>}
        {action && <div className={css.action}>{action}</div>}
        {children && <div className={css.card}>{children}</div>}
      </Main>
      <footer className={css.choices}>
        <LanguageChoice labelHidden />
        <ThemeChoice labelHidden />
      </footer>
    </div>
  )
}

/** The same, when not even the first question could be answered. */
export function FailedShell({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useT()
  return (
    <WelcomeShell
      title={t('error_title')}
      lead={errorSentence(error)}
      action={
        <Button icon={RotateCw} onClick={onRetry}>
          {t('try_again')}
        </Button>
      }
    />
  )
}
