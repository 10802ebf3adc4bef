import { type Kysely, sql } from 'kysely'
import { BlobAbsent, type BlobStore, StorageFailed, StorageFull } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import { batches } from './extras.ts'

/** What is listed may be removed before it is opened; so many aren't. */
const TRIES = 5

export type Trust = ReturnType<typeof createTrust>

/** Rejects unless the store works; one that is full can still be read. */
export async function assertWorks(store: Pick<BlobStore, 'check'>): Promise<void> {
  await store.check().catch((error) => {
    if (!(error instanceof StorageFull)) throw error
  })
}

/**
 * Whether the store may be believed when it says that something isn't there. One that is away may say so of everything,
 * and so does one that works and is another: a disk that isn't mounted, a bucket of a similar name. It has to give
 * something that a row names.
 *
 * To be asked between two looks: then it isn't away during both unless it is now.
 */
export function createTrust({ db, store }: { db: Kysely<Database>; store: BlobStore }) {
  async function named(names: readonly string[]): Promise<string[]> {
    const { rows } = await sql<{ name: string }>`
      select name from unnest(${sql.val(names)}::text[]) name
      where exists (select from blob b where split_part(b.key, '.', 1) = name)
        or exists (select from preview p where split_part(p.key, '.', 1) = name)
      limit ${TRIES}`.execute(db)
    return rows.map(({ name }) => name)
  }

  async function gives(name: string): Promise<boolean> {
    const found = await store.open(name).catch((error) => {
      if (!(error instanceof BlobAbsent)) throw error
    })
    found?.stream.destroy()
    return found !== undefined
  }

  /** @throws {StorageFailed} it may not be believed */
  return async (): Promise<void> => {
    await assertWorks(store)
    for await (const batch of batches(store.list())) {
      const ours = await named(batch.map(({ name }) => name))
      for (const name of ours) if (await gives(name)) return
      if (ours.length > 0) throw new StorageFailed('the store lists files, and says that they are not there')
    }
    // Whoever has a single file may well have lost all.
    const { rows } = await sql`select from blob limit 2`.execute(db)
    if (rows.length > 1)
      throw new StorageFailed('the store holds no file that is known here: it is empty, or it is another one')
  }
}
