import { useQuery } from '@tanstack/react-query'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import type { Item } from '../../../core/api/shapes.ts'
import { useT, withMessages } from '../../i18n.ts'
import { ClientHeader } from '../../parts/client-shell.tsx'
import { late } from '../../parts/late.tsx'
import { ErrorState, Skeleton } from '../../parts/states.tsx'
import { useListing } from '../files/listing.ts'
import { NotFoundPage } from '../not-found.tsx'
import { useOpenedItem } from '../viewer/opened-item.ts'
import { AddButton } from './add-button.tsx'
import { EmptyList } from './empty-list.tsx'
import { fetchAhead, whenFetched } from './fetched.ts'
import { FileRows } from './file-rows.tsx'
import { nameOfFolder } from './folder-name.ts'
import type { Asked } from './item-dialogs.tsx'
import { ListBar, SORTS, useSettled } from './list-bar.tsx'
import { NewForYou, newForYou } from './new-for-you.tsx'
import { OfflineNote } from './offline-note.tsx'
import { WhoSeesButton } from './who-sees-button.tsx'

const ClientViewer = late(() =>
  withMessages(import('../viewer/client-viewer.tsx'), 'viewer', 'changes').then(
    (viewer) => viewer.ClientViewer,
  ),
)
const ItemDialogs = late(() =>
  withMessages(import('./item-dialogs.tsx'), 'sheets', 'changes').then((dialogs) => dialogs.ItemDialogs),
)

/** What is shared with a client, and what they added: at the root, or in a folder. */
export function ClientFilesPage({ params }: { params: { folderId?: string } }) {
  const t = useT()
  const folderId = params.folderId ?? null
  const [query, setQuery] = useSearchParams()
  const typed = query.get('q')
  const search = useSettled(typed?.trim() ?? '')
  const sort = query.get('sort') === 'name' ? 'name' : 'newest'
  const listing = useListing({ folderId, search, sort: SORTS[sort] })
  const atHome = folderId === null && typed === null
  const fresh = useQuery({ ...newForYou, enabled: folderId === null })
  const opened = useOpenedItem()
  const [asked, setAsked] = useState<Asked | null>(null)

  useEffect(() => {
    if (!listing.loading) fetchAhead([ClientViewer.fetch, ItemDialogs.fetch])
  }, [listing.loading])

  const { items, path } = listing
  const name = folderId === null ? t('files') : (path?.at(-1)?.name ?? nameOfFolder(folderId) ?? t('loading'))
  const above = path?.at(-2)
  const hrefOf = (id: string) => `/files/${id}${sort === 'name' ? '?sort=name' : ''}`
  const shown = useRef<readonly string[]>([])
  const [, navigate] = useLocation()
  useLayoutEffect(() => {
    if (path) shown.current = path.map(({ id }) => id)
    // A folder goes with the last file in it, as a rule one that was moved or deleted just now; and so may those above.
    const at = listing.gone && folderId ? shown.current.indexOf(folderId) : -1
    const next = shown.current[at - 1]
    if (at >= 0) navigate(next ? hrefOf(next) : '/files', { replace: true })
  })
  if (listing.gone) return <NotFoundPage />

  const setParam = (key: 'q' | 'sort', value: string | null) =>
    setQuery(
      (before) => {
        const after = new URLSearchParams(before)
        after.delete(key)
        if (value !== null) after.set(key, value)
        return after
      },
      { replace: true },
    )
  // Fetched before they are shown, so that a lost network is told and the list stays.
  const open = (item: Item) => whenFetched(ClientViewer.fetch(), () => opened.open(item.id))
  const ask = (what: Asked['what'], item: Item) =>
    whenFetched(ItemDialogs.fetch(), () => setAsked({ what, item }))

  const news = (atHome && fresh.data) || []
  const listed = items.some(({ id }) => id === opened.itemId) ? items : (fresh.data ?? items)

  return (
    <>
      <ClientHeader
        title={name}
        back={
          folderId === null
            ? undefined
            : { href: above ? hrefOf(above.id) : '/files', label: above?.name ?? t('files') }
        }
      />
      <OfflineNote />
      {listing.loading || (atHome && fresh.isPending) ? (
        <Skeleton rows={7} />
      ) : (
        <>
          {news.length > 0 && <NewForYou items={news} onOpen={open} />}
          <section aria-label={folderId === null ? t('client_everything') : name}>
            {(items.length > 0 || typed !== null) && (
              <ListBar
                title={folderId === null && typed === null ? t('client_everything') : null}
                name={name}
                search={typed}
                onSearch={(words) => setParam('q', words)}
                sort={sort}
                onSort={(next) => setParam('sort', next === 'name' ? next : null)}
              />
            )}
            {items.length > 0 ? (
              <FileRows
                listing={listing}
                sort={SORTS[sort]}
                hrefOf={hrefOf}
                onOpen={open}
                onActions={(item) => ask('actions', item)}
              />
            ) : listing.error ? (
              <ErrorState error={listing.error} onRetry={listing.retry} />
            ) : (
              <EmptyList search={search} inFolder={folderId !== null} canAdd={listing.canAdd} />
            )}
            <p role="status" className="visually-hidden">
              {search !== '' && !listing.stale && t('client_found', { count: items.length })}
            </p>
          </section>
        </>
      )}
      {listing.canAdd && <AddButton folder={folderId === null ? null : { id: folderId, name }} />}
      {opened.itemId !== null && (
        <ClientViewer
          itemId={opened.itemId}
          items={listed}
          onMore={listing.fetchMore}
          onStep={opened.step}
          onClose={opened.close}
          onRename={(item) => ask('rename', item)}
          onMove={(item) => ask('move', item)}
          onDelete={(item) => ask('delete', item)}
          audience={(item) => <WhoSeesButton onClick={() => ask('audience', item)} />}
        />
      )}
      {asked && (
        <ItemDialogs
          asked={asked}
          onAsk={(what) => setAsked({ ...asked, what })}
          onClose={() => setAsked(null)}
          onDeleted={() => {
            if (opened.itemId === asked.item.id) opened.close()
            // Its row goes, and with it the button that would have had the focus back.
            else requestAnimationFrame(() => document.getElementById('main')?.focus({ preventScroll: true }))
          }}
        />
      )}
    </>
  )
}
