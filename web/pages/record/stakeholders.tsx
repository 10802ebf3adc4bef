import { useMutation, useQuery } from '@tanstack/react-query'
import { UserPlus, Users } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Stakeholder } from '../../../core/api/people.ts'
import { api, queries } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Avatar } from '../../parts/avatar.tsx'
import { Button } from '../../parts/button.tsx'
import { Chip } from '../../parts/chip.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../parts/states.tsx'
import { attempt, toast } from '../../parts/toasts.tsx'
import { AddColleagueDialog } from './add-colleague-dialog.tsx'
import { profileName } from './profile-name.ts'
import css from './record.module.css'

/** Who is involved in a client's record or a group, since when, by whom; colleagues added and archived. */
export function Stakeholders({
  spaceId,
  spaceName,
  manage,
}: {
  spaceId: string
  spaceName: string
  /** Whether the reader may add. Whom they may archive comes with each. */
  manage: boolean
}) {
  const t = useT()
  const people = useQuery(api.people.listStakeholders.queryOptions({ input: { spaceId } }))
  const [adding, setAdding] = useState(false)
  const [leaving, setLeaving] = useState<Stakeholder | null>(null)
  if (people.isError) return <ErrorState error={people.error} onRetry={() => void people.refetch()} />
  if (!people.data) return <Skeleton rows={3} />
  return (
    <section className={css.tab}>
      {manage && (
        <div className={css.bar}>
          <Button look="primary" icon={UserPlus} onClick={() => setAdding(true)}>
            {t('record_add_stakeholder')}
          </Button>
        </div>
      )}
      {people.data.length === 0 ? (
        <EmptyState icon={Users} title={t('reach_nobody')} />
      ) : (
        <ul className={css.people} aria-label={t('record_stakeholders')}>
          {people.data.map((one) => (
            <Row key={one.professionalId} one={one} onArchive={() => setLeaving(one)} />
          ))}
        </ul>
      )}
      {adding && <AddColleagueDialog spaceId={spaceId} onClose={() => setAdding(false)} />}
      {leaving && (
        <ArchiveDialog
          spaceId={spaceId}
          spaceName={spaceName}
          one={leaving}
          onClose={() => setLeaving(null)}
        />
      )}
    </section>
  )
}

function Row({ one, onArchive }: { one: Stakeholder; onArchive: () => void }) {
  const t = useT()
  const format = useFormat()
  const since =
    one.since === null
      ? t('record_by_scope')
      : one.addedBy
        ? t('record_added_by', { date: format.date(one.since), name: one.addedBy })
        : t('contacts_since', { month: format.month(one.since) })
  return (
    <li className={css.person}>
      <Avatar name={one.name} />
      <span className={css.words}>
        <span className={css.name}>
          {one.name}
          {one.you && <span className={css.detail}> ({t('record_you')})</span>}
          {!one.colleague && <Chip>{t('record_external')}</Chip>}
        </span>
        <span className={css.detail}>
          {[one.colleague ? profileName(one.profile) : one.company, since].join(' · ')}
        </span>
      </span>
      {one.canArchive && (
        <Button
          look="quiet"
          onClick={onArchive}
          aria-label={`${t(one.you ? 'record_leave' : 'record_archive')}: ${one.name}`}
        >
          {t(one.you ? 'record_leave' : 'record_archive')}
        </Button>
      )}
    </li>
  )
}

function ArchiveDialog({
  spaceId,
  spaceName,
  one,
  onClose,
}: {
  spaceId: string
  spaceName: string
  one: Stakeholder
  onClose: () => void
}) {
  const t = useT()
  const [, navigate] = useLocation()
  const archive = useMutation({
    mutationFn: () => api.people.archiveStakeholder.call({ spaceId, professionalId: one.professionalId }),
    onSuccess: () => {
      toast({ text: t(one.you ? 'record_left' : 'record_archived', { name: one.name }) })
      if (one.you) navigate('/contacts')
      onClose()
      void queries.invalidateQueries()
    },
  })
  return (
    <Dialog
      title={
        one.you
          ? t('record_leave_title', { space: spaceName })
          : t('record_archive_title', { name: one.name })
      }
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="danger" busy={archive.isPending} onClick={() => attempt(archive.mutateAsync())}>
            {t(one.you ? 'record_leave' : 'record_archive')}
          </Button>
        </>
      }
    >
      <p>{one.you ? t('record_leave_lead') : t('record_archive_lead', { name: one.name })}</p>
    </Dialog>
  )
}
