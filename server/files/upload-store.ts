import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import { answered, type Batch, inBatches } from '../batches.ts'
import type { Blobs, Cursor } from '../blobs/blobs.ts'
import { newNames, UploadLost } from '../blobs/port.ts'
import { insertRows } from '../db/insert-rows.ts'
import { PLANNED_ONCE } from '../db/planned-once.ts'
import type { Database } from '../db/schema.ts'
import { doEach } from '../each.ts'
import { type Items, legalName, type PlaceInput } from './items.ts'
import { reserveRoom } from './quota.ts'
import type { Settle, Settled } from './settling.ts'
import { SNIFFED_BYTES, sniffType } from './sniff.ts'
import { heldUntil, type Lease } from './upload-lock.ts'
import type { UploadRow } from './upload-place.ts'

/** An upload that nobody goes on with is given up after this. */
export const EXPIRES_MS = 7 * 86_400_000
/** What is written between two flushes: this much is sent again after a crash. A whole number of sealed pieces. */
const PIECE = 32 * 1024 * 1024

export type UploadRows = ReturnType<typeof createUploadRows>

type Needs = { db: Kysely<Database>; blobs: Blobs; items: Items; settle: Settle; now: () => Date }

/** By name: a plan that is kept for all of them is refused once there is another. */
const COLUMNS = (
  [
    'id',
    'space_id',
    'parent_id',
    'professional_id',
    'client_id',
    'quota_company_id',
    'name',
    'level',
    'branch_id',
    'audience',
    'size',
    'bytes',
    'staging',
    'state',
    'item_id',
    'held_by',
    'held_until',
    'created_at',
    'expires_at',
  ] as const satisfies (keyof UploadRow)[]
).map((column) => sql.ref(`upload.${column}`))

/** With a `lease`, nobody else can go on with it: it lives as long as it is held. */
type Announcement = { id: string; actor: Actor; place: PlaceInput; size: number; lease?: Lease }

