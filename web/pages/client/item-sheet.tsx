import { Download, FolderInput, Pencil, Trash2, UserRoundCheck } from 'lucide-react'
import type { Item } from '../../../core/api/shapes.ts'
import { download } from '../../bytes.ts'
import { useFormat, useT } from '../../i18n.ts'
import { nameOf } from '../../names.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { ScanBadge } from '../../parts/scan-badge.tsx'
import { useCanMove } from '../files/can-move.ts'
import { Choice, Choices } from './choices.tsx'
import type { Asked } from './item-dialogs.tsx'

/** What a client may do with a file: with those of others, only download. */
export function ItemSheet({
  item,
  onAsk,
  onClose,
}: {
  item: Item
  onAsk: (what: Asked['what']) => void
  onClose: () => void
}) {
  const t = useT()
  const format = useFormat()
  const { can, owner, size, addedAt } = item
  const canMove = useCanMove(item)
  const date = format.date(addedAt)
  const shared = owner?.you
    ? t(item.audience === 'chosen' ? 'viewer_yours_chosen' : 'viewer_yours_all')
    : owner
      ? t('viewer_shared_by', { name: nameOf(owner.name), date })
      : t('viewer_shared_on', { date })
  return (
    <Dialog title={item.name} onClose={onClose}>
      <p>{[shared, format.size(size ?? 0)].join(' · ')}</p>
      <ScanBadge item={item} />
      <Choices>
        {can.download && (
          <Choice
            icon={Download}
            onClick={() => {
              onClose()
              download(item.id)
            }}
          >
            {t('files_download')}
          </Choice>
        )}
        {can.modify && (
          <Choice icon={Pencil} onClick={() => onAsk('rename')}>
            {t('files_rename')}
          </Choice>
        )}
        {canMove && (
          <Choice icon={FolderInput} onClick={() => onAsk('move')}>
            {t('files_move')}
          </Choice>
        )}
        {can.modify && owner?.you && (
          <Choice icon={UserRoundCheck} onClick={() => onAsk('audience')}>
            {t('client_who_change')}
          </Choice>
        )}
        {can.delete && (
          <Choice icon={Trash2} danger onClick={() => onAsk('delete')}>
            {t('files_delete')}
          </Choice>
        )}
      </Choices>
    </Dialog>
  )
}
