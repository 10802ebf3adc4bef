import { Redirect, Route, Switch } from 'wouter'
import { useT, withMessages } from '../i18n.ts'
import { ClientFilesPage } from '../pages/client/files-page.tsx'
import { NotFoundPage } from '../pages/not-found.tsx'
import { ClientHeader, ClientShell } from '../parts/client-shell.tsx'
import { late } from '../parts/late.tsx'

const Security = late(() =>
  withMessages(import('../pages/security/security.tsx'), 'security', 'welcome').then((page) => page.Security),
)

const Notifications = late(() =>
  withMessages(import('../pages/notifications/notifications.tsx'), 'involvement').then(
    (page) => page.Notifications,
  ),
)
const ProfessionalsPage = late(() =>
  withMessages(import('../pages/client/professionals-page.tsx'), 'involvement').then(
    (page) => page.ProfessionalsPage,
  ),
)
const AccountPage = late(() => import('../pages/account.tsx').then((page) => page.AccountPage))
const OpeningsPage = late(() =>
  withMessages(import('../pages/client/openings-page.tsx'), 'openings').then((page) => page.OpeningsPage),
)

/** The app of the clients: nothing here may import React Aria, which is for the professionals' door. */
export function ClientDoor() {
  return (
    <ClientShell>
      <Switch>
        <Route path="/">
          <Redirect to="/files" replace />
        </Route>
        <Route path="/files/:folderId?" component={ClientFilesPage} />
        <Route path="/professionals">
          <ProfessionalsPage />
        </Route>
        <Route path="/notifications" component={NotificationsPage} />
        <Route path="/account">
          <AccountPage />
        </Route>
        <Route path="/openings">
          <OpeningsPage />
        </Route>
        <Route path="/security" component={SecurityPage} />
        <Route component={NotFoundPage} />
      </Switch>
    </ClientShell>
  )
}

function NotificationsPage() {
  return (
    <>
      <ClientHeader title={useT()('notifications')} />
      <Notifications />
    </>
  )
}

function SecurityPage() {
  const t = useT()
  return (
    <>
      <ClientHeader title={t('security')} back={{ href: '/account', label: t('account') }} />
      <Security />
    </>
  )
}
