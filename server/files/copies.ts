import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { type Actor, viewerOf } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { heldBack } from './contents.ts'
import { findItems } from './listing.ts'
import { lockSpaces } from './space-lock.ts'
import { sharedBranches } from './spaces.ts'

/**
 * Copies files of a space that the actor sees to the root of these clients' records, as far as the actor may add there. A copy
 * is the actor's own, keeps name and level, and refers to the same bytes; from then on neither knows of the other.
 * What the scanner hasn't looked at waits wherever it is copied to.
 * Resolves with how many records were reached.
 * @throws not_found for what isn't there or isn't seen, bad_request for what isn't a professional's file, file_infected
 */
export async function copyFiles(
  trx: Kysely<Database>,
  actor: Extract<Actor, { kind: 'professional' }>,
  { spaceId, ids, clientIds }: { spaceId: string; ids: readonly string[]; clientIds: readonly string[] },
  now: Date,
): Promise<number> {
  const goals = sql`select s.id from ${viewerOf(actor)} v join space s on s.id = v.space_id
    where s.client_id = any(${sql.val(clientIds)}::uuid[]) and v.may_write`
  // What is copied mustn't be purged meanwhile.
  await lockSpaces(trx, sql`${goals} union select ${spaceId}::uuid`)
  const there = await sql<{ id: string }>`select i.id from item i
    where i.space_id = ${spaceId}::uuid and i.id = any(${sql.val(ids)}::uuid[])`.execute(trx)
  const files = await findItems(
    trx,
    actor,
    there.rows.map(({ id }) => id),
  )
  if (files.length < new Set(ids).size) throw new Problem('not_found')
  const infected = files.find(({ scan }) => scan === 'infected')
  if (infected) throw heldBack(infected)
  // Folders, and what the software or a client made, have no level of their own to be copied with.
  if (files.some((file) => file.protected || !file.level)) throw new Problem('bad_request', { field: 'ids' })
  const { rows: spaces } = await sql<{ id: string }>`${goals} order by s.id`.execute(trx)
  for (const space of spaces) {
    const [branch] = await sharedBranches(trx, actor, space.id)
    const { rows } = await sql<{ id: string }>`
      insert into item (space_id, kind, name, level, owner_professional_id, company_id, branch_id, blob_id,
        of_another, created_at, changed_at)
      select ${space.id}::uuid, 'file', i.name,
        case when i.level = 'branch' and ${branch?.id ?? null}::uuid is null then 'company' else i.level end,
        ${actor.professionalId}::uuid, ${actor.companyId}::uuid, ${branch?.id ?? null}::uuid, i.blob_id,
        i.of_another or i.owner_professional_id <> ${actor.professionalId}::uuid, ${now}::timestamptz, ${now}::timestamptz
      from item i where i.id = any(${sql.val(ids)}::uuid[])
      returning id`.execute(trx)
    await record(trx, actor, 'file_copied', { items: rows.map(({ id }) => id) })
  }
  return spaces.length
}
