import { useState } from 'react'
import { useLocation } from 'wouter'
import type { GroupRecord } from '../../../core/api/people.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import css from './record.module.css'

/** What the group is; renamed and deleted here. */
export function GroupTab({ group }: { group: GroupRecord }) {
  const t = useT()
  const format = useFormat()
  const [doing, setDoing] = useState<'rename' | 'delete' | null>(null)
  const close = () => setDoing(null)
  return (
    <section className={css.tab}>
      <dl className={css.facts}>
        <div>
          <dt>{t('record_name')}</dt>
          <dd>{group.name}</dd>
        </div>
        <div>
          <dt>{t('record_branches')}</dt>
          <dd>{format.list(group.branches.map(({ name }) => name)) || t('record_no_branch')}</dd>
        </div>
        <div>
          <dt>{t('record_members')}</dt>
          <dd>{format.number(group.memberCount)}</dd>
        </div>
      </dl>
      {group.can.manage && (
        <div className={css.bar}>
          <Button onClick={() => setDoing('rename')}>{t('group_rename')}</Button>
          <Button onClick={() => setDoing('delete')}>{t('group_delete')}</Button>
        </div>
      )}
      {doing === 'rename' && <RenameDialog group={group} onClose={close} />}
      {doing === 'delete' && <DeleteDialog group={group} onClose={close} />}
    </section>
  )
}

function RenameDialog({ group, onClose }: { group: GroupRecord; onClose: () => void }) {
  const t = useT()

  async function save({ name = '' }: Record<string, string>): Promise<void> {
    await api.people.changeGroup.call({ groupId: group.id, name })
    toast({ text: t('record_saved') })
    onClose()
    await queries.invalidateQueries({ queryKey: api.people.key() })
  }

  return (
    <Form onSubmit={save}>
      <Dialog
        title={t('group_rename')}
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
          defaultValue={group.name}
          autoComplete="off"
        />
      </Dialog>
    </Form>
  )
}

function DeleteDialog({ group, onClose }: { group: GroupRecord; onClose: () => void }) {
  const t = useT()
  const [, navigate] = useLocation()

  async function remove(): Promise<void> {
    await api.people.deleteGroup.call({ groupId: group.id })
    toast({ text: t('group_deleted', { name: group.name }) })
    navigate('/contacts')
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={remove}>
      <Dialog
        title={t('group_delete_title', { name: group.name })}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton look="danger">{t('group_delete')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <p>{t('group_delete_lead')}</p>
      </Dialog>
    </Form>
  )
}
