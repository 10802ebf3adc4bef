import type { ReactNode } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { useFormat } from '../../i18n.ts'
import { ClientActions } from './client-actions.tsx'
import { SharedNote } from './shared-note.tsx'
import { type Opened, Viewer } from './viewer.tsx'

/** An opened file as a client sees it: who shared it or, of one's own, which professionals see it. */
export function ClientViewer({
  onRename,
  onMove,
  onDelete,
  audience,
  ...opened
}: Opened & {
  /** Asked only of one's own files. */
  onRename: (item: Item) => void
  onMove: (item: Item) => void
  onDelete: (item: Item) => void
  /** A button to choose who sees one's own file. */
  audience: (item: Item) => ReactNode
}) {
  const format = useFormat()
  return (
    <Viewer
      {...opened}
      detail={({ addedAt, size, duration }) =>
        [
          format.date(addedAt),
          ...(duration === null ? [] : [format.duration(duration)]),
          format.size(size ?? 0),
        ].join(' · ')
      }
      actions={(item) => (
        <ClientActions key={item.id} item={item} onRename={onRename} onMove={onMove} onDelete={onDelete} />
      )}
      foot={(item) => (
        <>
          <SharedNote item={item} />
          {item.can.modify && audience(item)}
        </>
      )}
    />
  )
}
