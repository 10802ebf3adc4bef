import { useT } from '../i18n.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { WelcomeShell } from '../parts/welcome-shell.tsx'
import { enter, useMe } from '../session.ts'
import { WaysIn } from './sign-in/ways-in.tsx'

/** Stands at whatever address one came for, which then appears. */
export function SignInPage() {
  const t = useT()
  return (
    <WelcomeShell title={t('sign_in_title')} lead={t('sign_in_lead')}>
      <WaysIn onIn={enter} />
    </WelcomeShell>
  )
}

/** Over the page when the session ended under it, so that what was typed there stays. */
export function SignInAgain() {
  const t = useT()
  const { person } = useMe()
  return (
    <Dialog
      title={t('sign_in_again_title')}
      actions={
        <Button look="quiet" onClick={() => location.assign('/sign-in')}>
          {t('sign_in_someone_else')}
        </Button>
      }
    >
      <p>{t('sign_in_again_lead')}</p>
      <WaysIn email={person.email} onIn={enter} />
    </Dialog>
  )
}

/** Before something that only its owner may change, when they signed in a while ago. */
export function ConfirmItIsYou({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const t = useT()
  const { person } = useMe()
  return (
    <Dialog title={t('confirm_you_title')} onClose={onClose}>
      <p>{t('confirm_you_lead')}</p>
      <WaysIn
        email={person.email}
        onIn={async () => {
          await enter()
          onDone()
        }}
      />
    </Dialog>
  )
}
