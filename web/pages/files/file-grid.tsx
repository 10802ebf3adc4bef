// biome-ignore-all lint/a11y/useSemanticElements: a table can't be laid out in virtual lines
// biome-ignore-all lint/a11y/useFocusableInteractive: of a grid, the rows or the cards have the focus
import { memo, useLayoutEffect, useRef, useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { useFormat, useT } from '../../i18n.ts'
import { useMedia } from '../../media.ts'
import { Checkbox } from '../../parts/checkbox.tsx'
import { cx } from '../../parts/class-names.ts'
import { ItemThumb } from '../../parts/item-thumb.tsx'
import { ScanBadge } from '../../parts/scan-badge.tsx'
import css from './file-grid.module.css'
import type { ItemActions } from './item-actions.tsx'
import { ItemName, ItemVisibility, useSizeWords } from './item-cells.tsx'
import { ItemMenu } from './item-menu.tsx'
import { type Choice, ItemsView } from './items-view.tsx'
import type { Listing } from './listing.ts'

const GAP = 14
const NARROWEST = 150
const WISHED = 200
/** Below the picture: name, what is known of it, and the space around. */
const WORDS = 68

/** Items as cards with large thumbnails. */
export function FileGrid({
  label,
  listing,
  choice,
  actions,
  space,
  asClient,
  hrefOf,
}: {
  label: string
  listing: Listing
  choice: Choice
  actions: ItemActions
  space: 'client' | 'group'
  asClient: boolean
  hrefOf: (item: Item) => string
}) {
  const around = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const measure = () => setWidth(around.current?.clientWidth ?? 0)
    measure()
    const watch = new ResizeObserver(measure)
    if (around.current) watch.observe(around.current)
    return () => watch.disconnect()
  }, [])
  const narrowest = width < 640 ? NARROWEST : WISHED
  const columns = Math.max(1, Math.floor((width + GAP) / (narrowest + GAP)))
  const card = (width - GAP * (columns - 1)) / columns
  const { selection, selected } = choice
  const fine = useMedia('(pointer: fine)')
  const touch = useMedia('(hover: none)')
  return (
    <div ref={around} className={css.around}>
      {width > 0 && (
        <ItemsView
          label={label}
          listing={listing}
          columns={columns}
          lineHeight={Math.round((card * 2) / 3) + WORDS + GAP}
          choice={choice}
          actions={actions}
          canSelect={!asClient}
          renderLine={(items, at) => (
            <div
              role="row"
              aria-rowindex={at + 1}
              className={css.row}
              style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
            >
              {items.map((item) => (
                <Card
                  key={item.id}
                  item={item}
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
              ))}
            </div>
          )}
        />
      )}
    </div>
  )
}

const Card = memo(function Card({
  item,
  draggable,
  offerSelect,
  selected,
  selecting,
  reachable,
  actions,
  space,
  asClient,
  href,
}: {
  item: Item
  draggable: boolean
  offerSelect: boolean
  selected: boolean
  selecting: boolean
  reachable: boolean
  actions: ItemActions
  space: 'client' | 'group'
  asClient: boolean
  href: string
}) {
  const t = useT()
  const format = useFormat()
  const size = useSizeWords()(item)
  const tabIndex = reachable ? 0 : -1
  return (
    <div
      role="gridcell"
      aria-selected={asClient ? undefined : selected}
      tabIndex={tabIndex}
      data-id={item.id}
      {...(item.can.addInside && { 'data-drop': item.id, 'data-drop-name': item.name })}
      draggable={draggable}
      className={cx(css.card, selecting && css.selecting)}
    >
      <div className={css.picture} data-open="">
        <ItemThumb item={item} size="fill" />
        <ScanBadge item={item} className={css.scan} />
      </div>
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
      <div className={css.words}>
        <ItemName item={item} href={href} tabIndex={tabIndex} />
        <span className={css.meta}>
          {asClient || (item.kind === 'folder' && !item.clientSees) ? (
            <span>{item.kind === 'folder' ? size : `${size} · ${format.date(item.addedAt)}`}</span>
          ) : (
            <ItemVisibility item={item} space={space} />
          )}
        </span>
      </div>
      <ItemMenu
        item={item}
        space={space}
        actions={actions}
        offerSelect={offerSelect}
        tabIndex={tabIndex}
        className={css.menu}
      />
    </div>
  )
})
