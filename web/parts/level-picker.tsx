import type { Reach } from '../../core/api/shapes.ts'
import type { Level } from '../../core/visibility.ts'
import { useFormat, useT } from '../i18n.ts'
import { describeReach, listNames, namesOf } from '../reach.ts'
import { LevelChoice } from './reach.tsx'

/** A choice among the levels, each saying whom it reaches here; take them from `readSpace` or `readLevels`. */
export function LevelPicker({
  levels,
  value,
  onChange,
  space,
}: {
  levels: readonly { level: Level; reach: Reach }[]
  /** Null while none is chosen. */
  value: Level | null
  onChange: (level: Level) => void
  space: 'client' | 'group'
}) {
  const wording = { t: useT(), format: useFormat(), space }
  const described = levels.map(({ level, reach }) => ({
    level,
    detail: describeReach(level, reach, wording),
    names: listNames(namesOf(reach), wording),
  }))
  return (
    <LevelChoice label={wording.t('level_choose')} levels={described} value={value} onChange={onChange} />
  )
}
