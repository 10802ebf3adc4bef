import { useQuery } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import type { Level } from '../../../core/visibility.ts'
import { api } from '../../api.ts'
import { beforeChange } from '../../before-change.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { failureOf } from '../../parts/failure.tsx'
import { LevelPicker } from '../../parts/level-picker.tsx'
import { Consequences } from '../../parts/reach.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { toastError } from '../../parts/toasts.tsx'
import { changeLevel } from './changes.ts'
import type { SpaceOfFiles } from './item-actions.tsx'

function commonLevel(items: readonly Item[]): Level | null {
  const [first, ...rest] = items.map(({ level }) => level)
  return first && rest.every((level) => level === first) ? first : null
}

/** One level for all the files, and who gains and loses by it before it is confirmed. */
export function LevelDialog({
  space,
  items,
  onClose,
}: {
  space: SpaceOfFiles
  items: readonly Item[]
  onClose: () => void
}) {
  const t = useT()
  const now = commonLevel(items)
  const [level, setLevel] = useState<Level | null>(now)
  const [busy, setBusy] = useState(false)
  const ids = items.map(({ id }) => id)
  const levels = useLevels(space.id, items)
  const { data: foreseen } = useQuery({
    ...api.files.foresee.queryOptions({
      input: { ids, change: { kind: 'level', level: level ?? 'me' } },
      ...beforeChange,
    }),
    enabled: level !== null && level !== now,
  })

  async function confirm(): Promise<void> {
    if (level === null || level === now) return onClose()
    setBusy(true)
    try {
      await changeLevel(items, level)
      onClose()
    } catch (refused) {
      setBusy(false)
      toastError(refused)
    }
  }

  return (
    <Dialog
      title={items.length === 1 ? (items[0]?.name ?? '') : t('files_level_title', { count: items.length })}
      onClose={onClose}
      steady
      actions={
        <>
          <Button icon={X} onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            icon={Check}
            look="primary"
            busy={busy}
            disabled={level === null}
            onClick={() => void confirm()}
          >
            {t('confirm')}
          </Button>
        </>
      }
    >
      {failureOf(levels) ??
        (levels.data ? (
          <LevelPicker levels={levels.data} value={level} onChange={setLevel} space={space.kind} />
        ) : (
          <Skeleton rows={6} />
        ))}
      {level !== null && level !== now && foreseen && <Consequences space={space.kind} {...foreseen} />}
    </Dialog>
  )
}

/** Whom each level reaches: of one file exactly; of several, as of a new one, which differs in the branch at most. */
function useLevels(spaceId: string, items: readonly Item[]) {
  const single = items.length === 1 ? items[0] : undefined
  const one = useQuery({
    ...api.files.readLevels.queryOptions({ input: { itemId: single?.id ?? '' } }),
    enabled: single !== undefined,
  })
  const several = useQuery({
    ...api.files.readSpace.queryOptions({ input: { spaceId } }),
    enabled: single === undefined,
    select: ({ levels }) => levels,
  })
  return single ? one : several
}
