import { ChevronDown, Download, EllipsisVertical, FileUser, FolderInput, Pencil, Trash2 } from 'lucide-react'
import type { Item } from '../../../core/api/shapes.ts'
import { download } from '../../bytes.ts'
import { useFormat, useT } from '../../i18n.ts'
import { nameOf } from '../../names.ts'
import { Button } from '../../parts/button.tsx'
import { Menu, MenuItem } from '../../parts/menu.tsx'
import { LevelBar } from './level-bar.tsx'
import { SharedNote } from './shared-note.tsx'
import { type Opened, Viewer } from './viewer.tsx'
import css from './viewer-actions.module.css'

/**
 * An opened file as a professional sees it: who owns it, what one may do with it, and who sees it. `asClient`, what
 * the client reads of it instead, and nothing to change.
 */
export function ProfessionalViewer({
  space,
  asClient = false,
  onRename,
  onMove,
  onTakeOver,
  onDelete,
  ...opened
}: Opened & {
  /** Whose files these are. */
  space: 'client' | 'group'
  asClient?: boolean
  /** Asked only of items that one may rename, move, take over, delete. */
  onRename: (item: Item) => void
  onMove: (item: Item) => void
  onTakeOver: (item: Item) => void
  onDelete: (item: Item) => void
}) {
  const t = useT()
  const format = useFormat()

  function detail({ owner, addedAt, size, duration }: Item): string {
    const who = asClient ? [] : [owner ? (owner.you ? t('owner_you') : nameOf(owner.name)) : '—']
    const plays = duration === null ? [] : [format.duration(duration)]
    return [...who, format.date(addedAt), ...plays, format.size(size ?? 0)].join(' · ')
  }

  function actions(item: Item) {
    if (asClient || !(item.can.modify || item.can.delete || item.can.takeOver)) {
      if (!item.can.download) return null
      return (
        <Button
          icon={Download}
          className={css.download}
          aria-label={t('files_download')}
          onClick={() => download(item.id)}
        >
          {t('files_download')}
        </Button>
      )
    }
    return (
      <Menu
        label={t('viewer_actions')}
        trigger={
          <Button
            icon={EllipsisVertical}
            after={ChevronDown}
            className={css.actions}
            aria-label={t('viewer_actions')}
          >
            {t('viewer_actions')}
          </Button>
        }
      >
        {item.can.download && (
          <MenuItem icon={Download} onAction={() => download(item.id)}>
            {t('files_download')}
          </MenuItem>
        )}
        {item.can.modify && (
          <>
            <MenuItem icon={Pencil} onAction={() => onRename(item)}>
              {t('files_rename')}
            </MenuItem>
            <MenuItem icon={FolderInput} onAction={() => onMove(item)}>
              {t('files_move')}
            </MenuItem>
          </>
        )}
        {item.can.takeOver && (
          <MenuItem icon={FileUser} onAction={() => onTakeOver(item)}>
            {t('files_take_over')}
          </MenuItem>
        )}
        {item.can.delete && (
          <MenuItem icon={Trash2} danger onAction={() => onDelete(item)}>
            {t('files_delete')}
          </MenuItem>
        )}
      </Menu>
    )
  }

  return (
    <Viewer
      {...opened}
      detail={detail}
      belongs={(item) => !asClient || item.clientSees}
      actions={actions}
      foot={(item) => (asClient ? <SharedNote item={item} /> : <LevelBar item={item} space={space} />)}
    />
  )
}
