import { useLocation } from 'wouter'
import { api } from '../api.ts'
import { useT } from '../i18n.ts'
import { Form, FormProblem, SubmitButton } from '../parts/form.tsx'
import { PasswordField } from '../parts/text-field.tsx'
import { enter, signIn, useSession } from '../session.ts'

/** Accepts to work for a company with the account that one has: signed in already, or by its password. */
export function JoinCompany({ token, email, practice }: { token: string; email: string; practice: string }) {
  const t = useT()
  const session = useSession()
  const [, navigate] = useLocation()
  const signedIn = session.state === 'in' && session.me.person.email === email

  async function join({ password = '' }: Record<string, string>): Promise<void> {
    if (!signedIn) await signIn(email, password)
    await api.account.joinCompany.call({ token })
    navigate('/', { replace: true })
    await enter()
  }

  return (
    <Form onSubmit={join}>
      <p>{t(signedIn ? 'invitation_join_signed_in' : 'invitation_join_account', { email })}</p>
      {!signedIn && (
        <>
          <input type="email" autoComplete="username" defaultValue={email} readOnly hidden />
          <PasswordField label={t('password')} name="password" autoComplete="current-password" required />
        </>
      )}
      <FormProblem />
      <SubmitButton>{t('invitation_join', { practice })}</SubmitButton>
    </Form>
  )
}
