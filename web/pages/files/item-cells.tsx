import { Lock } from 'lucide-react'
import type { Item } from '../../../core/api/shapes.ts'
import { useFormat, useT } from '../../i18n.ts'
import { nameOf } from '../../names.ts'
import { Icon } from '../../parts/icon.tsx'
import { LevelBadge } from '../../parts/level-badge.tsx'
import { ScanBadge } from '../../parts/scan-badge.tsx'
import css from './item-cells.module.css'

/**
 * The name, a link to what it opens; after it, if wished, how long it plays and what the malware scanner said, and a
 * lock where it is protected.
 */
export function ItemName({
  item,
  href,
  tabIndex,
  withDuration = false,
  withScan = false,
}: {
  item: Item
  href: string
  tabIndex: number
  withDuration?: boolean
  withScan?: boolean
}) {
  const t = useT()
  const format = useFormat()
  return (
    <span className={css.name}>
      <a href={href} tabIndex={tabIndex} title={item.name} draggable={false} data-open="">
        {item.name}
      </a>
      {withDuration && item.duration !== null && (
        <span className={css.duration}>{format.duration(item.duration)}</span>
      )}
      {item.protected && (
        <span className={css.lock} role="img" aria-label={t('files_protected')} title={t('files_protected')}>
          <Icon of={Lock} size={15} />
        </span>
      )}
      {withScan && <ScanBadge item={item} />}
    </span>
  )
}

/** Whose an item is; `asClient`, by name even when it is the reader's. */
export function useOwnerWords(asClient = false): (item: Item) => string {
  const t = useT()
  return ({ owner }) => (owner === null ? '—' : owner.you && !asClient ? t('owner_you') : nameOf(owner.name))
}

/** "1.2 MB" of a file, "3 files" of a folder. */
export function useSizeWords(): (item: Item) => string {
  const t = useT()
  const format = useFormat()
  return ({ size, files }) => (size === null ? t('files_count', { count: files ?? 0 }) : format.size(size))
}

export function ItemVisibility({ item, space }: { item: Item; space: 'client' | 'group' }) {
  const { kind, level, audience, clientSees } = item
  if (level !== null) return <LevelBadge level={level} />
  if (kind === 'file') return <LevelBadge level={audience === 'chosen' ? 'chosen' : 'everybody'} />
  if (clientSees) return <LevelBadge level={space === 'group' ? 'members_see' : 'client_sees'} />
  return <span className={css.none}>—</span>
}
