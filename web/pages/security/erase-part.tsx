import { useState } from 'react'
import { api } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { PasswordField, TextField } from '../../parts/text-field.tsx'
import { signOut, useMe } from '../../session.ts'
import { useFresh } from './fresh.tsx'
import { Part } from './part.tsx'

/** Erasing one's account, for good. */
export function ErasePart() {
  const t = useT()
  const [erasing, setErasing] = useState(false)
  return (
    <Part
      title={t('security_erase')}
      about={t('security_erase_about')}
      action={<Button onClick={() => setErasing(true)}>{t('security_erase_begin')}</Button>}
    >
      {erasing && <EraseDialog onClose={() => setErasing(false)} />}
    </Part>
  )
}

function EraseDialog({ onClose }: { onClose: () => void }) {
  const t = useT()
  const format = useFormat()
  const { person, hats } = useMe()
  const { fresh, confirming } = useFresh()
  const [mistyped, setMistyped] = useState(false)
  const companies = hats.flatMap((hat) => (hat.kind === 'professional' ? [hat.company.name] : []))

  async function erase({ typed = '', present = '' }: Record<string, string>): Promise<void> {
    const same = typed.trim().toLowerCase() === person.email
    setMistyped(!same)
    if (!same) return
    await fresh(async () => {
      await api.account.eraseAccount.call({ password: present })
      await signOut()
    })
  }

  return (
    <>
      <Form onSubmit={erase}>
        <Dialog
          title={t('security_erase_title')}
          onClose={onClose}
          actions={
            <>
              <Button onClick={onClose}>{t('cancel')}</Button>
              <SubmitButton look="danger">{t('security_erase_now')}</SubmitButton>
            </>
          }
        >
          <p>{t('security_erase_goes')}</p>
          {companies.length > 0 && (
            <p>{t('security_erase_professional', { companies: format.list(companies) })}</p>
          )}
          {hats.some(({ kind }) => kind === 'client') && <p>{t('security_erase_client')}</p>}
          <TextField
            name="typed"
            label={t('security_erase_type', { email: person.email })}
            {...(mistyped && { error: t('security_erase_mistyped') })}
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            required
          />
          <PasswordField
            name="present"
            label={t('security_password_present')}
            autoComplete="current-password"
            required
          />
          <FormProblem />
        </Dialog>
      </Form>
      {confirming}
    </>
  )
}
