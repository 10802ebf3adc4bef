import { Download, EllipsisVertical, FolderInput, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { download } from '../../bytes.ts'
import { useT } from '../../i18n.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { useCanMove } from '../files/can-move.ts'
import css from './panel.module.css'
import { Panel } from './panel.tsx'

/** What a client may do with an opened file; of one's own, more than to download it. */
export function ClientActions({
  item,
  onRename,
  onMove,
  onDelete,
}: {
  item: Item
  onRename: (item: Item) => void
  onMove: (item: Item) => void
  onDelete: (item: Item) => void
}) {
  const t = useT()
  const [open, setOpen] = useState(false)
  const canMove = useCanMove(item)

  function choose(action: (item: Item) => void): void {
    setOpen(false)
    // The focus is back on the button first, so that a dialog opened by the action can return it there.
    requestAnimationFrame(() => action(item))
  }

  return (
    <>
      {item.can.download && (
        <IconButton icon={Download} label={t('files_download')} onClick={() => download(item.id)} />
      )}
      {(item.can.modify || item.can.delete) && (
        <IconButton
          icon={EllipsisVertical}
          label={t('viewer_actions')}
          aria-haspopup="dialog"
          aria-expanded={open}
          onClick={() => setOpen(true)}
        />
      )}
      {open && (
        <Panel title={t('viewer_actions')} side="top" onClose={() => setOpen(false)}>
          <div className={css.actions}>
            {item.can.modify && (
              <Button icon={Pencil} onClick={() => choose(onRename)}>
                {t('files_rename')}
              </Button>
            )}
            {canMove && (
              <Button icon={FolderInput} onClick={() => choose(onMove)}>
                {t('files_move')}
              </Button>
            )}
            {item.can.delete && (
              <Button icon={Trash2} className={css.danger} onClick={() => choose(onDelete)}>
                {t('files_delete')}
              </Button>
            )}
          </div>
        </Panel>
      )}
    </>
  )
}
