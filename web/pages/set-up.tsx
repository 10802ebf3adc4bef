import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { api } from '../api.ts'
import { useLanguage, useT } from '../i18n.ts'
import { ButtonLink } from '../parts/button.tsx'
import { Form, FormProblem, SubmitButton } from '../parts/form.tsx'
import { NewPasswordField } from '../parts/new-password-field.tsx'
import { TextField } from '../parts/text-field.tsx'
import { WelcomeShell } from '../parts/welcome-shell.tsx'
import { enter } from '../session.ts'

/** The first page of an installation, reached by the link that the server prints; its token is the fragment. */
export function SetUpPage() {
  const t = useT()
  const language = useLanguage()
  const [, navigate] = useLocation()
  const [token] = useState(() => location.hash.slice(1))
  const { data } = useQuery(api.account.readSetup.queryOptions())

  if (data?.needed === false) {
    return (
      <WelcomeShell
        title={t('set_up_done_title')}
        lead={t('set_up_done_lead')}
        action={
          <ButtonLink look="primary" href="/">
            {t('sign_in')}
          </ButtonLink>
        }
      />
    )
  }
  if (token === '')
    return <WelcomeShell title={t('set_up_no_token_title')} lead={t('set_up_no_token_lead')} />
  return (
    <WelcomeShell title={t('set_up_title')} lead={t('set_up_lead')}>
      <Form
        onSubmit={async ({ practice = '', name = '', email = '', password = '' }) => {
          await api.account.setUp.call({ token, practice, name, email, password, language })
          navigate('/', { replace: true })
          await enter()
        }}
      >
        <TextField
          name="practice"
          label={t('practice')}
          autoComplete="organization"
          maxLength={120}
          required
        />
        <TextField name="name" label={t('your_name')} autoComplete="name" maxLength={120} required />
        <TextField
          name="email"
          type="email"
          label={t('email')}
          autoComplete="username"
          autoCapitalize="none"
          maxLength={254}
          required
        />
        <NewPasswordField />
        <FormProblem />
        <SubmitButton>{t('set_up_submit')}</SubmitButton>
      </Form>
    </WelcomeShell>
  )
}
