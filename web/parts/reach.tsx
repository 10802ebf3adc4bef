import { Check } from 'lucide-react'
import { useId } from 'react'
import { includesClient, type Level } from '../../core/visibility.ts'
import { useFormat, useT } from '../i18n.ts'
import { type Change, describeChange } from '../reach.ts'
import { Icon } from './icon.tsx'
import { LEVEL_NAMES, levelIcon } from './level-badge.tsx'
import css from './reach.module.css'

/**
 * The levels to choose one from, each saying in words whom it reaches, and by name when it is pointed at or, below
 * all so that none of them moves, chosen. Radio buttons: arrows move.
 */
export function LevelChoice({
  label,
  levels,
  value,
  onChange,
}: {
  /** What is chosen, for screen readers. */
  label: string
  levels: readonly { level: Level; detail: string; names?: string }[]
  /** Null while none is chosen. */
  value: Level | null
  onChange: (level: Level) => void
}) {
  const t = useT()
  const name = useId()
  const namesId = useId()
  return (
    <fieldset className={css.choice}>
      <legend className="visually-hidden">{label}</legend>
      {levels.map(({ level, detail, names }) => (
        <label key={level} className={css.level} title={names}>
          <input
            type="radio"
            name={name}
            className="visually-hidden"
            checked={level === value}
            {...(level === value && { 'data-first-focus': '', 'aria-describedby': namesId })}
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
      <p id={namesId} className={css.names}>
        {levels.find(({ level }) => level === value)?.names}
      </p>
    </fieldset>
  )
}

/** Who gains and who loses sight of files and folders by a change, by name, before it is confirmed. */
export function Consequences({ gain, lose, folders, space }: Change & { space: 'client' | 'group' }) {
  const wording = { t: useT(), format: useFormat(), space }
  return (
    <div className={css.consequences} role="status">
      {describeChange({ gain, lose, folders }, wording).map(({ text, tone }) => (
        <p key={text} className={css[tone]}>
          {text}
        </p>
      ))}
    </div>
  )
}
