import { TriangleAlert } from 'lucide-react'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Checkbox } from '../../parts/checkbox.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton, useFieldError } from '../../parts/form.tsx'
import { Icon } from '../../parts/icon.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import css from './record.module.css'

/** Invites a professional of another company into a client's record: their health data leaves the practice. */
export function InviteExternalDialog({
  spaceId,
  client,
  onClose,
}: {
  spaceId: string
  client: string
  onClose: () => void
}) {
  const t = useT()

  async function invite({ email = '' }: Record<string, string>): Promise<void> {
    await api.involvement.inviteExternal.call({ spaceId, email: email.trim(), understood: true })
    toast({ text: t('record_external_invited', { email: email.trim() }) })
    onClose()
    await queries.invalidateQueries({ queryKey: api.involvement.key() })
  }

  return (
    <Form onSubmit={invite}>
      <Dialog
        title={t('record_invite_external')}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t('record_external_send')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <p className={css.lead}>{t('record_external_lead')}</p>
        <TextField
          label={t('email')}
          name="email"
          type="email"
          required
          maxLength={254}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
        <Warning client={client} />
      </Dialog>
    </Form>
  )
}

function Warning({ client }: { client: string }) {
  const t = useT()
  const refused = useFieldError('understood')
  return (
    <div className={css.warning}>
      <p>
        <Icon of={TriangleAlert} />
        <span>{t('record_external_warning', { client })}</span>
      </p>
      <Checkbox
        name="understood"
        required
        aria-describedby="understood-problem"
        aria-invalid={Boolean(refused)}
      >
        {t('record_external_understood', { client })}
      </Checkbox>
      <span id="understood-problem" role="alert" className={css.refused}>
        {refused && t('record_external_tick')}
      </span>
    </div>
  )
}
