import { lazy, Suspense } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { useT, withMessages } from '../i18n.ts'
import { AccountPage } from '../pages/account.tsx'
import { ClientFilesPage } from '../pages/client/files-page.tsx'
import { NotFoundPage } from '../pages/not-found.tsx'
import { ClientHeader, ClientShell } from '../parts/client-shell.tsx'

const Security = lazy(() =>
  withMessages(import('../pages/security/security.tsx'), 'security').then((page) => ({
    default: page.Security,
  })),
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
        <Route path="/account" component={AccountPage} />
        <Route path="/security" component={SecurityPage} />
        <Route component={NotFoundPage} />
      </Switch>
    </ClientShell>
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
