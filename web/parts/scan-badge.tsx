import { FileX2, type LucideIcon, ShieldAlert, ShieldEllipsis, ShieldQuestionMark } from 'lucide-react'
import type { Item } from '../../core/api/shapes.ts'
import { type MessageKey, useT } from '../i18n.ts'
import { cx } from './class-names.ts'
import { type HeldBy, heldBy } from './held.ts'
import { Icon } from './icon.tsx'
import css from './scan-badge.module.css'

export const SCAN_ICONS = {
  waiting: ShieldEllipsis,
  unscannable: ShieldQuestionMark,
  infected: ShieldAlert,
  damaged: FileX2,
} as const satisfies Record<HeldBy, LucideIcon>

const NAMES = {
  waiting: 'scan_waiting',
  unscannable: 'scan_unscannable',
  infected: 'scan_infected',
  damaged: 'scan_damaged',
} as const satisfies Record<HeldBy, MessageKey>

/** What is held against a file, a word with its icon; nothing where that is nothing. */
export function ScanBadge({
  item,
  className,
}: {
  item: Pick<Item, 'scan' | 'damaged'>
  className?: string | undefined
}) {
  const t = useT()
  const held = heldBy(item)
  if (!held) return null
  return (
    <span className={cx(css.badge, (held === 'infected' || held === 'damaged') && css.infected, className)}>
      <Icon of={SCAN_ICONS[held]} size={15} />
      <span className={css.words}>{t(NAMES[held])}</span>
    </span>
  )
}
