import { useState } from 'react'
import type { MessageKey } from '../../i18n.ts'
import type { Sort, SortKey } from './listing.ts'

/** In the order of the columns. */
export const SORT_KEYS = ['name', 'owner', 'visibility', 'added', 'size'] as const satisfies SortKey[]

export const SORT_NAMES = {
  name: 'files_name',
  owner: 'files_owner',
  visibility: 'files_visibility',
  added: 'files_added',
  size: 'files_size',
} as const satisfies Record<SortKey, MessageKey>

/** What one wants to see first: the newest, the largest. */
export const FIRST_ORDER: Record<SortKey, Sort['order']> = {
  name: 'asc',
  owner: 'asc',
  visibility: 'asc',
  added: 'desc',
  size: 'desc',
}

/** By what a list is sorted; `sortBy` the same again turns the order. */
export function useSort() {
  const [sort, setSort] = useState<Sort>({ by: 'name', order: FIRST_ORDER.name })
  const sortBy = (by: SortKey) =>
    setSort((now) => ({ by, order: now.by !== by ? FIRST_ORDER[by] : now.order === 'asc' ? 'desc' : 'asc' }))
  return { sort, setSort, sortBy }
}
