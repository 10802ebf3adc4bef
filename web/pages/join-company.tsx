import { api } from '../api.ts'
import { useT } from '../i18n.ts'
import { Form, FormProblem, SubmitButton } from '../parts/form.tsx'
import { enter, useSession } from '../session.ts'
import { WaysIn } from './sign-in/ways-in.tsx'

/** Accepts to work for a company with the account that one has, once one is signed in with it. */
export function JoinCompany({ token, email, practice }: { token: string; email: string; practice: string }) {
  const t = useT()
  const session = useSession()
  const signedIn = session.state === 'in' && session.me.person.email === email

  async function join(): Promise<void> {
    await api.account.joinCompany.call({ token })
    // As somebody else from now on: nothing that is on its way for who one was may come.
    location.replace('/')
  }

  if (!signedIn) {
    return (
      <>
        <p>{t('invitation_join_account', { email })}</p>
        <WaysIn email={email} onIn={enter} />
      </>
    )
  }
  return (
    <Form onSubmit={join}>
      <p>{t('invitation_join_signed_in', { email })}</p>
      <FormProblem />
      <SubmitButton>{t('invitation_join', { practice })}</SubmitButton>
    </Form>
  )
}
