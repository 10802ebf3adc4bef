import { useQuery } from '@tanstack/react-query'
import { Eye } from 'lucide-react'
import { Redirect } from 'wouter'
import { api } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { AvatarStack } from '../../parts/avatar.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { PageHeader } from '../../parts/page-header.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { Files } from '../files/files.tsx'
import { JoinButton } from './join-button.tsx'
import { RecordTab } from './record-tab.tsx'
import { Stakeholders } from './stakeholders.tsx'

export type ClientTab = 'files' | 'stakeholders' | 'record' | 'view'

/** A client's record: files, who is involved, who they are; and what the client sees. */
export function ClientPage({ clientId, tab }: { clientId: string; tab: ClientTab }) {
  const t = useT()
  const format = useFormat()
  const record = useQuery(api.people.readClient.queryOptions({ input: { clientId } }))
  const spaceId = record.data?.spaceId ?? ''
  const people = useQuery(
    api.involvement.listStakeholders.queryOptions({ input: { spaceId }, enabled: spaceId !== '' }),
  )
  const failure = failureOf(record)
  if (failure) return failure
  if (!record.data) return <Skeleton />
  // Merged into another, which stands at its own address.
  if (record.data.id !== clientId) return <Redirect to={`/clients/${record.data.id}`} replace />
  const { name, branches, since } = record.data
  const home = `/clients/${clientId}`
  const detail = [
    ...(branches.length > 0 ? [format.list(branches.map((branch) => branch.name))] : []),
    t('record_since', { month: format.month(since) }),
  ].join(' · ')
  if (tab === 'view')
    return (
      <>
        <PageHeader
          title={name}
          avatar
          detail={detail}
          actions={<ButtonLink href={home}>{t('record_view_as_back')}</ButtonLink>}
        />
        <Files space={{ id: spaceId, kind: 'client', name }} viewAs="client" />
      </>
    )
  return (
    <>
      <PageHeader
        title={name}
        avatar
        detail={detail}
        actions={
          <>
            {people.data && <AvatarStack names={people.data.stakeholders.map((one) => one.name)} />}
            <JoinButton spaceId={spaceId} spaceName={name} />
            <ButtonLink look="quiet" icon={Eye} href={`${home}/view`}>
              {t('record_view_as')}
            </ButtonLink>
          </>
        }
      />
      <Tabs
        label={t('record_parts')}
        current={tab === 'files' ? home : `${home}/${tab}`}
        tabs={[
          { href: home, label: t('files') },
          { href: `${home}/stakeholders`, label: t('record_stakeholders') },
          { href: `${home}/record`, label: t('record_tab') },
        ]}
      />
      {tab === 'files' && <Files space={{ id: spaceId, kind: 'client', name }} />}
      {tab === 'stakeholders' && <Stakeholders spaceId={spaceId} spaceName={name} />}
      {tab === 'record' && <RecordTab key={record.data.id} record={record.data} />}
    </>
  )
}
