import { type Kysely, sql } from 'kysely'
import type pg from 'pg'
import type { Database } from '../db/schema.ts'

const LOCK = 4_226_020

/** Takes the place of the one backup that may run at a time; it is given up when the connection ends, however it ends. */
export async function takeBackupLock(client: pg.ClientBase): Promise<boolean> {
  // The server's own settings must not end it halfway.
  await client.query(
    'set statement_timeout = 0; set idle_session_timeout = 0; set idle_in_transaction_session_timeout = 0',
  )
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK])
  return rows[0]?.taken === true
}

/**
 * Whether a backup runs. Its snapshot may name what was deleted since, hence no bytes are erased until it has ended. One
 * that begins a moment later doesn't name what is about to be erased: the rows had gone before.
 */
export async function isBackupRunning(db: Kysely<Database>): Promise<boolean> {
  const { rows } = await sql<{ running: boolean }>`
    select exists(select from pg_locks where locktype = 'advisory' and objid = ${LOCK} and granted
      and database = (select oid from pg_database where datname = current_database())) as running`.execute(db)
  return rows[0]?.running === true
}
