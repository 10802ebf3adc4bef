import { Download, Eye, FolderInput, ListFilter, type LucideIcon, PenLine, Trash2, X } from 'lucide-react'
import type { Item } from '../../../core/api/shapes.ts'
import { type MessageKey, useFormat, useT } from '../../i18n.ts'
import { useMedia } from '../../media.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { type Abilities, abilitiesOf, changeableOf } from './abilities.ts'
import type { ItemActions } from './item-actions.tsx'
import css from './selection-bar.module.css'

const OFFERED = [
  ['download', Download, 'files_download'],
  ['rename', PenLine, 'files_rename'],
  ['move', FolderInput, 'files_move'],
  ['changeLevel', Eye, 'files_change_level'],
  ['delete', Trash2, 'files_delete'],
] as const satisfies [keyof Abilities, LucideIcon, MessageKey][]

/** How many are selected, and what may be done with all of them. */
export function SelectionBar({
  items,
  actions,
  onKeep,
  onClear,
}: {
  items: readonly Item[]
  actions: ItemActions
  /** Lets go of the others. */
  onKeep: (items: readonly Item[]) => void
  onClear: () => void
}) {
  const t = useT()
  const format = useFormat()
  const compact = useMedia('(width < 64rem)')
  const narrow = useMedia('(width < 30rem)')
  const can = abilitiesOf(items)
  const changeable = changeableOf(items)
  const leaveOut = t('files_leave_out', { count: items.length - changeable.length })
  const [first] = items
  return (
    <div role="toolbar" aria-label={t('files_selection')} className={css.bar}>
      <IconButton icon={X} label={t('files_clear_selection')} onClick={onClear} />
      <span className={css.count}>
        {narrow ? format.number(items.length) : t('files_selected', { count: items.length })}
      </span>
      <span className={css.actions}>
        {changeable.length > 0 &&
          (compact ? (
            <IconButton icon={ListFilter} label={leaveOut} onClick={() => onKeep(changeable)} />
          ) : (
            <Button look="quiet" icon={ListFilter} onClick={() => onKeep(changeable)}>
              {leaveOut}
            </Button>
          ))}
        {OFFERED.filter(([action]) => can[action]).map(([action, icon, name]) => {
          const act = () => (action === 'rename' ? first && actions.rename(first) : actions[action](items))
          return compact ? (
            <IconButton key={action} icon={icon} label={t(name)} onClick={act} />
          ) : (
            <Button key={action} look="quiet" icon={icon} onClick={act}>
              {t(name)}
            </Button>
          )
        })}
      </span>
    </div>
  )
}
