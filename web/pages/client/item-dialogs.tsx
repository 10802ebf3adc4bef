import type { Item } from '../../../core/api/shapes.ts'
import { MoveDialog } from '../files/move-dialog.tsx'
import { RenameDialog } from '../files/rename-dialog.tsx'
import { AudienceDialog } from './audience-dialog.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import { ItemSheet } from './item-sheet.tsx'

export interface Asked {
  what: 'actions' | 'rename' | 'move' | 'audience' | 'delete'
  item: Item
}

/** The dialog that was asked for about an item. */
export function ItemDialogs({
  asked: { what, item },
  onAsk,
  onClose,
  onDeleted,
}: {
  asked: Asked
  onAsk: (what: Asked['what']) => void
  onClose: () => void
  onDeleted: () => void
}) {
  if (what === 'rename') return <RenameDialog item={item} onClose={onClose} />
  if (what === 'move') return <MoveDialog items={[item]} onClose={onClose} />
  if (what === 'audience') return <AudienceDialog item={item} onClose={onClose} />
  if (what === 'delete') return <DeleteDialog item={item} onClose={onClose} onDeleted={onDeleted} />
  return <ItemSheet item={item} onAsk={onAsk} onClose={onClose} />
}
