import type { ReactNode } from 'react'
import { Logo } from './logo.tsx'
import { Main, useTitle } from './main.tsx'
import { LanguageChoice, ThemeChoice } from './preferences.tsx'
import css from './welcome-shell.module.css'

/** What stands around the pages before one is in: a card, and the choice of language and theme. */
export function WelcomeShell({
  title,
  lead,
  children,
}: {
  title: string
  lead?: ReactNode
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
        {children && <div className={css.card}>{children}</div>}
      </Main>
      <footer className={css.choices}>
        <LanguageChoice labelHidden />
        <ThemeChoice labelHidden />
      </footer>
    </div>
  )
}
