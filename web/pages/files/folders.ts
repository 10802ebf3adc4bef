import { useQueries } from '@tanstack/react-query'
import type { Item } from '../../../core/api/shapes.ts'
import { api } from '../../api.ts'

/** A folder as a tree shows it; the root has a null id. */
export interface TreeFolder {
  id: string | null
  name: string
  level: number
  parent: TreeFolder | null
  expanded: boolean
  loading: boolean
  /** Nothing inside that could be shown; known once it has been looked into. */
  leaf: boolean
}

/** Folders of a folder to which one may add; they come first in a list, so a few pages tell. */
async function listFolders(spaceId: string | undefined, folderId: string | null): Promise<Item[]> {
  const folders: Item[] = []
  let cursor: string | null | undefined
  do {
    const page = await api.files.listItems.call({
      ...(spaceId !== undefined && { spaceId }),
      ...(folderId !== null && { folderId }),
      ...(cursor && { cursor }),
    })
    folders.push(...page.items.filter(({ kind, can }) => kind === 'folder' && can.addInside))
    cursor = page.items.at(-1)?.kind === 'folder' ? page.next : null
  } while (cursor)
  return folders
}

/** The question for those; a client's own space is known. */
export function foldersOf(spaceId: string | undefined, folderId: string | null) {
  return {
    queryKey: [...api.files.listItems.key(), 'folders', spaceId, folderId],
    queryFn: () => listFolders(spaceId, folderId),
  }
}

/**
 * The folders of a space that one may put things into, of those expanded, in the order of a tree. Those in
 * `except` are left out with all inside them: nothing moves into itself.
 */
export function useFolderTree(
  spaceId: string | undefined,
  rootName: string,
  expanded: ReadonlySet<string>,
  except: ReadonlySet<string>,
): TreeFolder[] {
  const ids = [null, ...expanded]
  const results = useQueries({
    queries: ids.map((id) => foldersOf(spaceId, id)),
  })
  const inside = new Map(ids.map((id, at) => [id, results[at]?.data]))

  function walk(folder: TreeFolder): TreeFolder[] {
    const folders = inside.get(folder.id)?.filter(({ id }) => !except.has(id))
    if (!folder.expanded || !folders) return [folder]
    return [
      folder,
      ...folders.flatMap(({ id, name }) =>
        walk({
          id,
          name,
          level: folder.level + 1,
          parent: folder,
          expanded: expanded.has(id),
          loading: expanded.has(id) && !inside.get(id),
          leaf: inside.get(id)?.every((one) => except.has(one.id)) ?? false,
        }),
      ),
    ]
  }
  const loading = !inside.get(null)
  return walk({ id: null, name: rootName, level: 1, parent: null, expanded: true, loading, leaf: false })
}
