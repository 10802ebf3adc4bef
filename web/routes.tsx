import { LogOut } from 'lucide-react'
import { useEffect } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import type { Me } from '../core/api/account.ts'
import { recall } from './device.ts'
import { useT, withMessages } from './i18n.ts'
import { Button } from './parts/button.tsx'
import { late } from './parts/late.tsx'
import { FailedShell, WelcomeShell } from './parts/welcome-shell.tsx'
import css from './routes.module.css'
import { signOut, useSession, useSessionEnded, welcome } from './session.ts'

const ProfessionalDoor = late(
  () =>
    withMessages(import('./doors/professional.tsx'), 'professional', 'changes', 'uploads').then(
      (door) => door.ProfessionalDoor,
    ),
  <Waiting />,
)
const ClientDoor = late(
  () => withMessages(import('./doors/client.tsx'), 'client').then((door) => door.ClientDoor),
  <Waiting />,
)
const SetUpPage = late(
  () => withMessages(import('./pages/set-up.tsx'), 'welcome').then((page) => page.SetUpPage),
  <Waiting />,
)
const signIn = () => withMessages(import('./pages/sign-in.tsx'), 'welcome')
const SignInPage = late(() => signIn().then((page) => page.SignInPage), <Waiting />)
const SignInAgain = late(() => signIn().then((page) => page.SignInAgain))
const LinkPage = late(
  () => withMessages(import('./pages/sign-in/link-page.tsx'), 'welcome').then((page) => page.LinkPage),
  <Waiting />,
)
const SecondFactorNeeded = late(
  () =>
    withMessages(import('./pages/security/second-factor-needed.tsx'), 'security', 'welcome').then(
      (page) => page.SecondFactorNeeded,
    ),
  <Waiting />,
)
const RequestPage = late(
  () =>
    withMessages(import('./pages/requests/request-page.tsx'), 'involvement').then((page) => page.RequestPage),
  <Waiting />,
)
const OpenRequests = late(() =>
  withMessages(import('./pages/requests/open-requests.tsx'), 'involvement').then((page) => page.OpenRequests),
)
const InvitationPage = late(
  () => withMessages(import('./pages/invitation.tsx'), 'welcome').then((page) => page.InvitationPage),
  <Waiting />,
)

const DOORS: Record<string, { fetch: () => Promise<void> }> = {
  professional: ProfessionalDoor,
  client: ClientDoor,
}

/** Begins to fetch the door used here last or the page to sign in, while the server is asked who one is. */
export function fetchLikelyDoor(): void {
  void (DOORS[recall('door') ?? ''] ?? SignInPage).fetch()
}

/** Which page stands at which address. */
export function Routes() {
  return (
    <Switch>
      <Route path="/setup" component={SetUpPage} />
      <Route path="/invitation" component={InvitationPage} />
      <Route path="/request" component={RequestPage} />
      <Route path="/sign-in/link">
        <LinkPage purpose="link" />
      </Route>
      <Route path="/sign-in/reset">
        <LinkPage purpose="reset" />
      </Route>
      <Route component={Inside} />
    </Switch>
  )
}

function Inside() {
  const session = useSession()
  if (session.state === 'loading') return <Waiting />
  if (session.state === 'out') return <SignInPage />
  if (session.state === 'in') return <SignedIn me={session.me} />
  return <FailedShell error={session.error} onRetry={session.retry} />
}

function SignedIn({ me }: { me: Me }) {
  const ended = useSessionEnded()
  useEffect(() => {
    void welcome(me)
  }, [me])
  const Door = doorOf(me)
  return (
    <>
      <Switch>
        <Route path="/sign-in">
          <Redirect to="/" replace />
        </Route>
        <Route component={Door} />
      </Switch>
      {ended && <SignInAgain />}
    </>
  )
}

function doorOf({ hat }: Me) {
  if (hat === null) return Nowhere
  if (hat.kind === 'client') return ClientDoor
  return hat.secondFactorNeeded ? SecondFactorNeeded : ProfessionalDoor
}

/** An account that belongs nowhere any more; it may be asked somewhere. */
function Nowhere() {
  const t = useT()
  return (
    <WelcomeShell
      title={t('nowhere_title')}
      lead={t('nowhere_lead')}
      action={
        <>
          <OpenRequests />
          <Button icon={LogOut} onClick={() => void signOut()}>
            {t('sign_out')}
          </Button>
        </>
      }
    />
  )
}

/** Shows only if it takes long. */
function Waiting() {
  const t = useT()
  return (
    <div role="status" className={css.waiting}>
      <span className="visually-hidden">{t('loading')}</span>
    </div>
  )
}
