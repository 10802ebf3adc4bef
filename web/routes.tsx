import { LogOut } from 'lucide-react'
import { lazy, Suspense, useEffect } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import type { Me } from '../core/api/account.ts'
import { recall } from './device.ts'
import { useT, withMessages } from './i18n.ts'
import { Button } from './parts/button.tsx'
import { FailedShell, WelcomeShell } from './parts/welcome-shell.tsx'
import css from './routes.module.css'
import { signOut, useSession, useSessionEnded, welcome } from './session.ts'

const doors = {
  professional: () =>
    withMessages(import('./doors/professional.tsx'), 'professional', 'uploads').then((door) => ({
      default: door.ProfessionalDoor,
    })),
  client: () =>
    withMessages(import('./doors/client.tsx'), 'client').then((door) => ({ default: door.ClientDoor })),
}
const ProfessionalDoor = lazy(doors.professional)
const ClientDoor = lazy(doors.client)
const SetUpPage = lazy(() =>
  withMessages(import('./pages/set-up.tsx'), 'welcome').then((page) => ({ default: page.SetUpPage })),
)
const signIn = () => withMessages(import('./pages/sign-in.tsx'), 'welcome')
const SignInPage = lazy(() => signIn().then((page) => ({ default: page.SignInPage })))
const SignInAgain = lazy(() => signIn().then((page) => ({ default: page.SignInAgain })))
const LinkPage = lazy(() =>
  withMessages(import('./pages/sign-in/link-page.tsx'), 'welcome').then((page) => ({
    default: page.LinkPage,
  })),
)
const SecondFactorNeeded = lazy(() =>
  withMessages(import('./pages/security/second-factor-needed.tsx'), 'security', 'welcome').then((page) => ({
    default: page.SecondFactorNeeded,
  })),
)
const RequestPage = lazy(() =>
  withMessages(import('./pages/requests/request-page.tsx'), 'involvement').then((page) => ({
    default: page.RequestPage,
  })),
)
const OpenRequests = lazy(() =>
  withMessages(import('./pages/requests/open-requests.tsx'), 'involvement').then((page) => ({
    default: page.OpenRequests,
  })),
)
const InvitationPage = lazy(() =>
  withMessages(import('./pages/invitation.tsx'), 'welcome').then((page) => ({
    default: page.InvitationPage,
  })),
)

/** Begins to fetch the door used here last or the page to sign in, while the server is asked who one is. */
export function fetchLikelyDoor(): void {
  const door = recall('door')
  void (door === 'professional' || door === 'client' ? doors[door]() : signIn())
}

/** Which page stands at which address. */
export function Routes() {
  return (
    <Suspense fallback={<Waiting />}>
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
    </Suspense>
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
      <Suspense>{ended && <SignInAgain />}</Suspense>
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
