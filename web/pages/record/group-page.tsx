import { useQuery } from '@tanstack/react-query'
import { Users } from 'lucide-react'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Avatar, AvatarStack } from '../../parts/avatar.tsx'
import { PageHeader } from '../../parts/page-header.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../parts/states.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { Files } from '../files/files.tsx'
import css from './record.module.css'
import { Stakeholders } from './stakeholders.tsx'

export type GroupTab = 'files' | 'members' | 'stakeholders'

/** A group: its files, its members, who is involved. */
export function GroupPage({ groupId, tab }: { groupId: string; tab: GroupTab }) {
  const t = useT()
  const group = useQuery(api.people.readGroup.queryOptions({ input: { groupId } }))
  if (group.isError) return <ErrorState error={group.error} onRetry={() => void group.refetch()} />
  if (!group.data) return <Skeleton />
  const { name, spaceId, branches, members, memberCount, can } = group.data
  const unnamed = memberCount - members.length
  const home = `/groups/${groupId}`
  const detail = [
    t('record_group'),
    ...branches.map((branch) => branch.name),
    t('contacts_members', { count: memberCount }),
  ]
  return (
    <>
      <PageHeader
        title={name}
        detail={detail.join(' · ')}
        actions={members.length > 0 && <AvatarStack names={members.map((member) => member.name)} />}
      />
      <Tabs
        label={t('record_parts')}
        current={tab === 'files' ? home : `${home}/${tab}`}
        tabs={[
          { href: home, label: t('files') },
          { href: `${home}/members`, label: t('record_members') },
          { href: `${home}/stakeholders`, label: t('record_stakeholders') },
        ]}
      />
      {tab === 'files' && <Files space={{ id: spaceId, kind: 'group', name }} />}
      {tab === 'stakeholders' && (
        <Stakeholders spaceId={spaceId} spaceName={name} manage={can.manageStakeholders} />
      )}
      {tab === 'members' && (
        <section className={css.tab}>
          {memberCount === 0 ? (
            <EmptyState icon={Users} title={t('record_no_members')}>
              {t('record_no_members_hint')}
            </EmptyState>
          ) : (
            <ul className={css.people} aria-label={t('record_members')}>
              {members.map((member) => (
                <li key={member.id} className={css.person}>
                  <Avatar name={member.name} />
                  <span className={css.words}>{member.name}</span>
                </li>
              ))}
              {unnamed > 0 && <li className={css.none}>{t('names_others', { count: unnamed })}</li>}
            </ul>
          )}
        </section>
      )}
    </>
  )
}
