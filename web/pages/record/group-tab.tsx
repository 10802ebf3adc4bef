import { useState } from 'react'
import { useLocation } from 'wouter'
import type { GroupRecord } from '../../../core/api/people.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Foreseen } from '../../parts/foreseen.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { TextField } from '../../parts/text-field.tsx'
import { toast } from '../../parts/toasts.tsx'
import { BranchesDialog } from './branches-dialog.tsx'
import { CopyChoice } from './copy-choice.tsx'
import css from './record.module.css'

/** What the group is; renamed and deleted here. */
export function GroupTab({ group }: { group: GroupRecord }) {
  const t = useT()
  const format = useFormat()
  const [doing, setDoing] = useState<'rename' | 'branches' | 'delete' | null>(null)
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
          <dd>{format.number(group.members.length)}</dd>
        </div>
      </dl>
      {group.can.manage && (
        <div className={css.bar}>
          <Button onClick={() => setDoing('rename')}>{t('group_rename')}</Button>
          <Button onClick={() => setDoing('branches')}>{t('record_branches_change')}</Button>
          <Button onClick={() => setDoing('delete')}>{t('group_delete')}</Button>
        </div>
      )}
      {doing === 'rename' && <RenameDialog group={group} onClose={close} />}
      {doing === 'branches' && (
        <BranchesDialog
          branches={group.branches}
          hint={t('group_branches_hint')}
          changeTo={(branchIds) => ({ operation: 'changeGroup', input: { groupId: group.id, branchIds } })}
          save={(branchIds) => api.people.changeGroup.call({ groupId: group.id, branchIds })}
          onClose={close}
        />
      )}
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
  const [copies, setCopies] = useState<ReadonlySet<string>>(new Set())
  const { id: groupId, name, spaceId, members } = group
  const reached = members.filter((member) => member.reached).length
  const others = members.length - reached

  async function remove(): Promise<void> {
    const { copiedTo } = await api.people.deleteGroup.call({ groupId, copies: [...copies] })
    const copied = copiedTo > 0 ? ` ${t('copies_made', { count: copiedTo })}` : ''
    toast({ text: t('group_deleted', { name }) + copied })
    navigate('/contacts')
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={remove}>
      <Dialog
        title={t('group_delete_title', { name })}
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
        <Foreseen change={{ operation: 'deleteGroup', input: { groupId } }} />
        {reached > 0 && (
          <CopyChoice
            spaceId={spaceId}
            hint={[
              t('copies_hint', { count: reached }),
              ...(others > 0 ? [t('copies_out_of_reach', { count: others })] : []),
            ].join(' ')}
            chosen={copies}
            onChange={setCopies}
          />
        )}
      </Dialog>
    </Form>
  )
}
