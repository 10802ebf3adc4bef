import { useState } from 'react'
import type { ClientRecord } from '../../../core/api/people.ts'
import { api, queries } from '../../api.ts'
import { useT, withMessages } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { late } from '../../parts/late.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import css from './record.module.css'

const RecordLives = late(() =>
  withMessages(import('./lives/record-lives.tsx'), 'lives').then((part) => part.RecordLives),
)

/** Who the client is, and their way into the app. */
export function RecordTab({ record }: { record: ClientRecord }) {
  const t = useT()
  const [editing, setEditing] = useState(false)
  const { id: clientId, can } = record

  async function invite(): Promise<void> {
    await api.people.inviteClient.call({ clientId })
    toast({ text: t('record_invited') })
    await queries.invalidateQueries({ queryKey: api.people.key() })
  }

  return (
    <section className={css.tab}>
      <dl className={css.facts}>
        <div>
          <dt>{t('record_name')}</dt>
          <dd>{record.name}</dd>
        </div>
        <div>
          <dt>{t('record_email')}</dt>
          <dd>{record.email ?? '—'}</dd>
        </div>
        <div>
          <dt>{t('record_branches')}</dt>
          <dd>{record.branches.map(({ name }) => name).join(', ') || t('record_no_branch')}</dd>
        </div>
        <div>
          <dt>{t('record_app')}</dt>
          <dd>{t(`record_app_${record.app}`)}</dd>
        </div>
      </dl>
      <div className={css.bar}>
        {can.edit && <Button onClick={() => setEditing(true)}>{t('record_edit')}</Button>}
        {can.invite && (
          <Button onClick={() => attempt(invite())}>
            {t(record.app === 'invited' ? 'record_invite' : 'record_invite_first')}
          </Button>
        )}
      </div>
      {can.manage && <RecordLives record={record} />}
      {editing && <EditDialog record={record} onClose={() => setEditing(false)} />}
    </section>
  )
}

function EditDialog({ record, onClose }: { record: ClientRecord; onClose: () => void }) {
  const t = useT()
  const account = record.app === 'active' || record.app === 'ended'

  async function save(values: Record<string, string>): Promise<void> {
    const email = values.email?.trim() || null
    await api.people.changeClient.call({
      clientId: record.id,
      name: values.name ?? '',
      // The address of an account is its own affair.
      ...(record.can.address && email !== record.email && { email }),
    })
    toast({ text: t('record_saved') })
    onClose()
    await queries.invalidateQueries({ queryKey: api.people.key() })
  }

  return (
    <Form onSubmit={save}>
      <Dialog
        title={t('record_edit')}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t('record_save')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <TextField
          label={t('record_name')}
          name="name"
          required
          maxLength={120}
          defaultValue={record.name}
          autoComplete="off"
        />
        {record.can.address ? (
          <TextField
            label={t('contacts_email')}
            hint={t('contacts_email_hint')}
            name="email"
            type="email"
            autoCapitalize="none"
            autoComplete="off"
            defaultValue={record.email ?? ''}
          />
        ) : (
          !account && <p className={css.lead}>{t('record_address_kept', { name: record.name })}</p>
        )}
      </Dialog>
    </Form>
  )
}
