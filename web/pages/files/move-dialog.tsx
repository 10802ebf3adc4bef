import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { api } from '../../api.ts'
import { beforeChange } from '../../before-change.ts'
import { useT } from '../../i18n.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Consequences } from '../../parts/reach.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { changesSight, foldersLost } from '../../reach.ts'
import { movable, moveItems } from './changes.ts'
import { FolderTree } from './folder-tree.tsx'
import type { SpaceOfFiles } from './item-actions.tsx'
import { movingTitle } from './moving-title.ts'

/** The way to move without a mouse, or far: a tree of the folders to which one may add. */
export function MoveDialog({
  space,
  items,
  onClose,
}: {
  /** None is a client's own. */
  space?: SpaceOfFiles
  items: readonly Item[]
  onClose: () => void
}) {
  const t = useT()
  const here = items[0]?.parentId ?? null
  const [folderId, setFolderId] = useState(here)
  // The folders around, so that the tree opens where the items are.
  const { data: around, isPending } = useQuery({
    ...api.files.listItems.queryOptions({
      input: { ...(space && { spaceId: space.id }), ...(here && { folderId: here }) },
    }),
    select: ({ path }) => path.map(({ id }) => id),
  })
  const stays = items.every(({ parentId }) => parentId === folderId)
  const ids = movable(items, folderId).map(({ id }) => id)
  const foreseen = useQuery({
    ...api.files.foresee.queryOptions({
      input: { ids, change: { kind: 'move', folderId } },
      ...beforeChange,
    }),
    enabled: ids.length > 0,
  })
  // Whoever confirms has been told.
  const ready = !stays && !foreseen.isLoading

  async function confirm(): Promise<void> {
    if (stays) return
    if (!ready) {
      // Sooner than the answer: it is waited for, and what nobody would notice is done.
      const { data } = await foreseen.refetch({ cancelRefetch: false })
      if (data && changesSight(data)) return
    }
    onClose()
    // Whoever no longer sees where they were can't bring them back.
    const forGood = foreseen.data !== undefined && foldersLost(foreseen.data).length > 0
    void moveItems(items, folderId, { forGood })
  }

  return (
    <Dialog
      title={movingTitle(items)}
      onClose={onClose}
      steady
      actions={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" disabled={!ready} onClick={() => void confirm()}>
            {t('files_move_here')}
          </Button>
        </>
      }
    >
      {isPending ? (
        <Skeleton rows={4} />
      ) : (
        <FolderTree
          spaceId={space?.id}
          rootName={t('files')}
          except={new Set(items.map(({ id }) => id))}
          open={around ?? []}
          value={folderId}
          onChange={setFolderId}
          onConfirm={() => void confirm()}
        />
      )}
      {!stays && foreseen.data && changesSight(foreseen.data) && (
        <Consequences space={space?.kind ?? 'client'} {...foreseen.data} />
      )}
    </Dialog>
  )
}