/** Uploads under way: their rows, and the bytes behind them. A row never claims more than is durable. */
export function createUploadRows({ db, blobs, items, settle, now }: Needs) {
  /** Many files come to the same place at once: it is asked for once, and all their room is reserved together. */
  const announceTogether = inBatches(async (uploads: Batch<Announcement>) => {
    const [{ actor, place: wanted }] = uploads
    const { place, quota } = await items.findPlace(actor, wanted)
    const names = newNames(uploads.length)
    const rows = await Promise.all(
      uploads.map(async ({ id, size, lease, place: { name } }, index) => ({
        id,
        size,
        expires_at: lease ? now() : new Date(now().getTime() + EXPIRES_MS),
        held_by: lease?.token ?? null,
        space_id: place.spaceId,
        parent_id: place.parentId,
        professional_id: actor.kind === 'professional' ? actor.professionalId : null,
        client_id: actor.kind === 'client' ? actor.clientId : null,
        quota_company_id: quota?.companyId ?? null,
        name: legalName(name),
        level: place.level,
        branch_id: place.branchId,
        audience: place.audience,
        // Sealed with the key of those whose room it takes.
        staging: await blobs.newKey(quota?.companyId ?? null, names[index]),
        created_at: now(),
      })),
    )
    const add = async (on: Kysely<Database>) => {
      const inserted = insertRows('upload', rows, { held_until: heldUntil('r.held_by') })
      return (await sql<UploadRow>`${PLANNED_ONCE} ${inserted} returning ${sql.join(COLUMNS)}`.execute(on))
        .rows
    }
    const made = quota?.limited
      ? await db.transaction().execute(async (trx) => {
          await reserveRoom(trx, { companyId: quota.companyId, actor, sizes: rows.map(({ size }) => size) })
          return add(trx)
        })
      : await add(db)
    return uploads.map(({ id }) => answered(made.find((row) => row.id === id)))
  })

  /**
   * Announces an upload: the actor may add there now, and room for all of it is reserved before the first byte comes.
   * @throws quota_full, too_many_uploads, what `items.findPlace` throws
   */
  async function announce(upload: Announcement): Promise<UploadRow> {
    const { name, ...where } = upload.place
    legalName(name)
    return announceTogether(JSON.stringify([upload.actor, where]), upload)
  }

  /** An upload of the actor's own. @throws not_found */
  async function find(id: string, actor: Actor): Promise<UploadRow> {
    return db
      .selectFrom('upload')
      .selectAll()
      .where('id', '=', id)
      .where('expires_at', '>', now())
      .where((is) =>
        actor.kind === 'professional'
          ? is('professional_id', '=', actor.professionalId)
          : is('client_id', '=', actor.clientId),
      )
      .executeTakeFirstOrThrow(() => new Problem('not_found'))
  }

  /** Says what is durable. @throws upload_busy when the lease was lost meanwhile: what was written doesn't count */
  async function record(id: string, lease: Lease, { offset, state }: Cursor): Promise<void> {
    const { numUpdatedRows } = await db
      .updateTable('upload')
      .set({ bytes: offset, state: state && Buffer.from(state) })
      .where('id', '=', id)
      .where('held_by', '=', lease.token)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new Problem('upload_busy')
  }

  /**
   * Writes what comes, flushing and recording piece by piece; a stream that breaks merely ends. Resolves with how far
   * it has come. With `verify`, which is told how many bytes have come, all of it counts or, if that throws, none.
   * @throws not_found when acknowledged bytes were lost: the upload has to start again
   */
  async function append(
    row: UploadRow,
    stream: AsyncIterable<Uint8Array>,
    lease: Lease,
    verify?: (size: number) => void,
  ): Promise<UploadRow> {
    const pieces = cut(stream, { from: row.bytes, size: PIECE, mayGoOn: lease.isOurs })
    let at = cursorOf(row)
    do {
      at = await blobs.append(row.staging, at, pieces.next(), { max: row.size }).catch(async (error) => {
        if (!(error instanceof UploadLost)) throw error
        await remove(row)
        throw new Problem('not_found')
      })
      if (!verify) await record(row.id, lease, at)
    } while (!pieces.ended())
    if (verify) {
      verify(at.offset - row.bytes)
      await record(row.id, lease, at)
    }
    return { ...row, bytes: at.offset, state: at.state && Buffer.from(at.state) }
  }

  /** Makes the file of complete bytes, once. @throws what `settle` throws */
  async function finish(row: UploadRow, actor: Actor): Promise<Settled> {
    if (row.item_id) return { id: row.item_id }
    const key = row.staging
    const facts = await blobs.commit(key, cursorOf(row))
    const end = Math.min(SNIFFED_BYTES, facts.size) - 1
    const type = await sniffType(await blobs.read(key, facts.size, { start: 0, end }))
    return settle({ row, actor, facts: { ...facts, type } })
  }

  /**
   * Bytes first: should we stop in between, the row is still there to try again. The row is locked and read anew,
   * because the file may have been made meanwhile, even by somebody who never heard so.
   */
  async function remove({ id }: Pick<UploadRow, 'id'>): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('upload')
        .select(['staging', 'item_id'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst()
      if (!row) return
      await blobs.discard(row.staging)
      if (!row.item_id) await blobs.remove(row.staging)
      await trx.deleteFrom('upload').where('id', '=', id).execute()
    })
  }

  /** Removes what nobody can go on with: at once, or else its room is given back and the rest is done once it can be. */
  async function giveUp(id: string): Promise<void> {
    await remove({ id }).catch(() =>
      db
        .updateTable('upload')
        .set({ expires_at: now(), quota_company_id: null })
        .where('id', '=', id)
        .where('item_id', 'is', null)
        .execute()
        .catch(() => {}),
    )
  }

  /** Gives up what nobody went on with. */
  async function expire(): Promise<number> {
    const { rows } =
      await sql<UploadRow>`update upload set held_by = gen_random_uuid(), held_until = now() + interval '1 minute'
      where expires_at <= ${now()} and (held_by is null or held_until < now()) returning *`.execute(db)
    await doEach(rows, remove)
    return rows.length
  }

  return { announce, find, append, finish, remove, giveUp, expire }
}

function cursorOf({ bytes, state }: UploadRow): Cursor {
  return { offset: bytes, state }
}

/**
 * Cuts a stream, whose first byte is number `from`, at the multiples of `size`, without reading ahead; ends early
 * unless `mayGoOn`.
 */
function cut(
  stream: AsyncIterable<Uint8Array>,
  { from, size, mayGoOn }: { from: number; size: number; mayGoOn: () => boolean },
) {
  const source = stream[Symbol.asyncIterator]()
  let at = from
  let left: Uint8Array = new Uint8Array()
  let ended = false
  async function* next(): AsyncGenerator<Uint8Array, void> {
    const end = (Math.floor(at / size) + 1) * size
    try {
      while (at < end) {
        if (left.length === 0) {
          const { done, value } = await source.next()
          ended = done === true || !mayGoOn()
          if (ended) return
          left = value
        }
        const part = left.subarray(0, end - at)
        left = left.subarray(part.length)
        at += part.length
        yield part
      }
    } catch (error) {
      ended = true
      throw error
    }
  }
  return { next, ended: () => ended }
}
