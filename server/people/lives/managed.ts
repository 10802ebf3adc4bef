import { type Kysely, sql } from 'kysely'
import type { ClientRecord } from '../../../core/api/people.ts'
import { Problem } from '../../../core/errors.ts'
import { viewerOf, viewers } from '../../access.ts'
import type { Database } from '../../db/schema.ts'
import { type Professional, requireAbility } from '../reach.ts'

type Db = Kysely<Database>

export type Needs = {
  db: Db
  readClient: (actor: Professional, of: { clientId: string }, on?: Db) => Promise<ClientRecord>
  now: () => Date
}

/** Whether the viewer's scope holds the client's record, or null where it is unknown or out of reach. */
async function inScope(on: Db, actor: Professional, clientId: string): Promise<boolean | null> {
  const { rows } = await sql<{ in_scope: boolean }>`
    select v.in_scope from ${viewerOf(actor)} v join space s on s.id = v.space_id
    where s.client_id = ${clientId}::uuid`.execute(on)
  return rows[0]?.in_scope ?? null
}

/**
 * Locks the records of these clients, which the actor manages: a manager or above whose scope holds them.
 * @throws not_found, read_only, forbidden
 */
export async function lockManaged(trx: Db, actor: Professional, clientIds: readonly string[]): Promise<void> {
  const check = async () => {
    for (const clientId of clientIds) {
      const held = await inScope(trx, actor, clientId)
      if (held === null) throw new Problem('not_found')
      requireAbility(actor, 'manageStakeholders')
      if (!held) throw new Problem('forbidden')
    }
  }
  await check()
  await sql`select from client where id = any(${clientIds}::uuid[]) order by id for update`.execute(trx)
  // As things stand now that nobody else changes them.
  await check()
}

/** @throws not_found unless the actor's scope holds the client by now */
export async function requireInScope(trx: Db, actor: Professional, clientId: string): Promise<void> {
  if (!(await inScope(trx, actor, clientId))) throw new Problem('not_found')
}

export type Reaching = { gain: string[]; lose: string[] }

/**
 * Names of the other professionals who would come to reach all of these spaces, as one, and of those who would reach
 * less than now. The change is made and taken back, so that the one rule answers for both times.
 */
export async function foreseeReach(
  db: Db,
  actor: Professional,
  clientIds: readonly string[],
  change: (trx: Db) => Promise<void>,
): Promise<Reaching> {
  const trx = await db.startTransaction().execute()
  try {
    const spaces = await sql<{ id: string }>`
      select id from space where client_id = any(${clientIds}::uuid[])`.execute(trx)
    const ids = spaces.rows.map(({ id }) => id)
    const before = await whoReaches(trx, actor, ids)
    await change(trx)
    const after = await whoReaches(trx, actor, ids)
    const everywhere = (who: Who) => before.get(who.id)?.spaces === ids.length
    return {
      gain: [...after.values()].filter((who) => !everywhere(who)).map(({ name }) => name),
      lose: [...before.values()].filter(({ id }) => !after.has(id)).map(({ name }) => name),
    }
  } finally {
    await trx.rollback().execute()
  }
}

type Who = { id: string; name: string; spaces: number }

async function whoReaches(on: Db, actor: Professional, spaceIds: string[]): Promise<Map<string, Who>> {
  const { rows } = await sql<Who>`
    select v.professional_id as id, v.name, count(*)::integer as spaces from ${viewers} v
    where v.space_id = any(${spaceIds}::uuid[]) and v.professional_id <> ${actor.professionalId}::uuid
    group by 1, 2 order by v.name collate natural_order, 1`.execute(on)
  return new Map(rows.map((row) => [row.id, row]))
}
