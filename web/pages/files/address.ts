import { useSearchParams } from 'wouter'

/** The folder listed, as the address says (`?folder=<id>`), and the addresses of others and of items here. */
export function useFolderAddress() {
  const [params, setParams] = useSearchParams()

  function searchOf(folderId: string | null, itemId?: string): URLSearchParams {
    const search = new URLSearchParams(params)
    for (const key of ['item', 'level', 'folder']) search.delete(key)
    if (folderId !== null) search.set('folder', folderId)
    if (itemId !== undefined) search.set('item', itemId)
    return search
  }

  const folderId = params.get('folder')
  return {
    folderId,
    hrefOfFolder(id: string | null): string {
      const search = searchOf(id).toString()
      return `${location.pathname}${search && '?'}${search}`
    },
    hrefOfItem: (id: string) => `${location.pathname}?${searchOf(folderId, id)}`,
    openFolder: (id: string) => setParams(searchOf(id)),
    /** Lists a folder below what is opened. */
    showIn(id: string): void {
      setParams(
        (search) => {
          search.set('folder', id)
          return search
        },
        { replace: true },
      )
    },
  }
}
