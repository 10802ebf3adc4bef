import { type Kysely, sql } from 'kysely'
import type pg from 'pg'
import type { Database } from './schema.ts'

/** What runs for long and once at a time, whichever process and machine it runs on, by the number of its lock. */
const LOCKS = { backup: 4_226_020, move: 4_226_025 }

export type LongWork = keyof typeof LOCKS

/** Takes the place of the one that may run at a time; it is given up when the connection ends, however it ends. */
export async function takePlace(client: pg.ClientBase, work: LongWork): Promise<boolean> {
  // The server's own settings must not end it halfway.
  await client.query(
    'set statement_timeout = 0; set idle_session_timeout = 0; set idle_in_transaction_session_timeout = 0',
  )
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
    LOCKS[work],
  ])
  return rows[0]?.taken === true
}

/**
 * Whether any runs. No bytes are erased before it has ended: the snapshot of a backup may name what was deleted since;
 * and what moves files tells what is deleted from what another has moved by nothing but this. One that begins a moment
 * later doesn't meet what is about to be erased: the rows had gone before.
 */
export async function isLongWorkRunning(db: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{ running: boolean }>`
    select exists(select from pg_locks where locktype = 'advisory' and granted
      and objid = any(${sql.val(Object.values(LOCKS))}::bigint[]::oid[]) and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())) as running`.execute(db)
  return rows[0]?.running === true
}
