import { randomUUID } from 'node:crypto'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import type { NewBlob, PlaceInput } from './items.ts'
import type { Settle } from './settling.ts'
import type { UploadLocks } from './upload-lock.ts'
import type { UploadRow } from './upload-place.ts'
import type { UploadRows } from './upload-store.ts'

export type AddWhole = ReturnType<typeof createWholeFiles>

type WholeFile = {
  /** Tells who is calling, as lately as it has to be. */
  ask: () => Promise<Actor>
  place: PlaceInput
  size: number
  /** Stores its bytes under `row.staging`. */
  store: (row: UploadRow) => Promise<Omit<NewBlob, 'key'>>
}

/**
 * Files whose bytes come with one request: all or nothing, by the rules of the resumable way. The room of each is
 * reserved by a row of `upload` that lives no longer than its lease, so that nothing is left of one that is killed.
 */
export function createWholeFiles(needs: { rows: UploadRows; locks: UploadLocks; settle: Settle }) {
  const { rows, locks, settle } = needs

  /** @throws upload_busy, what `ask`, `rows.announce`, `store` and `settle` throw: it is given up then */
  return async ({ ask, place, size, store }: WholeFile): Promise<Item> => {
    const id = randomUUID()
    const lease = locks.hold(id)
    try {
      const row = await rows.announce({ id, actor: await ask(), place, size, lease })
      try {
        const facts = await store(row)
        const { item } = await settle({ row, actor: await ask(), facts, lease })
        if (!item) throw new Problem('upload_busy')
        return item
      } catch (error) {
        await rows.giveUp(id)
        throw error
      }
    } finally {
      lease.end()
    }
  }
}
