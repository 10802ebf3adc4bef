import { useEffect, useRef, useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { api, queries } from '../../api.ts'
import { recall, remember } from '../../device.ts'
import { useT, withMessages } from '../../i18n.ts'
import { late } from '../../parts/late.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { useOpenedItem } from '../viewer/opened-item.ts'
import { useAdding } from './adding.tsx'
import { useFolderAddress } from './address.ts'
import { useArrival } from './arrival.ts'
import { AsClientBanner } from './as-client-banner.tsx'
import { DropHint } from './drop-hint.tsx'
import { type DropFolder, useDrops } from './drops.ts'
import { EmptyFiles } from './empty-files.tsx'
import { FileGrid } from './file-grid.tsx'
import { FileList } from './file-list.tsx'
import css from './files.module.css'
import { focusItem, useFocusKept } from './focus-kept.ts'
import { useFolderSteps } from './folder-steps.ts'
import { type ItemActions, type SpaceOfFiles, useItemActions } from './item-actions.tsx'
import { ListError } from './list-error.tsx'
import { prefetchListing, useListing } from './listing.ts'
import { useSearchWords } from './search-words.ts'
import { useSelection } from './selection.ts'
import { SelectionBar } from './selection-bar.tsx'
import { useSort } from './sort.ts'
import { Toolbar, type View } from './toolbar.tsx'

const ProfessionalViewer = late(() =>
  withMessages(import('../viewer/professional-viewer.tsx'), 'viewer').then(
    (viewer) => viewer.ProfessionalViewer,
  ),
)

interface FilesProps {
  space: SpaceOfFiles
  /** What the client sees of it, read only. */
  viewAs?: 'client' | undefined
}

/**
 * The files of a client or a group, for a professional; the folder listed and the item opened stand in the address
 * (`?folder=…&item=…`).
 */
export function Files(props: FilesProps) {
  return <FilesOfSpace key={props.space.id} {...props} />
}

function FilesOfSpace({ space, viewAs }: FilesProps) {
  const t = useT()
  const asClient = viewAs === 'client'
  const section = useRef<HTMLElement>(null)
  const { folderId, hrefOfFolder, hrefOfItem, openFolder, showIn } = useFolderAddress()
  const opened = useOpenedItem()
  const [view, setView] = useState<View>(() => (recall('files-view') === 'grid' ? 'grid' : 'list'))
  const { sort, setSort, sortBy } = useSort()
  const search = useSearchWords()
  const listed = { spaceId: space.id, folderId, search: search.words, sort, viewAs }
  const listing = useListing(listed)
  const { items, loading } = listing
  useArrival({ itemId: asClient ? null : opened.itemId, folderId, items, loading, showIn })
  const canAdd = listing.canAdd && !asClient
  const here: DropFolder = { id: folderId, name: listing.path?.at(-1)?.name ?? t('files') }
  const adding = useAdding({ space, here, canAdd, hrefOfFolder })

  const choice = useSelection(items)
  const { actions, dialog } = useItemActions(space, {
    open(item) {
      if (item.kind === 'file') return opened.open(item.id)
      search.type('')
      openFolder(item.id)
    },
    select: (item) => choice.gesture({ kind: 'toggle', id: item.id }),
  })

  const { reset } = choice
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was selected was so in the former list
  useEffect(reset, [folderId, search.words, view])
  useFocusKept(section, { items, isThere: dialog !== null || choice.selected.length > 0 })
  useFolderSteps({
    folderId,
    items,
    ready: !loading,
    section,
    onGo: (id) => choice.gesture({ kind: 'go', id }),
  })
  const { hover, handlers } = useDrops({
    here,
    canAdd,
    selected: choice.selected,
    items,
    onMove: actions.moveTo,
    onFiles: adding.add,
    wordsFor: ([first, ...more]) =>
      more.length === 0 ? (first?.name ?? '') : t('files_items', { count: more.length + 1 }),
  })
  usePrepared(space.id, canAdd)

  const shown = {
    label: here.name,
    listing,
    choice,
    actions,
    space: space.kind,
    asClient,
    hrefOf: ({ kind, id }: Item) => (kind === 'folder' ? hrefOfFolder(id) : hrefOfItem(id)),
  }

  return (
    <section
      ref={section}
      aria-label={t('files')}
      className={css.files}
      onKeyDown={({ key, target, defaultPrevented }) => {
        const elsewhere = !(target instanceof Element) || target.closest('dialog, [role=dialog]')
        if (key === 'Escape' && !defaultPrevented && !elsewhere) choice.gesture({ kind: 'clear' })
      }}
      onPointerDown={({ target }) => {
        // A folder's rows are on their way while the press is still going on.
        const link = target instanceof Element ? target.closest('[data-open]') : null
        const id = link?.closest<HTMLElement>('[data-id]')?.dataset.id
        const folder = items.find((item) => item.id === id && item.kind === 'folder')
        if (folder) prefetchListing({ ...listed, folderId: folder.id, search: '' })
      }}
      {...(asClient ? {} : handlers)}
    >
      {asClient && <AsClientBanner name={space.name} />}
      <div className={css.bar}>
        {choice.selected.length > 0 ? (
          <SelectionBar
            items={choice.selected}
            actions={actions}
            onKeep={(kept) => choice.gesture({ kind: 'keep', ids: kept.map(({ id }) => id) })}
            onClear={() => choice.gesture({ kind: 'clear' })}
          />
        ) : (
          <Toolbar
            path={listing.path ?? []}
            hrefOf={hrefOfFolder}
            canDrop={canAdd}
            search={search.typed}
            onSearch={search.type}
            onLeaveSearch={() => focusItem(section.current)}
            view={view}
            onView={(next) => {
              setView(next)
              remember('files-view', next)
            }}
            sort={sort}
            onSort={setSort}
            onAddFolder={adding.nameFolder}
            onAddFile={adding.chooseFiles}
          />
        )}
      </div>
      {loading ? (
        <Skeleton rows={8} />
      ) : listing.error && items.length === 0 ? (
        <ListError
          error={listing.error}
          onRetry={listing.retry}
          root={folderId === null ? null : hrefOfFolder(null)}
        />
      ) : items.length === 0 ? (
        <EmptyFiles
          search={search.words}
          inFolder={folderId !== null}
          asClient={asClient ? space.name : null}
          onClear={() => search.type('')}
          onAdd={adding.chooseFiles}
        />
      ) : view === 'grid' ? (
        <FileGrid {...shown} />
      ) : (
        <FileList {...shown} sort={sort} onSort={sortBy} />
      )}
      <p role="status" className="visually-hidden">
        {choice.selected.length > 0
          ? t('files_selected', { count: choice.selected.length })
          : search.words !== '' && !listing.stale && t('files_found', { count: items.length })}
      </p>
      <DropHint hover={hover} />
      {adding.dialogs}
      {opened.itemId !== null && (
        <ProfessionalViewer
          space={space.kind}
          asClient={asClient}
          itemId={opened.itemId}
          items={items}
          onMore={listing.fetchMore}
          onStep={(id) => {
            choice.gesture({ kind: 'go', id })
            opened.step(id)
          }}
          onClose={opened.close}
          {...ofViewer(actions)}
        />
      )}
      {dialog}
    </section>
  )
}

function ofViewer({ rename, move, takeOver, delete: remove }: ItemActions) {
  return {
    onRename: rename,
    onMove: (item: Item) => move([item]),
    onTakeOver: takeOver,
    onDelete: (item: Item) => remove([item]),
  }
}

/** Has at hand what will be asked for, perhaps when there is no network. */
function usePrepared(spaceId: string, canAdd: boolean): void {
  useEffect(() => {
    ProfessionalViewer.fetch().catch(() => {})
  }, [])
  useEffect(() => {
    if (!canAdd) return
    void queries.prefetchQuery(api.files.readSpace.queryOptions({ input: { spaceId } }))
  }, [spaceId, canAdd])
}
