import { ChevronDown, Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useT } from '../../i18n.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { SearchField } from '../../parts/text-field.tsx'
import type { Sort } from '../files/listing.ts'
import css from './list-bar.module.css'

const SEARCH_MS = 250

export const SORTS = {
  newest: { by: 'added', order: 'desc' },
  name: { by: 'name', order: 'asc' },
} as const satisfies Record<string, Sort>

/** What stands over a list: its title, its order, and the search that takes the place of both. */
export function ListBar({
  title,
  name,
  search,
  onSearch,
  sort,
  onSort,
}: {
  title: string | null
  /** Of the place searched. */
  name: string
  /** Null while nobody searches. */
  search: string | null
  onSearch: (words: string | null) => void
  sort: keyof typeof SORTS
  onSort: (sort: keyof typeof SORTS) => void
}) {
  const t = useT()
  if (search !== null) {
    return (
      <search className={css.searching}>
        <SearchField label={t('client_search_in', { name })} value={search} onChange={onSearch} autoFocus />
        <Button look="quiet" onClick={() => onSearch(null)}>
          {t('cancel')}
        </Button>
      </search>
    )
  }
  return (
    <div className={css.bar}>
      {title && <h2>{title}</h2>}
      <label className={css.sort}>
        <span className="visually-hidden">{t('client_sort')}</span>
        <select value={sort} onChange={(event) => onSort(event.target.value as keyof typeof SORTS)}>
          <option value="newest">{t('client_sort_newest')}</option>
          <option value="name">{t('client_sort_name')}</option>
        </select>
        <Icon of={ChevronDown} size={14} />
      </label>
      <IconButton icon={Search} label={t('client_search')} onClick={() => onSearch('')} />
    </div>
  )
}

/** A text once it has stood still, so that not every letter asks the server. */
export function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SEARCH_MS)
    return () => clearTimeout(timer)
  }, [value])
  return value === '' ? '' : settled
}
