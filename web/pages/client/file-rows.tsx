import { ChevronRight, EllipsisVertical, Lock, UserRoundCheck } from 'lucide-react'
import { useEffect, useEffectEvent, useRef } from 'react'
import { Link } from 'wouter'
import type { Item } from '../../../core/api/shapes.ts'
import { useFormat, useT } from '../../i18n.ts'
import { nameOf } from '../../names.ts'
import { IconButton } from '../../parts/button.tsx'
import { heldBy } from '../../parts/held.ts'
import { Icon } from '../../parts/icon.tsx'
import { ItemThumb } from '../../parts/item-thumb.tsx'
import { late } from '../../parts/late.tsx'
import { ErrorState } from '../../parts/states.tsx'
import { type Listing, prefetchListing, type Sort } from '../files/listing.ts'
import css from './file-rows.module.css'

/** Few files are ever held. */
const ScanBadge = late(() => import('../../parts/scan-badge.tsx').then((module) => module.ScanBadge))

/** The rows of a list; more are asked for as the end comes near. */
export function FileRows({
  listing,
  sort,
  hrefOf,
  onOpen,
  onActions,
}: {
  listing: Listing
  sort: Sort
  /** Address of a folder. */
  hrefOf: (folderId: string) => string
  onOpen: (item: Item) => void
  onActions: (item: Item) => void
}) {
  const t = useT()
  const { items, hasMore, moreError, fetchMore } = listing
  const end = useNear(fetchMore, items.length)
  return (
    <>
      <ul className={css.rows} aria-busy={listing.stale}>
        {items.map((item) => (
          <li key={item.id} className={css.row}>
            {item.kind === 'folder' ? (
              <Link
                href={hrefOf(item.id)}
                className={css.open}
                onPointerDown={() => prefetchListing({ folderId: item.id, search: '', sort })}
              >
                <What item={item} />
                <Icon of={ChevronRight} className={css.into} />
              </Link>
            ) : (
              <>
                <button type="button" data-id={item.id} className={css.open} onClick={() => onOpen(item)}>
                  <What item={item} />
                </button>
                <IconButton
                  icon={EllipsisVertical}
                  label={t('files_actions_of', { name: item.name })}
                  aria-haspopup="dialog"
                  onClick={() => onActions(item)}
                />
              </>
            )}
          </li>
        ))}
      </ul>
      {moreError && <ErrorState error={moreError} onRetry={fetchMore} />}
      {hasMore && <div ref={end} className={css.end} role="status" aria-label={t('loading')} />}
    </>
  )
}

function What({ item }: { item: Item }) {
  const t = useT()
  return (
    <>
      <ItemThumb size="large" item={item} />
      <span className={css.words}>
        <span className={css.title}>
          <span className={css.name}>{item.name}</span>
          {item.protected && (
            <>
              <Icon of={Lock} size={14} className={css.lock} />
              <span className="visually-hidden">{t('files_protected')}</span>
            </>
          )}
        </span>
        <span className={css.detail}>
          <Detail item={item} />
        </span>
      </span>
    </>
  )
}

function Detail({ item }: { item: Item }) {
  const t = useT()
  const format = useFormat()
  const { kind, files, owner, audience, addedAt, duration } = item
  if (kind === 'folder') return t('files_count', { count: files ?? 0 })
  if (heldBy(item)) {
    return <ScanBadge item={item} />
  }
  const facts = [format.date(addedAt), ...(duration === null ? [] : [format.duration(duration)])].join(' · ')
  if (owner?.you && audience === 'chosen') {
    return (
      <>
        <Icon of={UserRoundCheck} size={14} />
        <WhoAndWhen who={t('client_chosen')} facts={facts} />
      </>
    )
  }
  return (
    <WhoAndWhen who={owner?.you ? t('client_you') : owner ? nameOf(owner.name) : undefined} facts={facts} />
  )
}

/** A long name gives way, the rest stays. */
function WhoAndWhen({ who, facts }: { who: string | undefined; facts: string }) {
  if (who === undefined) return facts
  return (
    <>
      <span className={css.who}>{who}</span>
      <span> · {facts}</span>
    </>
  )
}

/** For an element at the end of a list: asks for more while it is near the screen. */
function useNear(more: () => void, length: number) {
  const end = useRef<HTMLDivElement>(null)
  const ask = useEffectEvent(more)
  // biome-ignore lint/correctness/useExhaustiveDependencies: with more rows, the end may be near still
  useEffect(() => {
    if (!end.current) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && ask(), {
      rootMargin: '800px',
    })
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [length])
  return end
}
