import type { ReactNode } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { useFormat, useT } from '../../i18n.ts'
import { ClientActions } from './client-actions.tsx'
import css from './client-viewer.module.css'
import { type Opened, Viewer } from './viewer.tsx'

/** An opened file as a client sees it: who shared it or, of one's own, which professionals see it. */
export function ClientViewer({
  onRename,
  onDelete,
  audience,
  ...opened
}: Opened & {
  /** Asked only of one's own files. */
  onRename: (item: Item) => void
  onDelete: (item: Item) => void
  /** A button to choose who sees one's own file. */
  audience?: ((item: Item) => ReactNode) | undefined
}) {
  const t = useT()
  const format = useFormat()

  function detail({ addedAt, size }: Item): string {
    return [format.date(addedAt), format.size(size ?? 0)].join(' · ')
  }

  function foot(item: Item) {
    const { owner, addedAt } = item
    if (!owner?.you) {
      return (
        <p className={css.sentence}>
          {owner
            ? t('viewer_shared_by', { name: owner.name, date: format.date(addedAt) })
            : t('viewer_shared_on', { date: format.date(addedAt) })}
        </p>
      )
    }
    return (
      <>
        <p className={css.sentence}>
          {t(item.audience === 'chosen' ? 'viewer_yours_chosen' : 'viewer_yours_all')}
        </p>
        {item.can.modify && audience?.(item)}
      </>
    )
  }

  return (
    <Viewer
      {...opened}
      detail={detail}
      actions={(item) => <ClientActions key={item.id} item={item} onRename={onRename} onDelete={onDelete} />}
      foot={foot}
    />
  )
}
