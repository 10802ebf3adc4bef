import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { Problem } from '../../core/errors.ts'
import { api } from '../api.ts'
import { useLanguage, useT } from '../i18n.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Form, FormProblem, SubmitButton } from '../parts/form.tsx'
import { NewPasswordField } from '../parts/new-password-field.tsx'
import { Skeleton } from '../parts/states.tsx'
import { FailedShell, WelcomeShell } from '../parts/welcome-shell.tsx'
import { enter } from '../session.ts'
import { JoinCompany } from './join-company.tsx'

/** Where the link of an invitation leads; its token is the fragment, which no server log holds. */
export function InvitationPage() {
  const t = useT()
  const language = useLanguage()
  const [, navigate] = useLocation()
  const [token] = useState(() => location.hash.slice(1))
  const { data, error, refetch } = useQuery(api.account.readInvitation.queryOptions({ input: { token } }))

  // A token cut short by a mail program is a bad request; one used or replaced is not found.
  if (error instanceof Problem && error.status < 429) {
    return (
      <WelcomeShell
        title={t('invitation_over_title')}
        lead={t('invitation_over_lead')}
        action={
          <ButtonLink look="primary" href="/">
            {t('sign_in')}
          </ButtonLink>
        }
      />
    )
  }
  if (error) return <FailedShell error={error} onRetry={() => void refetch()} />
  if (!data) {
    return (
      <WelcomeShell title={t('invitation')}>
        <Skeleton rows={2} />
      </WelcomeShell>
    )
  }
  return (
    <WelcomeShell
      title={t('invitation_title', { name: data.name })}
      lead={t(data.as === 'client' ? 'invitation_lead' : 'invitation_join_lead', { practice: data.practice })}
    >
      {data.account ? (
        <JoinCompany token={token} email={data.email} practice={data.practice} />
      ) : (
        <Form
          onSubmit={async ({ password = '' }) => {
            await api.account.acceptInvitation.call({ token, password, language })
            navigate('/', { replace: true })
            await enter()
          }}
        >
          <p>{t('invitation_email', { email: data.email })}</p>
          {/* Lets password managers file the password under the right name. */}
          <input type="email" autoComplete="username" defaultValue={data.email} readOnly hidden />
          <NewPasswordField />
          <FormProblem />
          <SubmitButton>{t('invitation_submit')}</SubmitButton>
        </Form>
      )}
    </WelcomeShell>
  )
}
