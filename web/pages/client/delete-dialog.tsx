import { useQuery } from '@tanstack/react-query'
import type { Item } from '../../../core/api/shapes.ts'
import { api } from '../../api.ts'
import { beforeChange } from '../../before-change.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { foldersLost } from '../../reach.ts'
import { deleteItems } from '../files/changes.ts'
import css from './delete-dialog.module.css'

/** Says that it is permanent, and which folder goes from the client's view with it. */
export function DeleteDialog({
  item,
  onClose,
  onDeleted,
}: {
  item: Item
  onClose: () => void
  onDeleted: () => void
}) {
  const t = useT()
  const format = useFormat()
  const { data } = useQuery(
    api.files.foresee.queryOptions({
      input: { ids: [item.id], change: { kind: 'delete' } },
      ...beforeChange,
    }),
  )
  const folders = data ? foldersLost(data) : []
  return (
    <Dialog
      title={t('files_delete_title_named', { name: item.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            look="danger"
            onClick={() => {
              onClose()
              void deleteItems([item])
              onDeleted()
            }}
          >
            {t('files_delete')}
          </Button>
        </>
      }
    >
      <p>{t('client_delete_permanent')}</p>
      <div role="status">
        {folders.length > 0 && (
          <p className={css.warning}>
            {t('client_delete_folders', {
              folders: format.list(folders.map(({ name }) => t('quoted', { name }))),
              count: folders.length,
            })}
          </p>
        )}
      </div>
    </Dialog>
  )
}
