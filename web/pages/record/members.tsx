import { UserPlus, Users } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { GroupRecord } from '../../../core/api/people.ts'
import { api, queries } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Foreseen } from '../../parts/foreseen.tsx'
import { Form, FormProblem, SubmitButton } from '../../parts/form.tsx'
import { EmptyState } from '../../parts/states.tsx'
import { toast } from '../../parts/toasts.tsx'
import { AddMembersDialog } from './add-members-dialog.tsx'
import { CopyChoice } from './copy-choice.tsx'
import css from './record.module.css'

type Member = GroupRecord['members'][number]

/** Who is in the group; clients added and removed. */
export function Members({ group }: { group: GroupRecord }) {
  const t = useT()
  const [adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState<Member | null>(null)
  const { id: groupId, members, can } = group
  return (
    <section className={css.tab}>
      {can.manage && (
        <div className={css.bar}>
          <Button look="primary" icon={UserPlus} onClick={() => setAdding(true)}>
            {t('group_add_members')}
          </Button>
        </div>
      )}
      {members.length === 0 && (
        <EmptyState icon={Users} title={t('record_no_members')}>
          {t('record_no_members_hint')}
        </EmptyState>
      )}
      {members.length > 0 && (
        <ul className={css.people} aria-label={t('record_members')}>
          {members.map((member) => (
            <li key={member.id} className={css.person}>
              <Avatar name={member.name} />
              <span className={css.words}>
                {member.reached ? (
                  <Link href={`/clients/${member.id}`} className={css.name}>
                    {member.name}
                  </Link>
                ) : (
                  <>
                    <span className={css.name}>{member.name}</span>
                    <span className={css.detail}>{t('group_out_of_reach')}</span>
                  </>
                )}
              </span>
              {can.manage && (
                <Button
                  look="quiet"
                  onClick={() => setLeaving(member)}
                  aria-label={t('of_name', { what: t('group_remove'), name: member.name })}
                >
                  {t('group_remove')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {adding && <AddMembersDialog groupId={groupId} onClose={() => setAdding(false)} />}
      {leaving && <RemoveDialog group={group} member={leaving} onClose={() => setLeaving(null)} />}
    </section>
  )
}

function RemoveDialog({
  group: { id: groupId, spaceId },
  member: { id: clientId, name, reached },
  onClose,
}: {
  group: GroupRecord
  member: Member
  onClose: () => void
}) {
  const t = useT()
  const [copies, setCopies] = useState<ReadonlySet<string>>(new Set())

  async function remove(): Promise<void> {
    await api.people.removeMember.call({ groupId, clientId, copies: [...copies] })
    toast({ text: t('group_removed', { name }) })
    onClose()
    await queries.invalidateQueries()
  }

  return (
    <Form onSubmit={remove}>
      <Dialog
        title={t('group_remove_title', { name })}
        onClose={onClose}
        actions={
          <>
            <Button onClick={onClose}>{t('cancel')}</Button>
            <SubmitButton look="danger">{t('group_remove')}</SubmitButton>
          </>
        }
      >
        <FormProblem />
        <p>{t('group_remove_lead', { name })}</p>
        <Foreseen change={{ operation: 'removeMember', input: { groupId, clientId } }} />
        {reached && (
          <CopyChoice
            spaceId={spaceId}
            hint={t('copies_hint_named', { name })}
            chosen={copies}
            onChange={setCopies}
          />
        )}
      </Dialog>
    </Form>
  )
}
