import { useState } from 'react'
import { useLocation } from 'wouter'
import type { SignedIn } from '../../../core/api/security.ts'
import { Problem } from '../../../core/errors.ts'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { NewPasswordField } from '../../parts/new-password-field.tsx'
import { WelcomeShell } from '../../parts/welcome-shell.tsx'
import { enter } from '../../session.ts'
import { SecondStep } from './second-step.tsx'

type Step = SignedIn['secondStep'] | 'first' | 'over'

/**
 * Where the links lead that are mailed to sign in or to choose another password; the token is the fragment, which no
 * server log holds. Nothing happens before a press: mail programs open links too.
 */
export function LinkPage({ purpose }: { purpose: 'link' | 'reset' }) {
  const t = useT()
  const [, navigate] = useLocation()
  const [token] = useState(() => location.hash.slice(1))
  const [step, setStep] = useState<Step>('first')

  async function finish(): Promise<void> {
    navigate('/', { replace: true })
    await enter()
  }

  async function use({ password = '' }: Record<string, string>): Promise<void> {
    try {
      const { secondStep } = await (purpose === 'link'
        ? api.security.signInWithLink.call({ token })
        : api.security.resetPassword.call({ token, password }))
      if (secondStep) setStep(secondStep)
      else await finish()
    } catch (error) {
      // One that a mail program cut short is no token at all.
      const over = error instanceof Problem && ['link_used', 'bad_request'].includes(error.code)
      if (!over) throw error
      setStep('over')
    }
  }

  if (step === 'over') {
    return (
      <WelcomeShell
        title={t('link_over_title')}
        lead={t('link_over_lead')}
        action={
          <ButtonLink look="primary" href="/sign-in">
            {t('sign_in')}
          </ButtonLink>
        }
      />
    )
  }
  if (step !== 'first' && step !== null) {
    return (
      <WelcomeShell title={t('sign_in_title')}>
        <SecondStep step={step} onIn={finish} onBack={() => navigate('/sign-in', { replace: true })} />
      </WelcomeShell>
    )
  }
  return (
    <WelcomeShell title={t(`link_${purpose}_title`)} lead={t(`link_${purpose}_lead`)}>
      <Form onSubmit={use}>
        {purpose === 'reset' && <NewPasswordField />}
        <FormProblem />
        <SubmitButton>{purpose === 'link' ? t('sign_in') : t('link_reset_submit')}</SubmitButton>
      </Form>
    </WelcomeShell>
  )
}
