import { type Kysely, sql } from 'kysely'
import type { Database } from '../db/schema.ts'

const CLASS = 4_226_024

/**
 * Does the work unless some process is doing it already; false if so. The lock is the connection's: it ends with a
 * process that is killed.
 */
export async function alone(db: Kysely<Database>, name: string, work: () => Promise<void>): Promise<boolean> {
  return db.connection().execute(async (held) => {
    const lock = sql`${CLASS}::integer, hashtext(${name})`
    const { rows } = await sql<{ ours: boolean }>`select pg_try_advisory_lock(${lock}) as ours`.execute(held)
    if (!rows[0]?.ours) return false
    try {
      await work()
      return true
    } finally {
      await sql`select pg_advisory_unlock(${lock})`.execute(held)
    }
  })
}
