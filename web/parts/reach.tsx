import { Check } from 'lucide-react'
import { useId } from 'react'
import type { Consequences as Foreseen } from '../../core/api/files.ts'
import type { Reach } from '../../core/api/shapes.ts'
import { includesClient, type Level } from '../../core/visibility.ts'
import { useFormat, useT } from '../i18n.ts'
import { Icon } from './icon.tsx'
import { LEVEL_NAMES, levelIcon } from './level-badge.tsx'
import css from './reach.module.css'

/** Few enough colleagues to name; beyond, their number is quicker to read. */
const NAMED = 2

/** Says whom something reaches: "Only you", "You, 3 colleagues and Léa Roy", "You and 5 members". */
export function useReachWords(space: 'client' | 'group'): (reach: Reach) => string {
  const t = useT()
  const { list } = useFormat()
  return ({ you, colleagues, externals, clients }) => {
    const parts = [
      ...(you ? [t('owner_you')] : []),
      ...(colleagues.length <= NAMED ? colleagues : [t('reach_colleagues', { count: colleagues.length })]),
      ...(externals.length > 0 ? [t('reach_externals', { count: externals.length })] : []),
      ...(space === 'group' && clients.length > 0 ? [t('reach_members', { count: clients.length })] : []),
      ...(space === 'client' ? clients : []),
    ]
    if (parts.length === 0) return t('reach_nobody')
    return you && parts.length === 1 ? t('reach_only_you') : list(parts)
  }
}

/** The levels to choose one from, each saying in words whom it reaches. Radio buttons: arrows move. */
export function LevelChoice({
  label,
  levels,
  value,
  onChange,
}: {
  /** What is chosen, for screen readers. */
  label: string
  levels: readonly { level: Level; detail: string }[]
  /** Null while none is chosen. */
  value: Level | null
  onChange: (level: Level) => void
}) {
  const t = useT()
  const name = useId()
  return (
    <fieldset className={css.choice}>
      <legend className="visually-hidden">{label}</legend>
      {levels.map(({ level, detail }) => (
        <label key={level} className={css.level}>
          <input
            type="radio"
            name={name}
            className="visually-hidden"
            checked={level === value}
            onChange={() => onChange(level)}
          />
          <Icon of={levelIcon(level)} className={includesClient(level) ? css.eye : css.icon} />
          <span className={css.words}>
            <span className={css.name}>{t(LEVEL_NAMES[level])}</span>
            <span className={css.detail}>{detail}</span>
          </span>
          <Icon of={Check} className={css.check} />
        </label>
      ))}
    </fieldset>
  )
}

/** Who gains and who loses sight of something by a change, by name, before it is confirmed. */
export function Consequences({
  gain,
  lose,
  foldersHidden,
}: Pick<Foreseen, 'gain' | 'lose' | 'foldersHidden'>) {
  const t = useT()
  const { list } = useFormat()
  return (
    <div className={css.consequences} role="status">
      {gain.length > 0 && <p className={css.gain}>{t('change_gain', { names: list(gain) })}</p>}
      {lose.length > 0 && <p className={css.lose}>{t('change_lose', { names: list(lose) })}</p>}
      {gain.length === 0 && lose.length === 0 && <p>{t('change_nobody')}</p>}
      {gain.length > 0 && lose.length === 0 && <p>{t('change_lose_nobody')}</p>}
      {foldersHidden.length > 0 && (
        <p className={css.lose}>
          {t('change_folders_hidden', {
            count: foldersHidden.length,
            names: list(foldersHidden.map((folder) => t('quoted', { name: folder }))),
          })}
        </p>
      )}
    </div>
  )
}
