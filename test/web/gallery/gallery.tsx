import { QueryClientProvider } from '@tanstack/react-query'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { createRoot } from 'react-dom/client'
import { Route, Switch } from 'wouter'
import type { Hat, Me } from '../../../core/api/account.ts'
import { api, queries } from '../../../web/api.ts'
import { firstLanguage, showLanguage, withMessages } from '../../../web/i18n.ts'
import '../../../web/theme.css'
import { ClientShell } from '../../../web/parts/client-shell.tsx'
import { ProfessionalShell } from '../../../web/parts/professional-shell.tsx'
import { ClientExample } from './client-example.tsx'
import { LateExample } from './late-example.tsx'
import { PartsExample } from './parts-example.tsx'
import { ProfessionalExample } from './professional-example.tsx'

const id = '0b4d7c1e-5a52-4c3e-9d7c-2f6f5d9f0a11'

function signInAs(hat: Hat): void {
  const person = {
    id,
    name: hat.name,
    email: 'mariel@example.test',
    language: 'en',
    theme: 'system',
  } as const
  const me: Me = { person, hat, hats: [hat] }
  queries.setQueryData(api.account.readMe.queryKey(), me)
}

if (location.pathname === '/client') signInAs({ kind: 'client', id, name: 'Camille Tremblay' })
else {
  signInAs({
    kind: 'professional',
    id,
    name: 'Mariel Essiambre',
    profile: 'employee',
    company: { id, name: 'Kinésio Rive-Nord', defaultLevel: 'me' },
    secondFactorNeeded: false,
    branches: [],
    can: {
      createClients: true,
      createGroups: false,
      writeFiles: true,
      administer: false,
      administerCompany: false,
    },
  })
}
await withMessages(Promise.resolve(), 'professional', 'client')
await showLanguage(firstLanguage())

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <QueryClientProvider client={queries}>
      <I18nProvider locale={document.documentElement.lang}>
        <Switch>
          <Route path="/late" component={LateExample} />
          <Route path="/client">
            <ClientShell>
              <ClientExample />
            </ClientShell>
          </Route>
          <Route>
            <ProfessionalShell>
              <Switch>
                <Route path="/professional" component={ProfessionalExample} />
                <Route component={PartsExample} />
              </Switch>
            </ProfessionalShell>
          </Route>
        </Switch>
      </I18nProvider>
    </QueryClientProvider>,
  )
}
