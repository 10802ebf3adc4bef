import { Redirect, Route, Switch } from 'wouter'
import { AccountPage } from '../pages/account.tsx'
import { ClientFilesPage } from '../pages/client/files-page.tsx'
import { NotFoundPage } from '../pages/not-found.tsx'
import { ClientShell } from '../parts/client-shell.tsx'

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
        <Route component={NotFoundPage} />
      </Switch>
    </ClientShell>
  )
}
