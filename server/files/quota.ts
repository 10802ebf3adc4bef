import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import { PLANNED_ONCE } from '../db/planned-once.ts'
import type { Database } from '../db/schema.ts'

type Db = Kysely<Database>

/** What is shown of a company's room is rounded up to this: the size of a single file isn't to be read off it. */
const STEP = 1_000_000

/**
 * Reserves room for what the actor is about to add to a space, in the transaction that writes the row of its upload:
 * that row is the reservation, and ends with the file made or the upload given up. Resolves with the company for
 * which it counts; null where no company follows the client. @throws quota_full
 */
export async function reserveRoom(
  trx: Db,
  actor: Actor,
  spaceId: string,
  size: number,
): Promise<string | null> {
  const company =
    actor.kind === 'professional' ? sql`${actor.companyId}::uuid` : sql`quota_company(${spaceId}::uuid)`
  const { rows } = await sql<{ id: string; quota_bytes: number | null }>`${PLANNED_ONCE}
    select c.id, c.quota_bytes from company c where c.id = ${company}`.execute(trx)
  const [found] = rows
  if (!found) return null
  if (found.quota_bytes !== null) {
    await sql`select lock_use(array[${found.id}::uuid])`.execute(trx)
    // Asked once it is one's turn, so that whatever others added or reserved meanwhile counts.
    const { rows: full } = await sql`
      select from company_use u where u.company_id = ${found.id}::uuid and ${found.quota_bytes}::bigint - ${size}::bigint
        < u.bytes + (select coalesce(sum(r.size), 0) from upload r where r.quota_company_id = u.company_id and r.item_id is null)`.execute(
      trx,
    )
    if (full.length > 0) throw new Problem('quota_full')
  }
  return found.id
}

/** How much room a company's files take, and how much of it what was deleted and can still be restored; in steps. */
export async function readUse(on: Db, companyId: string): Promise<{ bytes: number; deleted: number }> {
  const { rows } = await sql<{ bytes: number; deleted: number }>`
    select u.bytes, (
      select coalesce(sum(b.size), 0)::bigint from blob b
      where b.id in (select i.blob_id from item i where i.deletion_id is not null and i.quota_company_id = u.company_id)
        and not exists (select from item i
          where i.blob_id = b.id and i.quota_company_id = u.company_id and i.deletion_id is null)) as deleted
    from company_use u where u.company_id = ${companyId}::uuid`.execute(on)
  const { bytes = 0, deleted = 0 } = rows[0] ?? {}
  return { bytes: roundUp(bytes), deleted: roundUp(deleted) }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / STEP) * STEP
}
