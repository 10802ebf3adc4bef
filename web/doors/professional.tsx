import { I18nProvider } from 'react-aria-components/I18nProvider'
import { Redirect, Route, Switch } from 'wouter'
import type { Language } from '../format.ts'
import { useLanguage, useT, withMessages } from '../i18n.ts'
import { ContactsPage } from '../pages/contacts/contacts-page.tsx'
import { NotFoundPage } from '../pages/not-found.tsx'
import { ClientPage } from '../pages/record/client-page.tsx'
import { GroupPage } from '../pages/record/group-page.tsx'
import { late } from '../parts/late.tsx'
import { PageHeader } from '../parts/page-header.tsx'
import { ProfessionalShell } from '../parts/professional-shell.tsx'

const AdministrationPage = late(() =>
  withMessages(import('../pages/administration/administration-page.tsx'), 'administration').then(
    (page) => page.AdministrationPage,
  ),
)

const Security = late(() =>
  withMessages(import('../pages/security/security.tsx'), 'security', 'welcome').then((page) => page.Security),
)

const Notifications = late(() =>
  withMessages(import('../pages/notifications/notifications.tsx'), 'involvement').then(
    (page) => page.Notifications,
  ),
)

const ARIA_LOCALES: Record<Language, string> = { en: 'en-US', fr: 'fr-FR', es: 'es-ES' }

const CLIENT_TABS = ['stakeholders', 'record', 'view'] as const
const ADMINISTRATION_TABS = ['branches', 'company', 'deleted', 'audit', 'check'] as const
const GROUP_TABS = ['members', 'stakeholders', 'record'] as const

function is<Tab extends string>(tabs: readonly Tab[], tab: string): tab is Tab {
  return (tabs as readonly string[]).includes(tab)
}

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
          <Route path="/clients/:id">{({ id }) => <ClientPage clientId={id} tab="files" />}</Route>
          <Route path="/clients/:id/:tab">
            {({ id, tab }) =>
              is(CLIENT_TABS, tab) ? <ClientPage clientId={id} tab={tab} /> : <NotFoundPage />
            }
          </Route>
          <Route path="/groups/:id">{({ id }) => <GroupPage groupId={id} tab="files" />}</Route>
          <Route path="/groups/:id/:tab">
            {({ id, tab }) => (is(GROUP_TABS, tab) ? <GroupPage groupId={id} tab={tab} /> : <NotFoundPage />)}
          </Route>
          <Route path="/security" component={SecurityPage} />
          <Route path="/notifications" component={NotificationsPage} />
          <Route path="/administration">
            <AdministrationPage tab="people" />
          </Route>
          <Route path="/administration/:tab">
            {({ tab }) =>
              is(ADMINISTRATION_TABS, tab) ? <AdministrationPage tab={tab} /> : <NotFoundPage />
            }
          </Route>
          <Route component={NotFoundPage} />
        </Switch>
      </ProfessionalShell>
    </I18nProvider>
  )
}

function SecurityPage() {
  const t = useT()
  return (
    <>
      <PageHeader title={t('security')} />
      <Security />
    </>
  )
}

function NotificationsPage() {
  return (
    <>
      <PageHeader title={useT()('notifications')} />
      <Notifications />
    </>
  )
}
