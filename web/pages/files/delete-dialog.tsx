import { useQuery } from '@tanstack/react-query'
import type { Item } from '../../../core/api/shapes.ts'
import { api } from '../../api.ts'
import { beforeChange } from '../../before-change.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Consequences } from '../../parts/reach.tsx'
import { changesSight } from '../../reach.ts'
import { deleteItems } from './changes.ts'
import type { SpaceOfFiles } from './item-actions.tsx'

/** Says that it is permanent, how much goes, and who loses what by it. */
export function DeleteDialog({
  space,
  items,
  onClose,
}: {
  space: SpaceOfFiles
  items: readonly Item[]
  onClose: () => void
}) {
  const t = useT()
  const ids = items.map(({ id }) => id)
  const { data } = useQuery(
    api.files.foresee.queryOptions({ input: { ids, change: { kind: 'delete' } }, ...beforeChange }),
  )
  const [first] = items
  const holdsFiles = items.some(({ kind }) => kind === 'folder')
  const files = data?.files ?? items.reduce((sum, item) => sum + (item.files ?? 1), 0)
  return (
    <Dialog
      title={
        items.length === 1 && first
          ? t('files_delete_title_named', { name: first.name })
          : t('files_delete_title', { count: items.length })
      }
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            look="danger"
            onClick={() => {
              onClose()
              void deleteItems(items)
            }}
          >
            {t('files_delete')}
          </Button>
        </>
      }
    >
      <p>
        {holdsFiles && `${files > 0 ? t('files_delete_inside', { count: files }) : t('files_delete_empty')} `}
        {t('files_delete_permanent')}
      </p>
      {data && changesSight(data) && <Consequences space={space.kind} {...data} />}
    </Dialog>
  )
}
