import { ArrowDownUp } from 'lucide-react'
import { useT } from '../../i18n.ts'
import { IconButton } from '../../parts/button.tsx'
import { Menu, MenuItem, MenuSection } from '../../parts/menu.tsx'
import type { Sort, SortKey } from './listing.ts'
import { FIRST_ORDER, SORT_KEYS, SORT_NAMES } from './sort.ts'

const ORDERS = { asc: 'files_ascending', desc: 'files_descending' } as const

/** The choice of an order where there are no columns to press. */
export function SortMenu({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) {
  const t = useT()
  return (
    <Menu label={t('files_sort')} trigger={<IconButton icon={ArrowDownUp} label={t('files_sort')} />}>
      <MenuSection
        title={t('files_sort')}
        selected={sort.by}
        onSelect={(by) => onSort({ by: by as SortKey, order: FIRST_ORDER[by as SortKey] })}
      >
        {SORT_KEYS.map((by) => (
          <MenuItem key={by} id={by}>
            {t(SORT_NAMES[by])}
          </MenuItem>
        ))}
      </MenuSection>
      <MenuSection
        selected={sort.order}
        onSelect={(order) => onSort({ ...sort, order: order as Sort['order'] })}
      >
        {(['asc', 'desc'] as const).map((order) => (
          <MenuItem key={order} id={order}>
            {t(ORDERS[order])}
          </MenuItem>
        ))}
      </MenuSection>
    </Menu>
  )
}
