import { type Kysely, type RawBuilder, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import type { Database } from '../db/schema.ts'

type Db = Kysely<Database>

/** What is shown of a company's room is rounded up to this: the size of a single file isn't to be read off it. */
const STEP = 1_000_000

/** For whom what is added counts, and whether their room is limited. */
export type Quota = { companyId: string; limited: boolean }

/** A column: the `Quota` of what an actor adds to the space of the viewer `v`; null where no company follows the client. */
export function quotaFor(actor: Actor, v: string): RawBuilder<Quota | null> {
  const company =
    actor.kind === 'professional'
      ? sql`${actor.companyId}::uuid`
      : sql`quota_company(${sql.ref(`${v}.space_id`)})`
  return sql`(select json_build_object('companyId', c.id, 'limited', c.quota_bytes is not null)
    from company c where c.id = ${company})`
}

/**
 * Reserves room for what is about to be added, in the transaction that writes the row of its upload: that row is the
 * reservation, and ends with the file made or the upload given up. @throws quota_full
 */
export async function reserveRoom(trx: Db, companyId: string, size: number): Promise<void> {
  await sql`select lock_use(array[${companyId}::uuid])`.execute(trx)
  // Asked once it is one's turn, so that whatever others added or reserved meanwhile counts.
  const { rows: full } = await sql`
    select from company_use u join company c on c.id = u.company_id
    where u.company_id = ${companyId}::uuid and c.quota_bytes - ${size}::bigint
      < u.bytes + (select coalesce(sum(r.size), 0) from upload r where r.quota_company_id = u.company_id and r.item_id is null)`.execute(
    trx,
  )
  if (full.length > 0) throw new Problem('quota_full')
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
