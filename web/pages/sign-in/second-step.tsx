import { ArrowLeft, KeyRound } from 'lucide-react'
import { useState } from 'react'
import type { SignedIn } from '../../../core/api/security.ts'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { passkeysWork } from '../../passkeys.ts'
import { PasskeyButton } from './passkey-button.tsx'
import css from './sign-in.module.css'

type Kind = 'app' | 'recovery' | 'passkey'

/** After a password or a link: a code of the app, a passkey, or a recovery code. */
export function SecondStep({
  step,
  onIn,
  onBack,
}: {
  step: NonNullable<SignedIn['secondStep']>
  onIn: () => Promise<void>
  onBack: () => void
}) {
  const t = useT()
  const { token, app, passkey, recoveryCode } = step
  const [kind, setKind] = useState<Kind>(app ? 'app' : 'passkey')

  return (
    <div className={css.ways}>
      <div>
        <h2>{t('second_step')}</h2>
        <p className={css.lead}>{t(`second_step_${kind}`)}</p>
      </div>
      {kind !== 'passkey' && (
        <Form
          key={kind}
          onSubmit={async ({ code = '' }) => {
            await api.security.signInWithCode.call({ token, kind, code })
            await onIn()
          }}
        >
          <TextField
            name="code"
            label={t(`second_step_${kind}_code`)}
            className={css.code}
            autoComplete={kind === 'app' ? 'one-time-code' : 'off'}
            inputMode={kind === 'app' ? 'numeric' : 'text'}
            autoCapitalize="none"
            spellCheck={false}
            ref={(input) => input?.focus()}
            required
          />
          <FormProblem />
          <SubmitButton>{t('second_step_submit')}</SubmitButton>
        </Form>
      )}
      <div className={css.others}>
        {passkey && passkeysWork() && (
          <PasskeyButton icon={KeyRound} onIn={onIn} {...(kind === 'passkey' && { look: 'primary' })} />
        )}
        {recoveryCode && kind !== 'recovery' && (
          <Button look="quiet" onClick={() => setKind('recovery')}>
            {t('second_step_use_recovery')}
          </Button>
        )}
        {app && kind !== 'app' && (
          <Button look="quiet" onClick={() => setKind('app')}>
            {t('second_step_use_app')}
          </Button>
        )}
        <Button look="quiet" icon={ArrowLeft} onClick={onBack}>
          {t('sign_in_back')}
        </Button>
      </div>
    </div>
  )
}
