import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { Problem } from '../../../core/errors.ts'
import { api } from '../../api.ts'
import { useLanguage, useT } from '../../i18n.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { NewPasswordField } from '../../parts/new-password-field.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { FailedShell, WelcomeShell } from '../../parts/welcome-shell.tsx'
import { enter } from '../../session.ts'
import css from './requests.module.css'

/** Where the link of a request leads; its token is the fragment, which no server log holds. */
export function RequestPage() {
  const t = useT()
  const [token] = useState(() => location.hash.slice(1))
  const [answered, setAnswered] = useState<'accepted' | 'refused' | null>(null)
  const { data, error, refetch } = useQuery(
    api.involvement.readRequest.queryOptions({ input: { token }, staleTime: Number.POSITIVE_INFINITY }),
  )
  const home = (
    <ButtonLink look="primary" href="/">
      {t('request_open')}
    </ButtonLink>
  )
  if (answered)
    return (
      <WelcomeShell
        title={t(answered === 'accepted' ? 'request_accepted' : 'request_refused')}
        lead={t(answered === 'accepted' ? 'request_accepted_lead' : 'request_refused_lead')}
        action={home}
      />
    )
  // A token cut short by a mail program is a bad request; one used or replaced is not found.
  if (error instanceof Problem && error.status < 429)
    return <WelcomeShell title={t('request_over_title')} lead={t('request_over_lead')} action={home} />
  if (error) return <FailedShell error={error} onRetry={() => void refetch()} />
  if (!data)
    return (
      <WelcomeShell title={t('request')}>
        <Skeleton rows={2} />
      </WelcomeShell>
    )
  const { kind, practice, by, email, account } = data
  const answer = async (accept: boolean) => {
    await api.involvement.answerByLink.call({ token, accept })
    setAnswered(accept ? 'accepted' : 'refused')
  }
  if (kind === 'client')
    return (
      <WelcomeShell
        title={t('request_client', { practice })}
        lead={t(account ? 'request_client_lead' : 'request_client_first', { by, practice, email })}
      >
        {account && (
          <Form onSubmit={() => answer(true)}>
            <FormProblem />
            <SubmitButton>{t('request_accept')}</SubmitButton>
          </Form>
        )}
        <Refuse onRefuse={() => answer(false)} />
      </WelcomeShell>
    )
  return (
    <WelcomeShell
      title={t('request_external_by', { by, practice })}
      lead={t(account ? 'request_external_account' : 'request_external_new', { email })}
    >
      {account ? (
        <ButtonLink look="primary" href="/notifications">
          {t('request_answer_in_app')}
        </ButtonLink>
      ) : (
        <OpenPractice token={token} email={email} />
      )}
      <Refuse onRefuse={() => answer(false)} />
    </WelcomeShell>
  )
}

function Refuse({ onRefuse }: { onRefuse: () => Promise<unknown> }) {
  const t = useT()
  return (
    <div className={css.refuse}>
      <Form onSubmit={onRefuse}>
        <FormProblem />
        <Button type="submit">{t('request_refuse')}</Button>
      </Form>
    </div>
  )
}

/** Who has no account yet opens a practice of their own, and accepts with it. */
function OpenPractice({ token, email }: { token: string; email: string }) {
  const t = useT()
  const language = useLanguage()
  const [, navigate] = useLocation()

  async function open({ practice = '', name = '', password = '' }: Record<string, string>): Promise<void> {
    await api.involvement.openPractice.call({ token, practice, name, password, language })
    navigate('/', { replace: true })
    await enter()
  }

  return (
    <Form onSubmit={open}>
      <p>{t('request_own_lead')}</p>
      {/* Lets password managers file the password under the right name. */}
      <input type="email" autoComplete="username" defaultValue={email} readOnly hidden />
      <TextField label={t('your_name')} name="name" required maxLength={120} autoComplete="name" />
      <TextField label={t('practice')} name="practice" required maxLength={120} autoComplete="organization" />
      <NewPasswordField />
      <FormProblem />
      <SubmitButton>{t('request_open_practice')}</SubmitButton>
    </Form>
  )
}
