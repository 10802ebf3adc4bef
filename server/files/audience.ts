import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { viewers } from '../access.ts'
import type { Database } from '../db/schema.ts'

type Db = Kysely<Database>
type Chosen = readonly string[] | null

/**
 * Whom a client chooses, sorted, so that equal audiences count as one class inside folders. Whoever was chosen before
 * (`known`) and has left since is left out: were they to come back, they would see what was never meant for them then.
 * @throws not_involved for anybody else who isn't involved; bad_request where nobody is left
 */
export async function legalAudience(
  db: Db,
  spaceId: string,
  audience: Chosen,
  known: readonly string[] = [],
): Promise<string[] | null> {
  if (!audience) return null
  const { rows } = await sql<{ id: string }>`select v.professional_id as id from ${viewers} v
    where v.space_id = ${spaceId}::uuid and v.professional_id = any(${sql.val(audience)}::uuid[])`.execute(db)
  const involved = new Set(rows.map(({ id }) => id))
  if (audience.some((id) => !involved.has(id) && !known.includes(id))) throw new Problem('not_involved')
  if (involved.size === 0) throw new Problem('bad_request', { field: 'audience' })
  return [...involved].sort()
}

/** The professionals chosen for an item: who is involved still, by id, and who has left since, by name. */
export async function readChosen(
  db: Db,
  itemId: string,
): Promise<{ audience: string[] | null; left: string[] }> {
  const { rows } = await sql<{ id: string | null; name: string; involved: boolean }>`
    select p.id, p.name, exists (select from ${viewers} v
      where v.space_id = i.space_id and v.professional_id = p.id) as involved
    from item i left join professional p on p.id = any(i.audience)
    where i.id = ${itemId}::uuid and i.audience is not null
    order by p.name collate natural_order, p.id`.execute(db)
  if (rows.length === 0) return { audience: null, left: [] }
  return {
    audience: rows.flatMap(({ id, involved }) => (id && involved ? [id] : [])),
    left: rows.flatMap(({ id, involved, name }) => (id && !involved ? [name] : [])),
  }
}
