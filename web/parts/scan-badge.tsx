import { type LucideIcon, ShieldAlert, ShieldEllipsis, ShieldQuestionMark } from 'lucide-react'
import type { Item } from '../../core/api/shapes.ts'
import { type MessageKey, useT } from '../i18n.ts'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import css from './scan-badge.module.css'

export const SCAN_ICONS = {
  waiting: ShieldEllipsis,
  unscannable: ShieldQuestionMark,
  infected: ShieldAlert,
} as const satisfies Record<NonNullable<Item['scan']>, LucideIcon>

const NAMES = {
  waiting: 'scan_waiting',
  unscannable: 'scan_unscannable',
  infected: 'scan_infected',
} as const satisfies Record<NonNullable<Item['scan']>, MessageKey>

/** What the malware scanner holds against a file, a word with its icon; nothing where that is nothing. */
export function ScanBadge({ scan, className }: { scan: Item['scan']; className?: string | undefined }) {
  const t = useT()
  if (!scan) return null
  return (
    <span className={cx(css.badge, scan === 'infected' && css.infected, className)}>
      <Icon of={SCAN_ICONS[scan]} size={15} />
      <span className={css.words}>{t(NAMES[scan])}</span>
    </span>
  )
}
