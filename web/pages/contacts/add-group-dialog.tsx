import { useState } from 'react'
import type { GroupRecord } from '../../../core/api/people.ts'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { Select } from '../../parts/select.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import { useProfessional } from '../../session.ts'

/** A new group, whose members are chosen on its page. */
export function AddGroupDialog({
  onClose,
  onAdded,
}: {
  onClose: () => void
  onAdded: (group: GroupRecord) => void
}) {
  const t = useT()
  const { branches } = useProfessional()
  const [branchId, setBranchId] = useState(branches[0]?.id ?? '')

  async function add({ name = '' }: Record<string, string>): Promise<void> {
    const group = await api.people.createGroup.call({ name, ...(branchId && { branchId }) })
    void queries.invalidateQueries({ queryKey: api.people.key() })
    toast({ text: t('group_added', { name: group.name }) })
    onAdded(group)
  }

  return (
    <Form onSubmit={add}>
      <Dialog
        title={t('contacts_add_group')}
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
