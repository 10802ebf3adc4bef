import { useState } from 'react'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { NewPasswordField } from '../../parts/new-password-field.tsx'
import { PasswordField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import { useMe } from '../../session.ts'
import { useFresh } from './fresh.tsx'
import { Part } from './part.tsx'

export function PasswordPart() {
  const t = useT()
  const [changing, setChanging] = useState(false)
  return (
    <Part
      title={t('password')}
      about={t('security_password_about')}
      action={<Button onClick={() => setChanging(true)}>{t('security_password_change')}</Button>}
    >
      {changing && <ChangePassword onClose={() => setChanging(false)} />}
    </Part>
  )
}

function ChangePassword({ onClose }: { onClose: () => void }) {
  const t = useT()
  const { person } = useMe()
  const { fresh, confirming } = useFresh()

  async function change({ present = '', password = '' }: Record<string, string>): Promise<void> {
    await fresh(async () => {
      await api.security.changePassword.call({ present, password })
      toast({ text: t('security_password_changed') })
      onClose()
      await queries.invalidateQueries({ queryKey: api.security.listSessions.key() })
    })
  }

  return (
    <>
      <Form onSubmit={change}>
        <Dialog
          title={t('security_password_change')}
          onClose={onClose}
          actions={
            <>
              <Button look="quiet" onClick={onClose}>
                {t('cancel')}
              </Button>
              <SubmitButton>{t('confirm')}</SubmitButton>
            </>
          }
        >
          {/* Lets password managers file the password under the right name. */}
          <input type="email" autoComplete="username" defaultValue={person.email} readOnly hidden />
          <PasswordField
            name="present"
            label={t('security_password_present')}
            autoComplete="current-password"
            data-first-focus=""
            required
          />
          <NewPasswordField label={t('security_password_new')} />
          <FormProblem />
          <p>{t('security_password_ends')}</p>
        </Dialog>
      </Form>
      {confirming}
    </>
  )
}
