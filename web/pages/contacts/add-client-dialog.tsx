import { useState } from 'react'
import type { ClientRecord } from '../../../core/api/people.ts'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Select } from '../../parts/select.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import { useProfessional } from '../../session.ts'

/** A new client: a name is enough; an e-mail address gets an invitation to the app. */
export function AddClientDialog({
  onClose,
  onAdded,
}: {
  onClose: () => void
  onAdded: (client: ClientRecord) => void
}) {
  const t = useT()
  const { branches } = useProfessional()
  const [branchId, setBranchId] = useState(branches[0]?.id ?? '')

  async function add(values: Record<string, string>): Promise<void> {
    const email = values.email?.trim()
    const client = await api.people.createClient.call({
      name: values.name ?? '',
      ...(email && { email }),
      ...(branchId && { branchId }),
    })
    void queries.invalidateQueries({ queryKey: api.people.key() })
    toast({ text: t(email ? 'contacts_added_invited' : 'contacts_added', { name: client.name }) })
    onAdded(client)
  }

  return (
    <Form onSubmit={add}>
      <Dialog
        title={t('contacts_add_client')}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton>{t('contacts_add')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <TextField label={t('contacts_name')} name="name" required maxLength={120} autoComplete="off" />
        <TextField
          label={t('contacts_email')}
          hint={t('contacts_email_hint')}
          name="email"
          type="email"
          autoComplete="off"
          autoCapitalize="none"
        />
        {branches.length > 1 && (
          <Select
            label={t('contacts_branch')}
            value={branchId}
            onChange={setBranchId}
            options={branches.map(({ id, name }) => ({ value: id, label: name }))}
          />
        )}
      </Dialog>
    </Form>
  )
}
