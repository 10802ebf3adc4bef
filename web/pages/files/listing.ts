import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useMemo } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { api, isGone, queries } from '../../api.ts'

export type SortKey = 'name' | 'owner' | 'visibility' | 'added' | 'size'
export interface Sort {
  by: SortKey
  order: 'asc' | 'desc'
}

/** A folder of a space, or what is found below it, in an order. */
export interface Listed {
  /** Absent for a client: theirs is known. */
  spaceId?: string
  /** Null at the root. */
  folderId: string | null
  search: string
  sort: Sort
  viewAs?: 'client' | undefined
}

export type Listing = ReturnType<typeof useListing>
type Page = Awaited<ReturnType<typeof api.files.listItems.call>>
type Pages = InfiniteData<Page, string | undefined>

function inputOf({ spaceId, folderId, search, sort, viewAs }: Listed, cursor?: string | undefined) {
  return {
    sort: sort.by,
    order: sort.order,
    ...(spaceId !== undefined && { spaceId }),
    ...(folderId !== null && { folderId }),
    ...(search !== '' && { search }),
    ...(viewAs && { viewAs }),
    ...(cursor !== undefined && { cursor }),
  }
}

function optionsOf(listed: Listed) {
  return api.files.listItems.infiniteOptions({
    input: (cursor: string | undefined) => inputOf(listed, cursor),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
  })
}

/** The rows of a folder, page by page, as far as they have been asked for. */
export function useListing(listed: Listed) {
  const { folderId, spaceId } = listed
  const query = useInfiniteQuery({
    ...optionsOf(listed),
    // Another order or search of the same folder keeps the rows until the new ones are there.
    placeholderData: (before, query) => {
      const [, { input } = {}] = (query?.queryKey ?? []) as [
        unknown?,
        { input?: ReturnType<typeof inputOf> }?,
      ]
      return input && input.spaceId === spaceId && (input.folderId ?? null) === folderId ? before : undefined
    },
  })
  const { error } = query
  const gone = isGone(error)
  const data = gone ? undefined : query.data
  const items = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data])
  const [first] = data?.pages ?? []
  useFilesInTheMaking(listed, data)
  return {
    items,
    /** Folders from the root down to and with this one; null while unknown. */
    path: first?.path ?? null,
    canAdd: first?.can.addInside ?? false,
    loading: query.isPending,
    /** Rows of the former order or search are still shown. */
    stale: query.isPlaceholderData,
    error,
    gone,
    retry: () => void query.refetch(),
    hasMore: query.hasNextPage && !query.isFetchNextPageError,
    /** Why no more come for now; `fetchMore` asks once more. */
    moreError: query.isFetchNextPageError ? error : null,
    fetchMore() {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage()
    },
  }
}

/** Has a folder's first rows at hand before it is opened. */
export function prefetchListing(listed: Listed): void {
  void queries.prefetchInfiniteQuery(optionsOf(listed))
}

const PATIENCE = [1500, 3000, 6000, 12_000, 30_000, 60_000]

const isPending = ({ preview, scan }: Item) => preview === 'pending' || scan === 'waiting'

/** Asks ever more rarely for the pages with a file that is being scanned or pictured, and takes over nothing but that. */
function useFilesInTheMaking(listed: Listed, data: Pages | undefined): void {
  const cursors = data?.pageParams.filter((_, at) => data.pages[at]?.items.some(isPending)) ?? []
  const which =
    data?.pages
      .flatMap(({ items }) => items.filter(isPending).map(({ id, scan }) => `${id}${scan}`))
      .join() ?? ''
  const ask = useEffectEvent(async () => {
    const pages = await Promise.all(
      cursors.map((cursor) => api.files.listItems.call(inputOf(listed, cursor)).catch(() => null)),
    )
    noteProgress(pages.flatMap((page) => page?.items ?? []))
  })
  useEffect(() => {
    if (which === '') return
    let asked = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let over = false
    const wait = () => {
      if (over) return
      timer = setTimeout(() => void ask().then(wait), PATIENCE[Math.min(asked++, PATIENCE.length - 1)])
    }
    wait()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [which])
}

/** What has become of files that the lists know as being scanned or pictured, and nothing but that. */
export function noteProgress(seen: readonly Item[]): void {
  const found = new Map(seen.map((item) => [item.id, item]))
  editListings((items) =>
    items.map((item) => {
      const now = isPending(item) && found.get(item.id)
      if (!now) return item
      const { preview, picture, duration, scan, can } = now
      return { ...item, preview, picture, duration, scan, can: { ...item.can, download: can.download } }
    }),
  )
}

/**
 * Changes the rows of every list there is, at once, and nothing else of it: what has failed stays failed, and what is
 * to be asked for again is asked for. Returns the way back.
 */
export function editListings(edit: (items: Item[]) => Item[]): () => void {
  const lists = queries
    .getQueryCache()
    .findAll({ queryKey: api.files.listItems.key({ type: 'infinite' }) })
    .map((query) => ({ query, before: query.state.data as Pages | undefined }))
  for (const { query, before } of lists)
    if (before)
      query.setState({
        data: { ...before, pages: before.pages.map((page) => ({ ...page, items: edit(page.items) })) },
      })
  return () => {
    for (const { query, before } of lists) if (before) query.setState({ data: before })
  }
}
