import { type Kysely, type RawBuilder, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import type { Database } from '../db/schema.ts'

type Db = Kysely<Database>

/** What is shown of a company's room is rounded up to this: the size of a single file isn't to be read off it. */
const STEP = 1_000_000

/** Files of up to this size are never in the way of larger ones, nor those in theirs. */
const SMALL_BYTES = 64 * 1024 ** 2
/**
 * What one person may have reserved and not sent, in small files and in large ones, besides what begins: this much, or
 * this part of a company's room.
 */
const RESERVED_BYTES = 1024 ** 3
const RESERVED_PART = 0.25

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
 * Reserves room for what one person is about to add, in the transaction that writes the rows of its uploads: those are
 * the reservation, and end with the files made or the uploads given up. Who would hold more has to send it.
 * @throws quota_full, too_many_uploads: others of theirs come first
 */
export async function reserveRoom(
  trx: Db,
  { companyId, actor, sizes }: { companyId: string; actor: Actor; sizes: readonly number[] },
): Promise<void> {
  await sql`select lock_use(array[${companyId}::uuid])`.execute(trx)
  const size = sizes.reduce((sum, size) => sum + size, 0)
  const largest = Math.max(...sizes)
  const isLarge = largest > SMALL_BYTES
  const own =
    actor.kind === 'professional'
      ? sql`r.professional_id = ${actor.professionalId}::uuid`
      : sql`r.client_id = ${actor.clientId}::uuid`
  // Asked once it is one's turn, so that whatever others added or reserved meanwhile counts.
  const { rows } = await sql<{ left: number; unsent: number; most: number }>`
    select (c.quota_bytes - u.bytes - r.reserved)::bigint as left, r.unsent,
      greatest(${RESERVED_BYTES}::bigint, (c.quota_bytes * ${RESERVED_PART}::float8)::bigint) as most
    from company_use u join company c on c.id = u.company_id
    cross join lateral (
      select coalesce(sum(r.size), 0)::bigint as reserved,
        coalesce(sum(r.size - r.bytes) filter (where ${own} and (r.size > ${SMALL_BYTES}::bigint) = ${isLarge}), 0)::bigint as unsent
      from upload r where r.quota_company_id = c.id and r.item_id is null
    ) r
    where c.id = ${companyId}::uuid and c.quota_bytes is not null`.execute(trx)
  const [room] = rows
  if (!room) return
  if (room.left < size) throw new Problem('quota_full')
  if (room.unsent + size - largest > room.most) throw new Problem('too_many_uploads')
}

/**
 * How much room a company's files take, with those that are arriving, and how much of it what was deleted and can still
 * be restored; in steps.
 */
export async function readUse(on: Db, companyId: string): Promise<{ bytes: number; deleted: number }> {
  const { rows } = await sql<{ bytes: number; deleted: number }>`
    select u.bytes + (
      select coalesce(sum(r.size), 0)::bigint from upload r where r.quota_company_id = u.company_id and r.item_id is null
    ) as bytes, (
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
