import type { Consequences as Told } from '../../../core/api/files.ts'
import type { Item } from '../../../core/api/shapes.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Consequences } from '../../parts/reach.tsx'
import { moveItems } from './changes.ts'
import type { SpaceOfFiles } from './item-actions.tsx'
import { movingTitle } from './moving-title.ts'

/** Asked of a move without a dialog of its own, where somebody comes to see a folder or sees one no longer. */
export function ConfirmMoveDialog({
  space,
  items,
  folderId,
  told,
  onClose,
}: {
  space: SpaceOfFiles
  items: readonly Item[]
  folderId: string | null
  told: Told
  onClose: () => void
}) {
  const t = useT()
  return (
    <Dialog
      title={movingTitle(items)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            look="primary"
            onClick={() => {
              onClose()
              void moveItems(items, folderId)
            }}
          >
            {t('files_move')}
          </Button>
        </>
      }
    >
      <Consequences space={space.kind} {...told} />
    </Dialog>
  )
}
