import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { UserPlus, Users } from 'lucide-react'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { can as mayAs } from '../../../core/profiles.ts'
import { api } from '../../api.ts'
import { useT, withMessages } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { late } from '../../parts/late.tsx'
import { PageHeader } from '../../parts/page-header.tsx'
import { Select } from '../../parts/select.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../parts/states.tsx'
import { SearchField } from '../../parts/text-field.tsx'
import { useProfessional } from '../../session.ts'
import { AddClientDialog } from './add-client-dialog.tsx'
import { AddGroupDialog } from './add-group-dialog.tsx'
import { ContactList } from './contact-list.tsx'
import css from './contacts.module.css'

type Kind = 'all' | 'client' | 'group' | 'archived'

const ArchivedList = late(
  () => withMessages(import('../record/lives/archived-list.tsx'), 'lives').then((part) => part.ArchivedList),
  <Skeleton />,
)
type Order = 'name' | 'newest'

/** The clients and groups in reach: searched, sorted, added to. */
export function ContactsPage() {
  const t = useT()
  const { can, profile } = useProfessional()
  const [, navigate] = useLocation()
  const [search, setSearch] = useState('')
  const [kind, setKind] = useState<Kind>('all')
  const [order, setOrder] = useState<Order>('name')
  const [adding, setAdding] = useState<'client' | 'group' | null>(null)
  const searchNow = useDeferredValue(search.trim())
  const field = useSlash()

  const list = useInfiniteQuery(
    api.people.listContacts.infiniteOptions({
      input: (cursor: string | undefined) => ({
        ...((kind === 'client' || kind === 'group') && { kind }),
        ...(searchNow && { search: searchNow }),
        ...(order === 'newest' && { sort: 'since' as const, order: 'desc' as const }),
        ...(cursor && { cursor }),
      }),
      initialPageParam: undefined,
      getNextPageParam: (page) => page.next ?? undefined,
      placeholderData: keepPreviousData,
    }),
  )
  const contacts = list.data?.pages.flatMap((page) => page.contacts)
  const narrowed = searchNow !== '' || kind !== 'all'

  const failure = failureOf(list)
  const fetchMore = () => void list.fetchNextPage()
  return (
    <>
      <PageHeader
        title={t('contacts')}
        actions={
          <>
            {can.createGroups && (
              <Button icon={Users} onClick={() => setAdding('group')}>
                {t('contacts_add_group')}
              </Button>
            )}
            {can.createClients && (
              <Button look="primary" icon={UserPlus} onClick={() => setAdding('client')}>
                {t('contacts_add_client')}
              </Button>
            )}
          </>
        }
      />
      <div className={css.tools} ref={field}>
        <SearchField label={t('contacts_search')} value={search} onChange={setSearch} />
        <Select
          label={t('contacts_kind')}
          labelHidden
          value={kind}
          onChange={setKind}
          options={[
            { value: 'all', label: t('contacts_all') },
            { value: 'client', label: t('contacts_clients') },
            { value: 'group', label: t('contacts_groups') },
            ...(mayAs(profile, 'manageStakeholders')
              ? [{ value: 'archived' as const, label: t('contacts_archived') }]
              : []),
          ]}
        />
        {kind !== 'archived' && (
          <Select
            label={t('contacts_order')}
            labelHidden
            value={order}
            onChange={setOrder}
            options={[
              { value: 'name', label: t('contacts_by_name') },
              { value: 'newest', label: t('contacts_newest') },
            ]}
          />
        )}
      </div>
      {kind === 'archived' ? (
        <ArchivedList search={searchNow} />
      ) : failure ? (
        failure
      ) : !contacts ? (
        <Skeleton />
      ) : contacts.length > 0 ? (
        <>
          <ContactList
            contacts={contacts}
            more={list.hasNextPage && !list.isFetchNextPageError}
            onMore={fetchMore}
          />
          {list.isFetchNextPageError && <ErrorState error={list.error} onRetry={fetchMore} />}
        </>
      ) : narrowed ? (
        <EmptyState icon={Users} title={t('contacts_none_found')}>
          {t('contacts_none_found_hint')}
        </EmptyState>
      ) : (
        <EmptyState
          icon={Users}
          title={t('contacts_none')}
          action={
            can.createClients && (
              <Button icon={UserPlus} onClick={() => setAdding('client')}>
                {t('contacts_add_client')}
              </Button>
            )
          }
        >
          {t(can.createClients ? 'contacts_none_hint' : 'contacts_none_hint_others')}
        </EmptyState>
      )}
      {adding === 'client' && (
        <AddClientDialog
          onClose={() => setAdding(null)}
          onAdded={(client) => navigate(`/clients/${client.id}`)}
        />
      )}
      {adding === 'group' && (
        <AddGroupDialog
          onClose={() => setAdding(null)}
          onAdded={(group) => navigate(`/groups/${group.id}/members`)}
        />
      )}
    </>
  )
}

/** The slash key goes to the search field within, from anywhere but another field. */
function useSlash() {
  const around = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof Element && event.target.closest('input, textarea, select, dialog')
      if (event.key !== '/' || typing) return
      event.preventDefault()
      around.current?.querySelector('input')?.focus()
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
  return around
}
