import { Building, Eye, Lock, type LucideIcon, MapPin } from 'lucide-react'
import { includesClient, type Level } from '../../core/visibility.ts'
import { type MessageKey, useT } from '../i18n.ts'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import css from './level-badge.module.css'

/** The icon of a level: an eye wherever the client sees it. */
export function levelIcon(level: Level): LucideIcon {
  if (includesClient(level)) return Eye
  return level === 'me' ? Lock : level === 'branch' ? MapPin : Building
}

export const LEVEL_NAMES = {
  me: 'level_me',
  branch: 'level_branch',
  company: 'level_company',
  me_client: 'level_me_client',
  company_client: 'level_company_client',
  everybody: 'level_everybody',
} as const satisfies Record<Level, MessageKey>

/**
 * Who sees something, always a word with its icon. `client_sees` and `members_see` are for folders that hold
 * something they see, `chosen` for what a client shows to some of their professionals, `template` for what the
 * software made; null shows nothing.
 */
export function LevelBadge({
  level,
}: {
  level: Level | 'client_sees' | 'members_see' | 'chosen' | 'template' | null
}) {
  const t = useT()
  if (level === null) return null
  if (level === 'template') return <span className={css.badge}>{t('level_template')}</span>
  if (level === 'client_sees') return <Badge icon={Eye} eye words={t('level_client_sees')} />
  if (level === 'members_see') return <Badge icon={Eye} eye words={t('level_members_see')} />
  if (level === 'chosen') return <Badge icon={Eye} eye words={t('level_chosen')} />
  return <Badge icon={levelIcon(level)} eye={includesClient(level)} words={t(LEVEL_NAMES[level])} />
}

function Badge({ icon, eye, words }: { icon: LucideIcon; eye: boolean; words: string }) {
  return (
    <span className={cx(css.badge, eye && css.eye)}>
      <Icon of={icon} size={16} />
      <span className={css.words}>{words}</span>
    </span>
  )
}
