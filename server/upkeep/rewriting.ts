import { type Kysely, sql } from 'kysely'
import { type Blobs, nameOf } from '../blobs/blobs.ts'
import { BlobDamaged, StorageFailed } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'

/** Whoever has just read the former name may still open it for so long. */
const KEPT_MS = 3_600_000

export type BlobRow = { id: string; key: string; size: number; sha256: Buffer }

export type Rewrite = ReturnType<typeof createRewriting>

/**
 * Gives a blob's bytes a new key, since nothing is ever written twice under one name: first the bytes, then the row, if
 * it still has the former key; the former bytes go when nobody can be about to read them any more. Cut off anywhere, what
 * was written is swept.
 */
export function createRewriting({
  db,
  blobs,
  jobs,
  now,
}: {
  db: Kysely<Database>
  blobs: Blobs
  jobs: Jobs
  now: () => Date
}) {
  /** Whose key it is sealed with: of the company for which a file with these bytes counts. */
  async function companyOf(blobId: string): Promise<string | null> {
    const { rows } = await sql<{ id: string | null }>`select i.quota_company_id as id from item i
      where i.blob_id = ${blobId}::uuid order by i.created_at, i.id limit 1`.execute(db)
    return rows[0]?.id ?? null
  }

  /**
   * The new key; null where the row has gone, or has another by now.
   * @throws {BlobDamaged} these are not its bytes
   * @throws {StorageFailed} the store says that it took them, and hasn't got them
   */
  return async (blob: BlobRow, bytes: AsyncIterable<Uint8Array>): Promise<string | null> => {
    const key = await blobs.newKey(await companyOf(blob.id))
    let failure: unknown
    // To the store, a stream that fails is merely cut off: what was wrong with it is ours to know.
    async function* coming(): AsyncGenerator<Uint8Array, void> {
      try {
        for await (const chunk of bytes) yield chunk
      } catch (error) {
        failure = error
        throw error
      }
    }
    const facts = await blobs.put(key, coming()).catch((error) => {
      throw failure ?? error
    })
    const same = facts.size === blob.size && facts.sha256 === blob.sha256.toString('hex')
    // The former bytes go once the row names these: what is there counts, not what was said of it.
    const there = same && (await blobs.stat(key))?.size === blob.size
    const done = there && (await db.transaction().execute((trx) => point(trx, blob, key)))
    if (!done) await blobs.remove(key)
    if (!same) throw new BlobDamaged(`these are not the bytes of ${nameOf(blob.key)}`)
    if (!there) throw new StorageFailed(`${nameOf(key)} was written, and isn't there`)
    return done ? key : null
  }

  async function point(trx: Kysely<Database>, { id, key: former }: BlobRow, key: string): Promise<boolean> {
    const { numUpdatedRows } = await trx
      .updateTable('blob')
      .set({ key })
      .where('id', '=', id)
      .where('key', '=', former)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return false
    await eraseLater(trx, jobs, former, now())
    return true
  }
}

/** In the transaction in which its row gets another key. */
export async function eraseLater(trx: Kysely<Database>, jobs: Jobs, key: string, now: Date): Promise<void> {
  await jobs.add(trx, 'erase', { keys: [nameOf(key)] }, { runAt: new Date(now.getTime() + KEPT_MS) })
}
