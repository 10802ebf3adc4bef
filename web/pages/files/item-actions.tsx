import { type ReactNode, useRef, useState } from 'react'
import type { Consequences } from '../../../core/api/files.ts'
import type { Item } from '../../../core/api/shapes.ts'
import { api } from '../../api.ts'
import { download, downloadZip } from '../../bytes.ts'
import { withMessages } from '../../i18n.ts'
import { late } from '../../parts/late.tsx'
import { changesSight } from '../../reach.ts'
import { movable, moveItems } from './changes.ts'
import { ClientSightDialog } from './client-sight-dialog.tsx'
import { ConfirmMoveDialog } from './confirm-move-dialog.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import { LevelDialog } from './level-dialog.tsx'
import { MoveDialog } from './move-dialog.tsx'
import { RenameDialog } from './rename-dialog.tsx'

/** Of administrators alone. */
const TakeOverDialog = late(() =>
  withMessages(import('../administration/take-over-dialog.tsx'), 'administration').then(
    (part) => part.TakeOverDialog,
  ),
)

/** Whose files they are. */
export interface SpaceOfFiles {
  id: string
  kind: 'client' | 'group'
  name: string
}

export interface ItemActions {
  open: (item: Item) => void
  /** Or no more. */
  select: (item: Item) => void
  download: (items: readonly Item[]) => void
  rename: (item: Item) => void
  move: (items: readonly Item[]) => void
  /** To a folder that is known; asks only where that concerns somebody. */
  moveTo: (items: readonly Item[], folderId: string | null) => void
  changeLevel: (items: readonly Item[]) => void
  /** Whether the client sees it, and if not, why. */
  clientSight: (item: Item) => void
  takeOver: (item: Item) => void
  delete: (items: readonly Item[]) => void
}

type Asked = { items: readonly Item[] } & (
  | { what: 'rename' | 'move' | 'changeLevel' | 'takeOver' | 'delete' | 'clientSight' }
  | { what: 'moveTo'; folderId: string | null; told: Consequences }
)

function downloadAll(items: readonly Item[]): void {
  const [first] = items
  if (items.length === 1 && first?.kind === 'file') download(first.id)
  else downloadZip(items.map(({ id }) => id))
}

/** What a move would do, if anything. What can't be foreseen is refused, or not, by the move itself. */
async function foreseeMove(items: readonly Item[], folderId: string | null): Promise<Consequences | null> {
  const ids = movable(items, folderId).map(({ id }) => id)
  if (ids.length === 0) return null
  const told = await api.files.foresee.call({ ids, change: { kind: 'move', folderId } }).catch(() => null)
  return told && changesSight(told) ? told : null
}

/** The actions on items, always the same object, and the dialog that one of them has opened, to be rendered. */
export function useItemActions(
  space: SpaceOfFiles,
  ofList: Pick<ItemActions, 'open' | 'select'>,
): { actions: ItemActions; dialog: ReactNode } {
  const [asked, setAsked] = useState<Asked | null>(null)
  const latest = useRef(ofList)
  latest.current = ofList
  const [actions] = useState<ItemActions>(() => ({
    open: (item) => latest.current.open(item),
    select: (item) => latest.current.select(item),
    download: downloadAll,
    rename: (item) => setAsked({ what: 'rename', items: [item] }),
    move: (items) => setAsked({ what: 'move', items }),
    moveTo: (items, folderId) =>
      void foreseeMove(items, folderId).then((told) =>
        told ? setAsked({ what: 'moveTo', items, folderId, told }) : moveItems(items, folderId),
      ),
    clientSight: (item) => setAsked({ what: 'clientSight', items: [item] }),
    changeLevel: (items) => setAsked({ what: 'changeLevel', items }),
    takeOver: (item) => setAsked({ what: 'takeOver', items: [item] }),
    delete: (items) => setAsked({ what: 'delete', items }),
  }))
  return {
    actions,
    dialog: asked && <AskedDialog space={space} asked={asked} onClose={() => setAsked(null)} />,
  }
}

function AskedDialog({ space, asked, onClose }: { space: SpaceOfFiles; asked: Asked; onClose: () => void }) {
  const { what, items } = asked
  const [first] = items
  if (what === 'rename') return first && <RenameDialog item={first} onClose={onClose} />
  if (what === 'move') return <MoveDialog space={space} items={items} onClose={onClose} />
  if (what === 'moveTo')
    return (
      <ConfirmMoveDialog
        space={space}
        items={items}
        folderId={asked.folderId}
        told={asked.told}
        onClose={onClose}
      />
    )
  if (what === 'clientSight')
    return first && <ClientSightDialog space={space} item={first} onClose={onClose} />
  if (what === 'changeLevel') return <LevelDialog space={space} items={items} onClose={onClose} />
  if (what === 'takeOver') {
    return first && <TakeOverDialog item={first} onClose={onClose} />
  }
  return <DeleteDialog space={space} items={items} onClose={onClose} />
}
