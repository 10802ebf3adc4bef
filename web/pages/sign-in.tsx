import { useT } from '../i18n.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../parts/form.tsx'
import { PasswordField, TextField } from '../parts/text-field.tsx'
import { WelcomeShell } from '../parts/welcome-shell.tsx'
import { signIn, useMe } from '../session.ts'

function Credentials({ email }: { email?: string }) {
  const t = useT()
  return (
    <>
      <TextField
        name="email"
        type="email"
        label={t('email')}
        autoComplete="username"
        autoCapitalize="none"
        defaultValue={email}
        required
      />
      <PasswordField
        name="password"
        label={t('password')}
        autoComplete="current-password"
        required
        {...(email !== undefined && { 'data-first-focus': '' })}
      />
      <FormProblem />
    </>
  )
}

/** Stands at whatever address one came for, which then appears. */
export function SignInPage() {
  const t = useT()
  return (
    <WelcomeShell title={t('sign_in_title')} lead={t('sign_in_lead')}>
      <Form onSubmit={({ email = '', password = '' }) => signIn(email, password)}>
        <Credentials />
        <SubmitButton>{t('sign_in')}</SubmitButton>
      </Form>
    </WelcomeShell>
  )
}

/** Over the page when the session ended under it, so that what was typed there stays. */
export function SignInAgain() {
  const t = useT()
  const { person } = useMe()
  return (
    <Form onSubmit={({ email = '', password = '' }) => signIn(email, password)}>
      <Dialog
        title={t('sign_in_again_title')}
        actions={
          <>
            <Button look="quiet" onClick={() => location.assign('/sign-in')}>
              {t('sign_in_someone_else')}
            </Button>
            <SubmitButton>{t('sign_in')}</SubmitButton>
          </>
        }
      >
        <p>{t('sign_in_again_lead')}</p>
        <Credentials email={person.email} />
      </Dialog>
    </Form>
  )
}
