import { type Kysely, sql } from 'kysely'
import { nameOf } from '../blobs/blobs.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'

const BATCH = 500
const FOREIGN_KEY_VIOLATION = '23503'

/**
 * Blobs that no file has any more, with the small images made of them: two purges at once, each of one of the last two
 * files, see each other's file still.
 */
export function createUnused({ db, jobs }: { db: Kysely<Database>; jobs: Jobs }) {
  async function list(after: string): Promise<{ id: string; key: string }[]> {
    const { rows } = await sql<{ id: string; key: string }>`
      select b.id, b.key from blob b
      where b.id::text > ${after} and not exists (select from item i where i.blob_id = b.id)
      order by b.id::text limit ${BATCH}`.execute(db)
    return rows
  }

  async function remove(id: string): Promise<boolean> {
    const removed = db.transaction().execute(async (trx) => {
      const { rows: small } = await sql<{
        key: string
      }>`select key from preview where blob_id = ${id}::uuid and key is not null`.execute(trx)
      const { rows } = await sql<{ key: string }>`delete from blob b where b.id = ${id}::uuid
        and not exists (select from item i where i.blob_id = b.id) returning key`.execute(trx)
      if (rows.length === 0) return false
      await jobs.add(trx, 'erase', { keys: [...rows, ...small].map(({ key }) => nameOf(key)) })
      return true
    })
    return removed.catch((error) => {
      // A file came to have it, just now.
      if (error.code === FOREIGN_KEY_VIOLATION) return false
      throw error
    })
  }

  return {
    async *find(): AsyncGenerator<{ id: string; key: string }, void> {
      for (let after = ''; ; ) {
        const rows = await list(after)
        yield* rows
        const last = rows.at(-1)
        if (!last || rows.length < BATCH) return
        after = last.id
      }
    },
    remove,
  }
}
