import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Database } from '../db/schema.ts'

/** Waits until nobody else changes what lies in these spaces (a query of their ids): always in the same order. */
export async function lockSpaces(trx: Kysely<Database>, spaces: RawBuilder<unknown>): Promise<void> {
  const lock = sql`select from space where id in (${spaces}) order by id for no key update`
  const { rows } = await lock.execute(trx)
  // Merged into another while this waited: what lay in it is there by now.
  if (rows.length === 0) await lock.execute(trx)
}
