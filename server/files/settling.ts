import { type Kysely, sql } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import { type Batch, inBatches } from '../batches.ts'
import { nameOf } from '../blobs/blobs.ts'
import type { Database } from '../db/schema.ts'
import type { Items, NewBlob, Place } from './items.ts'
import { lockSpaces } from './space-lock.ts'
import type { Lease } from './upload-lock.ts'
import { placeOf, type UploadRow } from './upload-place.ts'

/** How long a resumable upload that is complete can still be asked what has become of it. */
const REMEMBERED_MS = 86_400_000

/** With a `lease`, of bytes that came at once: who lost it makes nothing, and nothing is kept of how they came. */
type Settlement = { row: UploadRow; actor: Actor; facts: Omit<NewBlob, 'key'>; lease?: Lease }

/** Without the item, if it had been made before. */
export type Settled = { id: string; item?: Item }

export type Settle = ReturnType<typeof createSettling>

type Needs = { db: Kysely<Database>; items: Items; now: () => Date }

/**
 * Files of bytes that are complete. All changes of a space wait for each other, so many small files would take turns
 * at flushing the database: those of one actor are made together instead.
 */
export function createSettling({ db, items, now }: Needs) {
  const settleTogether = inBatches(async (inputs: Batch<Settlement>) => {
    const [{ actor }] = inputs
    const ids = sql`${sql.val(inputs.map(({ row }) => row.id))}::uuid[]`
    return db.transaction().execute(async (trx) => {
      // First the space, then what is in it: as whoever merges its record with another does.
      await lockSpaces(trx, sql`select space_id from upload where id = any(${ids})`)
      // As they are by now: their record may have been merged into another.
      const { rows } =
        await sql<UploadRow>`select * from upload where id = any(${ids}) order by id for update`.execute(trx)
      const found = new Map(rows.map((row) => [row.id, row]))
      const places = new Map<string, Promise<Place>>()
      const results: PromiseSettledResult<Settled>[] = []
      const files: (NewBlob & { at: Place; input: Settlement; index: number })[] = []
      for (const [index, input] of inputs.entries()) {
        const { row, facts, lease } = input
        try {
          const current = stillThere(found.get(row.id), lease)
          if (current.item_id) {
            results[index] = { status: 'fulfilled', value: { id: current.item_id } }
            continue
          }
          const at = placeOf(current)
          const folder = `${at.spaceId} ${at.parentId}`
          const asked = places.get(folder) ?? items.placeAgain(actor, at, trx)
          places.set(folder, asked)
          const { parentId, companyId } = await asked
          files.push({ ...facts, key: row.staging, at: { ...at, parentId, companyId }, input, index })
        } catch (reason) {
          if (!(reason instanceof Problem)) throw reason
          results[index] = { status: 'rejected', reason }
        }
      }
      if (files.length === 0) return results
      const made = await items.addFiles(actor, files, trx)
      const done = files.map(({ input, index }, position) => {
        const item = made[position]
        // Whoever sees the place no more by now adds nothing to it: none of these is made.
        if (!item) throw new Problem('not_found')
        results[index] = { status: 'fulfilled', value: { id: item.id, item } }
        return { ...input, itemId: item.id }
      })
      await forget(
        trx,
        done.filter(({ lease }) => lease),
      )
      await remember(
        trx,
        done.filter(({ lease }) => !lease),
      )
      return results
    })
  })

  /** @throws upload_busy, not_found: past its time, the bytes of an upload may be gone already */
  function stillThere(row: UploadRow | undefined, lease: Lease | undefined): UploadRow {
    if (lease && row?.held_by !== lease.token) throw new Problem('upload_busy')
    if (!row || (!lease && row.expires_at <= now())) throw new Problem('not_found')
    return row
  }

  async function forget(trx: Kysely<Database>, done: readonly Settlement[]): Promise<void> {
    if (done.length === 0) return
    const ids = done.map(({ row }) => row.id)
    await sql`delete from upload where id = any(${sql.val(ids)}::uuid[])`.execute(trx)
  }

  async function remember(
    trx: Kysely<Database>,
    done: readonly (Settlement & { itemId: string })[],
  ): Promise<void> {
    if (done.length === 0) return
    // The key is the file's from here on, and goes with it.
    await sql`update upload u set item_id = d.item_id, staging = d.name, state = null,
        expires_at = ${new Date(now().getTime() + REMEMBERED_MS)}
      from unnest(${sql.val(done.map(({ row }) => row.id))}::uuid[], ${sql.val(done.map(({ itemId }) => itemId))}::uuid[],
        ${sql.val(done.map(({ row }) => nameOf(row.staging)))}::text[]) d (id, item_id, name)
      where u.id = d.id`.execute(trx)
  }

  /**
   * Makes the file of an upload whose bytes are complete, once: whoever comes again, after a crash or a lost answer,
   * gets the same. @throws upload_busy when the lease was lost meanwhile, not_found, what `items.placeAgain` throws
   */
  return (input: Settlement): Promise<Settled> =>
    settleTogether(JSON.stringify([input.actor, input.row.space_id]), input)
}
