import { type Kysely, sql } from 'kysely'
import type { ClientRecord } from '../../../core/api/people.ts'
import { Problem } from '../../../core/errors.ts'
import { viewerOf } from '../../access.ts'
import type { Database } from '../../db/schema.ts'
import { lockSpaces } from '../../files/space-lock.ts'
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

/** Managers and above whose scope holds the client manage the record. @throws not_found, read_only, forbidden */
export async function requireManaged(on: Db, actor: Professional, clientId: string): Promise<void> {
  const held = await inScope(on, actor, clientId)
  if (held === null) throw new Problem('not_found')
  requireAbility(actor, 'manageStakeholders')
  if (!held) throw new Problem('forbidden')
}

/** Nobody else changes the record, or adds to it, meanwhile. */
export async function lockRecord(trx: Db, clientId: string): Promise<void> {
  await lockSpaces(trx, sql`select s.id from space s where s.client_id = ${clientId}::uuid`)
}

/** As `requireManaged`, with the record locked. @throws not_found, read_only, forbidden */
export async function lockManaged(trx: Db, actor: Professional, clientId: string): Promise<void> {
  await requireManaged(trx, actor, clientId)
  await lockRecord(trx, clientId)
  // As things stand now that nobody else changes it.
  await requireManaged(trx, actor, clientId)
}

/** @throws not_found unless the actor's scope holds the client by now */
export async function requireInScope(trx: Db, actor: Professional, clientId: string): Promise<void> {
  if (!(await inScope(trx, actor, clientId))) throw new Problem('not_found')
}
