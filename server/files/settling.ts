import { type Kysely, sql } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import { answered, type Batch, inBatches } from '../batches.ts'
import type { Database } from '../db/schema.ts'
import type { Items, NewBlob, Place } from './items.ts'
import { lockSpaces } from './space-lock.ts'
import type { Lease } from './upload-lock.ts'
import { placeOf, type UploadRow } from './upload-store.ts'

type Settlement = { row: UploadRow; actor: Actor; facts: Omit<NewBlob, 'key'>; lease: Lease }

/**
 * Files of bytes that came at once. All changes of a space wait for each other, so many small files would take turns
 * at flushing the database: those of one actor are made together instead.
 */
export function createSettling({ db, items }: { db: Kysely<Database>; items: Items }) {
  const settleTogether = inBatches(async (inputs: Batch<Settlement>) => {
    const [{ actor }] = inputs
    const ids = sql`${sql.val(inputs.map(({ row }) => row.id))}::uuid[]`
    return db.transaction().execute(async (trx) => {
      await lockSpaces(trx, sql`select space_id from upload where id = any(${ids})`)
      const { rows } =
        await sql<UploadRow>`select * from upload where id = any(${ids}) order by id for update`.execute(trx)
      const found = new Map(rows.map((row) => [row.id, row]))
      const places = new Map<string, Promise<Place>>()
      const results: PromiseSettledResult<Item>[] = []
      const files: (NewBlob & { at: Place; index: number })[] = []
      for (const [index, { row, facts, lease }] of inputs.entries()) {
        const current = found.get(row.id)
        const at = current && placeOf(current)
        const folder = `${at?.spaceId} ${at?.parentId}`
        try {
          if (!at || current.held_by !== lease.token) throw new Problem('upload_busy')
          const asked = places.get(folder) ?? items.placeAgain(actor, at, trx)
          places.set(folder, asked)
          const { parentId, companyId } = await asked
          files.push({ ...facts, key: row.staging, at: { ...at, parentId, companyId }, index })
        } catch (reason) {
          if (!(reason instanceof Problem)) throw reason
          results[index] = { status: 'rejected', reason }
        }
      }
      if (files.length > 0) {
        const made = await items.addFiles(actor, files, trx)
        for (const [position, { index }] of files.entries()) results[index] = answered(made[position])
        const done = files.map(({ index }) => inputs[index]?.row.id ?? '')
        await sql`delete from upload where id = any(${sql.val(done)}::uuid[])`.execute(trx)
      }
      return results
    })
  })

  /**
   * Makes the file of bytes that came at once, and forgets how.
   * @throws upload_busy when the lease was lost meanwhile, what `items.placeAgain` throws
   */
  function settle(input: Settlement): Promise<Item> {
    return settleTogether(JSON.stringify([input.actor, input.row.space_id]), input)
  }

  return settle
}
