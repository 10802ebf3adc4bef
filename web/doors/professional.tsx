import { I18nProvider } from 'react-aria-components/I18nProvider'
import { Redirect, Route, Switch } from 'wouter'
import type { Language } from '../format.ts'
import { useLanguage } from '../i18n.ts'
import { ContactsPage } from '../pages/contacts.tsx'
import { NotFoundPage } from '../pages/not-found.tsx'
import { ProfessionalShell } from '../parts/professional-shell.tsx'

const ARIA_LOCALES: Record<Language, string> = { en: 'en-US', fr: 'fr-FR', es: 'es-ES' }

/** The app of the professionals. */
export function ProfessionalDoor() {
  return (
    <I18nProvider locale={ARIA_LOCALES[useLanguage()]}>
      <ProfessionalShell>
        <Switch>
          <Route path="/">
            <Redirect to="/contacts" replace />
          </Route>
          <Route path="/contacts" component={ContactsPage} />
          <Route component={NotFoundPage} />
        </Switch>
      </ProfessionalShell>
    </I18nProvider>
  )
}
