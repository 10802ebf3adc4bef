import { useQuery } from '@tanstack/react-query'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { AvatarStack } from '../../parts/avatar.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { PageHeader } from '../../parts/page-header.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { Files } from '../files/files.tsx'
import { GroupTab } from './group-tab.tsx'
import { JoinButton } from './join-button.tsx'
import { Members } from './members.tsx'
import { Stakeholders } from './stakeholders.tsx'

export type GroupPart = 'files' | 'members' | 'stakeholders' | 'record'

/** A group: its files, its members, who is involved, and what it is. */
export function GroupPage({ groupId, tab }: { groupId: string; tab: GroupPart }) {
  const t = useT()
  const group = useQuery(api.people.readGroup.queryOptions({ input: { groupId } }))
  const failure = failureOf(group)
  if (failure) return failure
  if (!group.data) return <Skeleton />
  const { name, spaceId, branches, members } = group.data
  const home = `/groups/${groupId}`
  const detail = [
    t('record_group'),
    ...branches.map((branch) => branch.name),
    t('contacts_members', { count: members.length }),
  ]
  return (
    <>
      <PageHeader
        title={name}
        detail={detail.join(' · ')}
        actions={
          <>
            {members.length > 0 && <AvatarStack names={members.map((member) => member.name)} />}
            <JoinButton spaceId={spaceId} spaceName={name} />
          </>
        }
      />
      <Tabs
        label={t('record_parts')}
        current={tab === 'files' ? home : `${home}/${tab}`}
        tabs={[
          { href: home, label: t('files') },
          { href: `${home}/members`, label: t('record_members') },
          { href: `${home}/stakeholders`, label: t('record_stakeholders') },
          { href: `${home}/record`, label: t('record_tab') },
        ]}
      />
      {tab === 'files' && <Files space={{ id: spaceId, kind: 'group', name }} />}
      {tab === 'stakeholders' && <Stakeholders spaceId={spaceId} spaceName={name} />}
      {tab === 'members' && <Members group={group.data} />}
      {tab === 'record' && <GroupTab group={group.data} />}
    </>
  )
}
