import type { Item } from '../../../core/api/shapes.ts'
import { Problem } from '../../../core/errors.ts'
import { nameProblem, tidyName } from '../../../core/names.ts'
import type { Level } from '../../../core/visibility.ts'
import { api, queries } from '../../api.ts'
import { t } from '../../i18n.ts'
import { toast, toastError } from '../../parts/toasts.tsx'
import { editListings } from './listing.ts'

/** How long the server lets a deletion be undone, counted from when it was asked for: the clocks may differ. */
const UNDO_MS = 10_000

/** Shows a change at once, makes it, and takes it back with a word if the server refuses. */
async function change<T>(edit: (items: Item[]) => Item[], make: () => Promise<T>): Promise<T | null> {
  await queries.cancelQueries({ queryKey: api.files.listItems.key() })
  const takeBack = editListings(edit)
  try {
    return await make()
  } catch (error) {
    takeBack()
    toastError(error)
    return null
  } finally {
    void queries.invalidateQueries({ queryKey: api.files.key() })
  }
}

function without(ids: ReadonlySet<string>): (items: Item[]) => Item[] {
  return (items) => items.filter(({ id }) => !ids.has(id))
}

/** "“Plan.pdf” was …" for one item, "3 items were …" for several. */
function say(key: 'files_deleted' | 'files_moved', items: readonly Item[]): string {
  const [first] = items
  return items.length === 1 && first
    ? t(`${key}_named`, { name: first.name })
    : t(key, { count: items.length })
}

/** @throws name_empty, name_too_long, name_characters before anything is sent */
export function requireLegalName(raw: string): string {
  const name = tidyName(raw)
  const problem = nameProblem(name)
  if (problem) throw new Problem(problem)
  return name
}

export async function renameItem({ id }: Item, name: string): Promise<void> {
  await change(
    (items) => items.map((item) => (item.id === id ? { ...item, name } : item)),
    () => api.files.renameItem.call({ itemId: id, name }),
  )
}

/** Those that are not there already. */
export function movable(items: readonly Item[], folderId: string | null): readonly Item[] {
  return items.filter(({ id, parentId }) => id !== folderId && parentId !== folderId)
}

/** Moves items to a folder, or to the root by null; can be undone, unless that is said to be for good. */
export async function moveItems(
  items: readonly Item[],
  folderId: string | null,
  { forGood = false } = {},
): Promise<void> {
  const moving = movable(items, folderId)
  const ids = moving.map(({ id }) => id)
  if (ids.length === 0) return
  const moved = await change(without(new Set(ids)), () => api.files.moveItems.call({ ids, folderId }))
  if (!moved) return
  const undo = { label: t('undo'), run: () => void moveBack(moving) }
  toast({ text: say('files_moved', moving), ...(!forGood && { action: undo }) })
}

async function moveBack(items: readonly Item[]): Promise<void> {
  const byFolder = Map.groupBy(items, ({ parentId }) => parentId)
  for (const [folderId, those] of byFolder) {
    await change(
      (rows) => rows,
      () => api.files.moveItems.call({ ids: those.map(({ id }) => id), folderId }),
    )
  }
}

/** Deletes items with all inside them; for ten seconds, the toast can bring them back. */
export async function deleteItems(items: readonly Item[]): Promise<void> {
  const ids = items.map(({ id }) => id)
  const until = new Date(Date.now() + UNDO_MS)
  const deletion = await change(without(new Set(ids)), () => api.files.deleteItems.call({ ids }))
  if (!deletion) return
  toast({
    text: say('files_deleted', items),
    until,
    action: {
      label: t('undo'),
      run: () =>
        void change(
          (rows) => rows,
          () => api.files.undoDeletion.call({ deletionId: deletion.deletionId }),
        ),
    },
  })
}

/** Can be undone to the level that each had. @throws Problem, so that the choice stays open */
export async function changeLevel(items: readonly Item[], level: Level): Promise<void> {
  const changed = await api.files.changeLevel.call({ ids: items.map(({ id }) => id), level })
  const byId = new Map(changed.map((item) => [item.id, item]))
  editListings((rows) => rows.map((row) => byId.get(row.id) ?? row))
  void queries.invalidateQueries({ queryKey: api.files.key() })
  toast({
    text: t('files_level_changed', { count: items.length }),
    action: { label: t('undo'), run: () => void changeLevelBack(items) },
  })
}

async function changeLevelBack(items: readonly Item[]): Promise<void> {
  for (const [level, those] of Map.groupBy(items, ({ level }) => level)) {
    if (level === null) continue
    await change(
      (rows) => rows,
      () => api.files.changeLevel.call({ ids: those.map(({ id }) => id), level }),
    )
  }
}
