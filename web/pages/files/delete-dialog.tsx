import { useQuery } from '@tanstack/react-query'
import type { Item } from '../../../core/api/shapes.ts'
import { api } from '../../api.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Consequences } from '../../parts/reach.tsx'
import { useProfessional } from '../../session.ts'
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
    api.files.foresee.queryOptions({ input: { ids, change: { kind: 'delete' } }, staleTime: 0 }),
  )
  // That one loses it oneself goes without saying.
  const { name: own } = useProfessional()
  const lose = data?.lose.toSpliced(data.lose.indexOf(own), data.lose.includes(own) ? 1 : 0) ?? []
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
      {data && (lose.length > 0 || data.foldersHidden.length > 0) && (
        <Consequences space={space.kind} gain={[]} lose={lose} foldersHidden={data.foldersHidden} />
      )}
    </Dialog>
  )
}
