import type { Item } from '../../../core/api/shapes.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { ClientSight } from './client-sight.tsx'
import type { SpaceOfFiles } from './item-actions.tsx'

/** "Can my client see it?", of one item. */
export function ClientSightDialog({
  space,
  item,
  onClose,
}: {
  space: SpaceOfFiles
  item: Item
  onClose: () => void
}) {
  const t = useT()
  return (
    <Dialog
      title={t(space.kind === 'group' ? 'client_sight_ask_group' : 'client_sight_ask')}
      onClose={onClose}
      actions={<Button onClick={onClose}>{t('close')}</Button>}
    >
      <p>
        <strong>{item.name}</strong>
      </p>
      <ClientSight item={item} space={space.kind} />
    </Dialog>
  )
}
