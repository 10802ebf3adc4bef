import { lazy, Suspense, useDeferredValue, useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import type { Item } from '../../../core/api/shapes.ts'
import { api, queries } from '../../api.ts'
import { recall, remember } from '../../device.ts'
import { useT } from '../../i18n.ts'
import { Skeleton } from '../../parts/states.tsx'
import type { Picked } from '../../uploads/picked-files.ts'
import { useOpenedItem } from '../viewer/opened-item.ts'
import { AddFilesDialog } from './add-files-dialog.tsx'
import { AddFolderDialog } from './add-folder-dialog.tsx'
import { AsClientBanner } from './as-client-banner.tsx'
import { moveItems } from './changes.ts'
import { DropHint } from './drop-hint.tsx'
import { type DropFolder, useDrops } from './drops.ts'
import { EmptyFiles } from './empty-files.tsx'
import { FileGrid } from './file-grid.tsx'
import { FileList } from './file-list.tsx'
import { FilePicker, type FilePickerHandle } from './file-picker.tsx'
import css from './files.module.css'
import { useFolderSteps } from './folder-steps.ts'
import { type SpaceOfFiles, useItemActions } from './item-actions.tsx'
import { ListError } from './list-error.tsx'
import { type Sort, type SortKey, useListing } from './listing.ts'
import { useSelection } from './selection.ts'
import { SelectionBar } from './selection-bar.tsx'
import { Toolbar, type View } from './toolbar.tsx'

const loadViewer = () => import('../viewer/professional-viewer.tsx')
const ProfessionalViewer = lazy(() => loadViewer().then((viewer) => ({ default: viewer.ProfessionalViewer })))

const SEARCH_MS = 250
/** What one wants to see first of a column. */
const FIRST_ORDER: Record<SortKey, Sort['order']> = {
  name: 'asc',
  owner: 'asc',
  visibility: 'asc',
  added: 'desc',
  size: 'desc',
}

/**
 * The files of a client or a group, for a professional; the folder listed and the item opened stand in the address
 * (`?folder=…&item=…`). With `viewAs`, what the client sees of it, read only.
 */
export function Files({ space, viewAs }: { space: SpaceOfFiles; viewAs?: 'client' | undefined }) {
  const t = useT()
  const [params, setParams] = useSearchParams()
  const folderId = params.get('folder')
  const opened = useOpenedItem()
  const [view, setView] = useState<View>(() => (recall('files-view') === 'grid' ? 'grid' : 'list'))
  const [sort, setSort] = useState<Sort>({ by: 'name', order: 'asc' })
  const [typed, setTyped] = useState('')
  const search = useDebounced(typed.trim())
  const listing = useListing({ spaceId: space.id, folderId, search, sort, viewAs })
  const { items } = listing
  const choice = useSelection(items)
  const [adding, setAdding] = useState<{ picked: Picked; folder: DropFolder } | null>(null)
  const [addingFolder, setAddingFolder] = useState(false)
  const picker = useRef<FilePickerHandle>(null)
  const asClient = viewAs === 'client'

  const here: DropFolder = { id: folderId, name: listing.path?.at(-1)?.name ?? t('files') }
  const canAdd = listing.canAdd && !asClient

  function hrefOf(id: string | null): string {
    const next = new URLSearchParams(params)
    for (const key of ['item', 'level', 'folder']) next.delete(key)
    if (id !== null) next.set('folder', id)
    return `${location.pathname}${next.size > 0 ? `?${next}` : ''}`
  }

  const open = useStable((item: Item) => {
    if (item.kind === 'file') return opened.open(item.id)
    setTyped('')
    setParams(new URL(hrefOf(item.id), location.origin).searchParams)
  })
  const { actions, dialog } = useItemActions(space, open)

  // At hand before it is asked for, when there may be no network.
  useEffect(() => void loadViewer().catch(() => {}), [])

  // What the choice of a level needs, before it is asked for.
  useEffect(() => {
    if (canAdd)
      void queries.prefetchQuery(api.people.readSpace.queryOptions({ input: { spaceId: space.id } }))
  }, [canAdd, space.id])

  const { reset } = choice
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was selected was so in the former list
  useEffect(reset, [folderId, search, view])

  const section = useRef<HTMLElement>(null)
  const focusItem = () => section.current?.querySelector<HTMLElement>('[data-id][tabindex="0"]')?.focus()
  useFocusKept(dialog !== null || choice.selected.length > 0, focusItem)
  const go = useStable((id: string) => choice.gesture({ kind: 'go', id }))
  useFolderSteps({ folderId, items, ready: !listing.loading, section, onGo: go })

  const pick = (picked: Picked, folder = here) => {
    if (picked.files.length + picked.folders.length > 0) setAdding({ picked, folder })
  }
  const { hover, handlers } = useDrops({
    here,
    canAdd,
    selected: choice.selected,
    items,
    onMove: (moved, to) => void moveItems(moved, to),
    onFiles: pick,
    wordsFor: (dragged) =>
      dragged.length === 1 ? (dragged[0]?.name ?? '') : t('files_items', { count: dragged.length }),
  })

  const shown = {
    label: here.name,
    listing,
    choice,
    actions,
    space: space.kind,
    asClient,
    hrefOf: (item: Item) => (item.kind === 'folder' ? hrefOf(item.id) : `?item=${item.id}`),
  }
  const sortBy = (by: SortKey) =>
    setSort((now) =>
      now.by === by ? { by, order: now.order === 'asc' ? 'desc' : 'asc' } : { by, order: FIRST_ORDER[by] },
    )

  return (
    <section
      ref={section}
      aria-label={t('files')}
      className={css.files}
      onKeyDown={(event) => {
        const ours = event.target instanceof Node && event.currentTarget.contains(event.target)
        if (ours && event.key === 'Escape' && !event.defaultPrevented) choice.gesture({ kind: 'clear' })
      }}
      {...(asClient ? {} : handlers)}
    >
      {asClient && <AsClientBanner name={space.name} />}
      <div className={css.bar}>
        {choice.selected.length > 0 ? (
          <SelectionBar
            items={choice.selected}
            actions={actions}
            onClear={() => choice.gesture({ kind: 'clear' })}
          />
        ) : (
          <Toolbar
            path={listing.path ?? []}
            hrefOf={hrefOf}
            canDrop={canAdd}
            search={typed}
            onSearch={setTyped}
            onLeaveSearch={focusItem}
            view={view}
            onView={(next) => {
              setView(next)
              remember('files-view', next)
            }}
            onAddFolder={canAdd ? () => setAddingFolder(true) : undefined}
            onAddFile={canAdd ? () => picker.current?.files() : undefined}
          />
        )}
      </div>
      {listing.loading ? (
        <Skeleton rows={8} />
      ) : listing.error && items.length === 0 ? (
        <ListError
          error={listing.error}
          onRetry={listing.retry}
          root={folderId === null ? null : hrefOf(null)}
        />
      ) : items.length === 0 ? (
        <EmptyFiles
          search={search}
          inFolder={folderId !== null}
          asClient={asClient ? space.name : null}
          onClear={() => setTyped('')}
          onAdd={canAdd ? () => picker.current?.files() : undefined}
        />
      ) : view === 'grid' ? (
        <FileGrid {...shown} />
      ) : (
        <FileList {...shown} sort={sort} onSort={sortBy} />
      )}
      <p role="status" className="visually-hidden">
        {choice.selected.length > 0
          ? t('files_selected', { count: choice.selected.length })
          : search !== '' && !listing.stale && t('files_found', { count: items.length })}
      </p>
      <DropHint hover={hover} />
      <FilePicker ref={picker} onPick={pick} />
      {adding && (
        <AddFilesDialog
          space={space}
          {...adding}
          page={hrefOf(adding.folder.id)}
          onClose={() => setAdding(null)}
        />
      )}
      {addingFolder && (
        <AddFolderDialog
          spaceId={space.id}
          parentId={folderId}
          onChooseFolder={picker.current?.canFolder ? () => picker.current?.folder() : undefined}
          onClose={() => setAddingFolder(false)}
        />
      )}
      {opened.itemId !== null && (
        <Suspense>
          <ProfessionalViewer
            space={space.kind}
            asClient={asClient}
            itemId={opened.itemId}
            items={items}
            onMore={listing.fetchMore}
            onStep={opened.step}
            onClose={opened.close}
            onRename={actions.rename}
            onMove={(item) => actions.move([item])}
            onDelete={(item) => actions.delete([item])}
          />
        </Suspense>
      )}
      {dialog}
    </section>
  )
}

/** A function that stays the same while what it does follows the latest render. */
function useStable<Args extends unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
  const latest = useRef(act)
  latest.current = act
  const [stable] = useState(
    () =>
      (...args: Args) =>
        latest.current(...args),
  )
  return stable
}

/** When bars and dialogs go with the focus in them, it comes back to the list. */
function useFocusKept(there: boolean, focusItem: () => void): void {
  const latest = useRef(focusItem)
  latest.current = focusItem
  const before = useRef(there)
  useEffect(() => {
    if (before.current && !there) {
      requestAnimationFrame(() => document.activeElement === document.body && latest.current())
    }
    before.current = there
  }, [there])
}

function useDebounced(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    if (value === '') return setSettled('')
    const timer = setTimeout(() => setSettled(value), SEARCH_MS)
    return () => clearTimeout(timer)
  }, [value])
  return useDeferredValue(value === '' ? '' : settled)
}
