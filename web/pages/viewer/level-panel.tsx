import { Check, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Item, Reach } from '../../../core/api/shapes.ts'
import type { Level } from '../../../core/visibility.ts'
import { errorSentence } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { LevelPicker } from '../../parts/level-picker.tsx'
import { Consequences } from '../../parts/reach.tsx'
import { Skeleton } from '../../parts/states.tsx'
import type { Change } from '../../reach.ts'
import css from './panel.module.css'
import { Panel } from './panel.tsx'

/** Whom a level reaches or would reach, and what changing to it does, as `readLevels` tells. */
export interface LevelRow extends Change {
  level: Level
  reach: Reach
}

/** The choice of a file's visibility, told before it is confirmed. */
export function LevelPanel({
  item,
  levels,
  error,
  space,
  onConfirm,
  onClose,
}: {
  item: Item & { level: Level }
  /** Undefined while they are on their way. */
  levels: readonly LevelRow[] | undefined
  error: unknown
  space: 'client' | 'group'
  onConfirm: (level: Level) => void
  onClose: () => void
}) {
  const t = useT()
  const [chosen, setChosen] = useState(item.level)
  const after = levels?.find(({ level }) => level === chosen)
  const body = useRef<HTMLDivElement>(null)
  const loaded = levels !== undefined
  useEffect(() => {
    if (loaded) body.current?.querySelector<HTMLElement>(':checked')?.focus()
  }, [loaded])
  return (
    <Panel title={t('level_choose')} side="left" onClose={onClose}>
      <div ref={body}>
        {levels ? (
          <LevelPicker levels={levels} value={chosen} onChange={setChosen} space={space} />
        ) : error ? (
          <p role="alert" className={css.note}>
            {errorSentence(error)}
          </p>
        ) : (
          <Skeleton rows={6} />
        )}
      </div>
      {after && (
        <div className={css.change}>
          <Consequences space={space} {...after} />
        </div>
      )}
      <div className={css.foot}>
        <Button icon={X} onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button
          icon={Check}
          look="primary"
          disabled={!after}
          onClick={() => (chosen === item.level ? onClose() : onConfirm(chosen))}
        >
          {t('confirm')}
        </Button>
      </div>
    </Panel>
  )
}
