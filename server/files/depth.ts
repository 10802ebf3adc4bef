import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { type Actor, viewerOf, visible } from '../access.ts'
import type { Database } from '../db/schema.ts'

/** How deep folders go: every change is counted in all the folders above it. */
const MAX_DEPTH = 32

/**
 * Refuses that folders come to lie too deep when these are moved there or, without `ids`, a new one is made. Of the
 * folders to be moved only what the actor sees inside counts, so that the refusal tells of nothing hidden.
 * @throws folder_too_deep
 */
export async function refuseDepth(
  on: Kysely<Database>,
  actor: Actor,
  { folderId, ids }: { folderId: string | null; ids?: readonly string[] },
): Promise<void> {
  if (!folderId) return
  const viewer = viewerOf(actor, sql`(select f.space_id from item f where f.id = ${folderId}::uuid)`)
  const { rows } = await sql<{ depth: number }>`
    with recursive up(id, parent_id, depth) as (
      select f.id, f.parent_id, 1 from item f where f.id = ${folderId}::uuid
      union all
      select f.id, f.parent_id, up.depth + 1 from up join item f on f.id = up.parent_id where up.depth < ${MAX_DEPTH}
    ), v as materialized (select v.* from ${viewer} v), down(id, height) as (
      select i.id, 1 from item i where i.id = any(${sql.val(ids ?? [])}::uuid[]) and i.kind = 'folder'
      union all
      select i.id, down.height + 1 from down join item i on i.place_id = down.id cross join v
      where i.kind = 'folder' and down.height < ${MAX_DEPTH} and ${visible('i', 'v')}
    )
    select (select max(depth) from up) + ${ids ? sql`coalesce((select max(height) from down), 0)` : sql`1`} as depth`.execute(
    on,
  )
  if (rows[0] && rows[0].depth > MAX_DEPTH) throw new Problem('folder_too_deep', { max: MAX_DEPTH })
}
