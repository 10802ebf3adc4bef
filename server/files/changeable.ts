import { type Kysely, sql } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { refuseDepth } from './depth.ts'
import { findItem, findItems } from './listing.ts'

type Db = Kysely<Database>

/** The items, all seen and all such that the actor may change them. @throws not_found, read_only, forbidden */
export async function findChangeable(on: Db, actor: Actor, ids: readonly string[]): Promise<Item[]> {
  const items = await findItems(on, actor, ids)
  if (items.length < new Set(ids).size) throw new Problem('not_found')
  if (!items.every((item) => item.can.modify)) throw refusal(actor)
  return items
}

/** The items, if the actor may move them there. @throws not_found, read_only, forbidden, folder_into_itself, folder_too_deep */
export async function findMovable(
  on: Db,
  actor: Actor,
  { ids, folderId }: { ids: readonly string[]; folderId: string | null },
): Promise<Item[]> {
  const items = await findChangeable(on, actor, ids)
  if (folderId && !(await findItem(on, actor, folderId)).can.addInside) throw refusal(actor)
  await refuseRing(on, ids, folderId)
  await refuseDepth(on, actor, { ids, folderId })
  return items
}

/** What is seen but not to be changed is refused thus. */
function refusal(actor: Actor): Problem {
  return new Problem(
    actor.kind === 'professional' && actor.profile === 'read_only' ? 'read_only' : 'forbidden',
  )
}

/** @throws folder_into_itself, not_found when the folder is in another space */
async function refuseRing(on: Db, ids: readonly string[], folderId: string | null): Promise<void> {
  const { rows } = await sql<{ ring: boolean; elsewhere: boolean }>`
    with recursive up(id, parent_id) as (
      select i.id, i.parent_id from item i where i.id = ${folderId}::uuid
      union all select i.id, i.parent_id from up join item i on i.id = up.parent_id
    ) select exists (select from up where up.id = any(${sql.val(ids)}::uuid[])) as ring,
      (select count(distinct space_id) > 1 from item where id = any(${sql.val([...ids, folderId].filter(Boolean))}::uuid[]))
        as elsewhere`.execute(on)
  if (rows[0]?.elsewhere) throw new Problem('not_found')
  if (rows[0]?.ring) throw new Problem('folder_into_itself')
}
