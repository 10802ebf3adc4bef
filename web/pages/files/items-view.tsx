// biome-ignore-all lint/a11y/useSemanticElements: a table can't be laid out in virtual lines
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { useT } from '../../i18n.ts'
import { ErrorState } from '../../parts/states.tsx'
import { useGestures } from './gestures.ts'
import type { ItemActions } from './item-actions.tsx'
import css from './items-view.module.css'
import type { Listing } from './listing.ts'
import type { Gesture, Selection } from './selection.ts'

/** Lines kept drawn above and below what is seen. */
const OVERSCAN = 8
/** Lines before the end at which the next page is asked for. */
const AHEAD = 12
/** What stands over the lines at the top and the bottom of the screen. */
const COVERED = { top: 160, bottom: 96 }

export interface Choice {
  selection: Selection
  selected: readonly Item[]
  gesture: (gesture: Gesture) => void
}

/**
 * Items in virtual lines over the page's own scroll, with the keyboard of a grid: arrows, Home, End and pages go;
 * Space, Shift with arrows and Ctrl+A select; Enter opens, F2 renames, Delete deletes, Escape lets go.
 */
export function ItemsView({
  label,
  listing,
  columns,
  lineHeight,
  choice,
  actions,
  canSelect,
  head,
  renderLine,
}: {
  label: string
  listing: Listing
  /** Items in a line. */
  columns: number
  /** In px, the same for all. */
  lineHeight: number
  choice: Choice
  actions: ItemActions
  canSelect: boolean
  /** The names of the columns. */
  head?: ReactNode
  renderLine: (items: readonly Item[], at: number) => ReactNode
}) {
  const t = useT()
  const { items, hasMore, moreError, fetchMore } = listing
  const { active } = choice.selection
  const body = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const lines = Math.ceil(items.length / columns)
  const activeAt = items.findIndex(({ id }) => id === active)
  const activeLine = Math.max(0, Math.floor(activeAt / columns))

  const virtualizer = useWindowVirtualizer({
    count: lines,
    estimateSize: () => lineHeight,
    // By item, so that the focus stays with what it is on and goes when that goes.
    getItemKey: useCallback((line: number) => items[line * columns]?.id ?? line, [items, columns]),
    overscan: OVERSCAN,
    scrollMargin: top,
    scrollPaddingStart: COVERED.top,
    scrollPaddingEnd: COVERED.bottom,
    // What has the focus must not go from the page, or the focus would be lost with it.
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(0, startIndex - overscan)
      const last = Math.min(count - 1, endIndex + overscan)
      const seen = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
      if (activeLine < first) return [activeLine, ...seen]
      return activeLine > last && activeLine < count ? [...seen, activeLine] : seen
    },
  })

  useLayoutEffect(() => {
    const place = () => setTop((body.current?.getBoundingClientRect().top ?? 0) + scrollY)
    place()
    const watch = new ResizeObserver(place)
    watch.observe(document.body)
    return () => watch.disconnect()
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: lines of another height are measured anew
  useLayoutEffect(() => virtualizer.measure(), [lineHeight, columns])

  const lastSeen = virtualizer.range?.endIndex ?? 0
  useEffect(() => {
    if (hasMore && lastSeen >= lines - AHEAD) fetchMore()
  }, [hasMore, fetchMore, lastSeen, lines])

  const movesFocus = useRef(false)
  useLayoutEffect(() => {
    if (!movesFocus.current || active === null) return
    movesFocus.current = false
    virtualizer.scrollToIndex(activeLine, { align: 'auto' })
    body.current?.querySelector<HTMLElement>(`[data-id="${active}"]`)?.focus({ preventScroll: true })
  })

  const handlers = useGestures({
    items,
    selected: choice.selected,
    columns,
    lineHeight,
    gesture: choice.gesture,
    actions,
    canSelect,
    onKeyMove: () => {
      movesFocus.current = true
    },
  })

  return (
    <>
      <div
        role="grid"
        aria-label={label}
        aria-multiselectable={canSelect}
        aria-rowcount={hasMore ? -1 : lines + (head ? 1 : 0)}
        aria-busy={listing.stale}
        className={css.view}
        {...handlers}
      >
        {head}
        <div
          ref={body}
          role="rowgroup"
          className={css.body}
          style={{ height: `${virtualizer.getTotalSize()}px` }}
        >
          {virtualizer.getVirtualItems().map(({ index, start, key }) => (
            <div
              key={key}
              role="presentation"
              className={css.line}
              style={{ height: `${lineHeight}px`, transform: `translateY(${start - top}px)` }}
            >
              {renderLine(items.slice(index * columns, (index + 1) * columns), index)}
            </div>
          ))}
        </div>
        {hasMore && (
          <p role="presentation" className={css.more}>
            {t('loading')}
          </p>
        )}
      </div>
      {moreError && <ErrorState error={moreError} onRetry={fetchMore} />}
    </>
  )
}
