import { lazy, Suspense } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { useT, withMessages } from '../i18n.ts'
import { ClientFilesPage } from '../pages/client/files-page.tsx'
import { NotFoundPage } from '../pages/not-found.tsx'
import { ClientHeader, ClientShell } from '../parts/client-shell.tsx'

const Security = lazy(() =>
  withMessages(import('../pages/security/security.tsx'), 'security', 'welcome').then((page) => ({
    default: page.Security,
  })),
)

const Notifications = lazy(() =>
  withMessages(import('../pages/notifications/notifications.tsx'), 'involvement').then((page) => ({
    default: page.Notifications,
  })),
)
const ProfessionalsPage = lazy(() =>
  withMessages(import('../pages/client/professionals-page.tsx'), 'involvement').then((page) => ({
    default: page.ProfessionalsPage,
  })),
)
const AccountPage = lazy(() => import('../pages/account.tsx').then((page) => ({ default: page.AccountPage })))
const OpeningsPage = lazy(() =>
  import('../pages/client/openings-page.tsx').then((page) => ({ default: page.OpeningsPage })),
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
          <Suspense fallback={null}>
            <ProfessionalsPage />
          </Suspense>
        </Route>
        <Route path="/notifications" component={NotificationsPage} />
        <Route path="/account">
          <Suspense fallback={null}>
            <AccountPage />
          </Suspense>
        </Route>
        <Route path="/openings">
          <Suspense fallback={null}>
            <OpeningsPage />
          </Suspense>
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
      <Suspense fallback={null}>
        <Notifications />
      </Suspense>
    </>
  )
}

function SecurityPage() {
  const t = useT()
  return (
    <>
      <ClientHeader title={t('security')} back={{ href: '/account', label: t('account') }} />
      <Suspense fallback={null}>
        <Security />
      </Suspense>
    </>
  )
}
