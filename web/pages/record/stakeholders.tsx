import { useQuery } from '@tanstack/react-query'
import { Send, UserPlus, Users } from 'lucide-react'
import { useState } from 'react'
import type { Stakeholder } from '../../../core/api/involvement.ts'
import { api } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { nameOf } from '../../names.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { Button } from '../../parts/button.tsx'
import { Chip } from '../../parts/chip.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import { AddColleagueDialog } from './add-colleague-dialog.tsx'
import { ArchiveStakeholderDialog } from './archive-stakeholder-dialog.tsx'
import { InviteExternalDialog } from './invite-external-dialog.tsx'
import { InvitedExternals } from './invited-externals.tsx'
import { profileName } from './profile-name.ts'
import css from './record.module.css'

/** Who is involved in a client's record or a group, since when, by whom; colleagues added, externals invited, both archived. */
export function Stakeholders({ spaceId, spaceName }: { spaceId: string; spaceName: string }) {
  const t = useT()
  const involved = useQuery(api.involvement.listStakeholders.queryOptions({ input: { spaceId } }))
  const [doing, setDoing] = useState<'add' | 'invite' | Stakeholder | null>(null)
  const close = () => setDoing(null)
  const failure = failureOf(involved)
  if (failure) return failure
  const { data } = involved
  if (!data) return <Skeleton rows={3} />
  const { stakeholders, invited, can } = data
  return (
    <section className={css.tab}>
      {can.add && (
        <div className={css.bar}>
          <Button look="primary" icon={UserPlus} onClick={() => setDoing('add')}>
            {t('record_add_stakeholder')}
          </Button>
          {can.invite && (
            <Button icon={Send} onClick={() => setDoing('invite')}>
              {t('record_invite_external')}
            </Button>
          )}
        </div>
      )}
      {stakeholders.length === 0 ? (
        <EmptyState icon={Users} title={t('reach_nobody')} />
      ) : (
        <ul className={css.people} aria-label={t('record_stakeholders')}>
          {stakeholders.map((one) => (
            <Row key={one.professionalId} one={one} onArchive={() => setDoing(one)} />
          ))}
        </ul>
      )}
      {invited.length > 0 && <InvitedExternals spaceId={spaceId} invited={invited} />}
      {doing === 'add' ? (
        <AddColleagueDialog spaceId={spaceId} onClose={close} />
      ) : doing === 'invite' ? (
        <InviteExternalDialog spaceId={spaceId} client={spaceName} onClose={close} />
      ) : (
        doing && (
          <ArchiveStakeholderDialog spaceId={spaceId} spaceName={spaceName} one={doing} onClose={close} />
        )
      )}
    </section>
  )
}

function Row({ one, onArchive }: { one: Stakeholder; onArchive: () => void }) {
  const t = useT()
  const format = useFormat()
  const { name, you, colleague, company, profile, addedBy, canArchive } = one
  const since =
    one.since === null
      ? t('record_by_scope')
      : addedBy && addedBy !== name
        ? t('record_added_by', { date: format.date(one.since), name: nameOf(addedBy) })
        : t('contacts_since', { month: format.month(one.since) })
  const [label, action] = you
    ? [t('record_leave'), t('record_leave')]
    : [t('of_name', { what: t('record_archive'), name }), t('record_archive')]
  return (
    <li className={css.person}>
      <Avatar name={name} />
      <span className={css.words}>
        <span className={css.name}>
          {name}
          {you && <span className={css.detail}> ({t('record_you')})</span>}
          {!colleague && <Chip>{t('record_external')}</Chip>}
        </span>
        <span className={css.detail}>{[colleague ? profileName(profile) : company, since].join(' · ')}</span>
      </span>
      {canArchive && (
        <Button look="quiet" onClick={onArchive} aria-label={label}>
          {action}
        </Button>
      )}
    </li>
  )
}
