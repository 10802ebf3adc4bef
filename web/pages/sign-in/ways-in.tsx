import { KeyRound, Mail } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { SignedIn } from '../../../core/api/security.ts'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { PasswordField, TextField } from '../../parts/text-field.tsx'
import { toastError } from '../../parts/toasts.tsx'
import { offerPasskeys, passkeysWork, withdrawPasskeys } from '../../passkeys.ts'
import { MailLink } from './mail-link.tsx'
import { PasskeyButton } from './passkey-button.tsx'
import { SecondStep } from './second-step.tsx'
import css from './sign-in.module.css'

type View =
  | { name: 'password' }
  | { name: 'link' | 'reset' }
  | { name: 'second'; step: NonNullable<SignedIn['secondStep']> }

const FIRST: View = { name: 'password' }

/** Every way to sign in: a password and whatever is asked for after it, a passkey, a link by mail. */
export function WaysIn({
  email: given = '',
  onIn,
}: {
  /** Of whoever was signed in here. */
  email?: string
  onIn: () => Promise<void>
}) {
  const t = useT()
  const [view, setView] = useState<View>(FIRST)
  const [email, setEmail] = useState(given)
  usePasskeysOffered(onIn)

  const proceed = async ({ secondStep }: SignedIn) =>
    secondStep ? setView({ name: 'second', step: secondStep }) : onIn()
  const back = () => setView(FIRST)

  if (view.name === 'second') return <SecondStep step={view.step} onIn={onIn} onBack={back} />
  if (view.name !== 'password') return <MailLink purpose={view.name} email={email} onBack={back} />
  return (
    <div className={css.ways}>
      <Form
        onSubmit={async ({ email = '', password = '' }) =>
          proceed(await api.security.signIn.call({ email, password }))
        }
      >
        <TextField
          name="email"
          type="email"
          label={t('email')}
          autoComplete="username webauthn"
          autoCapitalize="none"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          required
        />
        <PasswordField
          name="password"
          label={t('password')}
          autoComplete="current-password"
          required
          {...(given !== '' && { 'data-first-focus': '' })}
        />
        <div className={css.forgotten}>
          <button type="button" className={css.link} onClick={() => setView({ name: 'reset' })}>
            {t('sign_in_forgotten')}
          </button>
        </div>
        <FormProblem />
        <SubmitButton>{t('sign_in')}</SubmitButton>
      </Form>
      <p className={css.or}>{t('sign_in_or')}</p>
      <div className={css.others}>
        {passkeysWork() && <PasskeyButton icon={KeyRound} onIn={onIn} />}
        <Button icon={Mail} onClick={() => setView({ name: 'link' })}>
          {t('sign_in_by_link')}
        </Button>
      </div>
    </div>
  )
}

/** Among the addresses that the browser proposes, as long as this is on the screen. */
function usePasskeysOffered(onIn: () => Promise<void>): void {
  const [enter] = useState(() => onIn)
  useEffect(() => {
    let here = true
    offerPasskeys()
      .then(enter)
      // Withdrawn, or refused by the browser, which nobody asked.
      .catch((error) => here && error?.code === 'passkey_refused' && toastError(error))
    return () => {
      here = false
      if (passkeysWork()) void withdrawPasskeys()
    }
  }, [enter])
}
