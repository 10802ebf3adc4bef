import { useEffect, useRef } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { api, queries } from '../../api.ts'

/** A link to a file in a folder opens it over that folder, so that those beside it are a step away. */
export function useArrival({
  itemId,
  folderId,
  items,
  loading,
  showIn,
}: {
  /** The item opened, if any. */
  itemId: string | null
  folderId: string | null
  items: readonly Item[]
  loading: boolean
  /** Lists a folder below what is opened. */
  showIn: (folderId: string) => void
}): void {
  const arrived = useRef(itemId)
  useEffect(() => {
    const id = arrived.current
    if (id === null || loading) return
    arrived.current = null
    if (folderId !== null || items.some((item) => item.id === id)) return
    queries
      .fetchQuery(api.files.readItem.queryOptions({ input: { itemId: id } }))
      .then(({ parentId }) => parentId && showIn(parentId))
      // The layer above says what is wrong.
      .catch(() => {})
  }, [folderId, items, loading, showIn])
}
