// biome-ignore-all lint/a11y/useSemanticElements: a table can't be laid out in virtual lines
// biome-ignore-all lint/a11y/useFocusableInteractive: of a grid, the rows or the cards have the focus
import { ArrowDown, ArrowUp } from 'lucide-react'
import { memo } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { useFormat, useT } from '../../i18n.ts'
import { useMedia } from '../../media.ts'
import { Checkbox } from '../../parts/checkbox.tsx'
import { cx } from '../../parts/class-names.ts'
import { Icon } from '../../parts/icon.tsx'
import { ItemThumb } from '../../parts/item-thumb.tsx'
import { ScanBadge } from '../../parts/scan-badge.tsx'
import css from './file-list.module.css'
import type { ItemActions } from './item-actions.tsx'
import { ItemName, ItemVisibility, useOwnerWords, useSizeWords } from './item-cells.tsx'
import { ItemMenu } from './item-menu.tsx'
import { type Choice, ItemsView } from './items-view.tsx'
import type { Listing, Sort, SortKey } from './listing.ts'
import { SORT_KEYS, SORT_NAMES } from './sort.ts'

interface ListProps {
  label: string
  listing: Listing
  choice: Choice
  actions: ItemActions
  space: 'client' | 'group'
  /** Shows what a client would see: nothing to select, no word on visibility. */
  asClient: boolean
  hrefOf: (item: Item) => string
  sort: Sort
  onSort: (by: SortKey) => void
}

/** Items as rows with columns to sort by; on narrow screens, of two lines each. */
export function FileList({
  label,
  listing,
  choice,
  actions,
  space,
  asClient,
  hrefOf,
  sort,
  onSort,
}: ListProps) {
  const narrow = useMedia('(width < 60rem)')
  const fine = useMedia('(pointer: fine)')
  const touch = useMedia('(hover: none)')
  const tall = useMedia('(width < 48rem), (pointer: coarse)')
  const { selection, selected } = choice
  const columns = SORT_KEYS.filter((column) => !(asClient && column === 'visibility'))
  return (
    <ItemsView
      label={label}
      listing={listing}
      columns={1}
      lineHeight={tall ? 64 : 56}
      choice={choice}
      actions={actions}
      canSelect={!asClient}
      head={
        <Head
          columns={narrow ? ['name', 'added', 'size'] : columns}
          sort={sort}
          onSort={onSort}
          asClient={asClient}
        />
      }
      renderLine={([item], at) =>
        item && (
          <Row
            item={item}
            at={at}
            narrow={narrow}
            draggable={fine && item.can.modify}
            offerSelect={touch && !asClient}
            selected={selection.ids.has(item.id)}
            selecting={selected.length > 0}
            reachable={item.id === selection.active}
            actions={actions}
            space={space}
            asClient={asClient}
            href={hrefOf(item)}
          />
        )
      }
    />
  )
}

function Head({
  columns,
  sort,
  onSort,
  asClient,
}: Pick<ListProps, 'sort' | 'onSort' | 'asClient'> & { columns: readonly SortKey[] }) {
  const t = useT()
  return (
    <div role="rowgroup" className={css.head}>
      <div role="row" aria-rowindex={1} className={cx(css.columns, asClient && css.asClient)}>
        {columns.map((column) => {
          const order = column === sort.by ? sort.order : null
          return (
            <div
              key={column}
              role="columnheader"
              aria-sort={order ? `${order}ending` : 'none'}
              className={css[column]}
            >
              <button type="button" className={css.sort} onClick={() => onSort(column)}>
                {t(SORT_NAMES[column])}
                {order && <Icon of={order === 'asc' ? ArrowUp : ArrowDown} size={14} />}
              </button>
            </div>
          )
        })}
        <div role="columnheader" className={css.menu}>
          <span className="visually-hidden">{t('files_actions')}</span>
        </div>
      </div>
    </div>
  )
}

interface RowProps {
  item: Item
  at: number
  narrow: boolean
  draggable: boolean
  offerSelect: boolean
  selected: boolean
  /** Something is selected, so every row shows its box. */
  selecting: boolean
  /** The one row that the Tab key comes to. */
  reachable: boolean
  actions: ItemActions
  space: 'client' | 'group'
  asClient: boolean
  href: string
}

const Row = memo(function Row({
  item,
  at,
  narrow,
  draggable,
  offerSelect,
  selected,
  selecting,
  reachable,
  actions,
  space,
  asClient,
  href,
}: RowProps) {
  const t = useT()
  const format = useFormat()
  const owner = useOwnerWords(asClient)(item)
  const size = useSizeWords()(item)
  const tabIndex = reachable ? 0 : -1
  return (
    <div
      role="row"
      aria-rowindex={at + 2}
      aria-selected={asClient ? undefined : selected}
      tabIndex={tabIndex}
      data-id={item.id}
      {...(item.can.addInside && { 'data-drop': item.id, 'data-drop-name': item.name })}
      draggable={draggable}
      className={cx(css.columns, css.row, asClient && css.asClient, selecting && css.selecting)}
    >
      <div role="gridcell" className={css.name}>
        <span className={css.icon}>
          <ItemThumb item={item} />
          {!asClient && (
            <span className={css.tick} data-tick="">
              <Checkbox
                aria-label={t('files_select', { name: item.name })}
                checked={selected}
                tabIndex={-1}
                onChange={() => {}}
              />
            </span>
          )}
        </span>
        <span className={css.words}>
          <ItemName item={item} href={href} tabIndex={tabIndex} withDuration withScan={!narrow} />
          {narrow && (
            <span className={css.meta}>
              <span className={css.who}>
                <ScanBadge item={item} />
                {!asClient && (item.kind === 'file' || item.clientSees) && (
                  <ItemVisibility item={item} space={space} />
                )}
                <span className={css.whose}>{owner}</span>
              </span>
              <span>{format.date(item.addedAt)}</span>
              <span>{size}</span>
            </span>
          )}
        </span>
      </div>
      {!narrow && (
        <>
          <div role="gridcell" className={css.owner}>
            {owner}
          </div>
          {!asClient && (
            <div role="gridcell" className={css.visibility}>
              <ItemVisibility item={item} space={space} />
            </div>
          )}
          <div role="gridcell" className={css.added} title={format.dateTime(item.addedAt)}>
            {format.date(item.addedAt)}
          </div>
          <div role="gridcell" className={css.size}>
            {size}
          </div>
        </>
      )}
      <div role="gridcell" className={css.menu}>
        <ItemMenu item={item} space={space} actions={actions} offerSelect={offerSelect} tabIndex={tabIndex} />
      </div>
    </div>
  )
})
