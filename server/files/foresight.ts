import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Consequences } from '../../core/api/files.ts'
import type { Item, Reach } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import { includesClient, LEVELS, type Level } from '../../core/visibility.ts'
import { type Actor, reachesClient, sees, viewerOf, viewers, visible } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { findItem, findItems } from './listing.ts'

type Db = Kysely<Database>

type Seen = {
  level: Level
  professional_id: string | null
  client_id: string | null
  name: string
  company_id: string | null
}

/** Who is told before a change: the same rule, asked of one item and everybody involved. */

/**
 * Whom each level reaches or would reach for this file; who may not change it is told of its own level only.
 * @throws not_found, forbidden where it has no level
 */
export async function readLevels(db: Db, actor: Actor, itemId: string) {
  const item = await findItem(db, actor, itemId)
  if (!item.level || actor.kind !== 'professional') throw new Problem('forbidden')
  const seen = await whoSees(
    db,
    sql`(
    select l.level, i.space_id, i.owner_professional_id, i.owner_client_id, i.company_id, i.branch_id, i.audience
    from item i cross join unnest(${sql.val(LEVELS)}::text[]) l(level)
    where i.id = ${itemId}::uuid and (l.level <> 'branch' or i.branch_id is not null))`,
  )
  const hidden = item.clientSees ? await foldersHidden(db, actor, [itemId]) : []
  const now = seen.filter((who) => who.level === item.level)
  const told = LEVELS.filter((level) => item.can.modify || level === item.level)
  return told
    .filter((level) => seen.some((who) => who.level === level))
    .map((level) => {
      const then = seen.filter((who) => who.level === level)
      return {
        level,
        current: level === item.level,
        reach: toReach(then, actor),
        ...difference(now, then),
        foldersHidden: includesClient(level) ? [] : hidden,
      }
    })
}

/** Whom each level would reach for a new file of the actor in this space and branch. */
export async function reachOfLevels(
  db: Db,
  actor: Actor & { kind: 'professional' },
  spaceId: string,
  branchId: string | null,
) {
  const seen = await whoSees(
    db,
    sql`(
    select l.level, ${spaceId}::uuid as space_id, ${actor.professionalId}::uuid as owner_professional_id,
      null::uuid as owner_client_id, ${actor.companyId}::uuid as company_id, ${branchId}::uuid as branch_id, null::uuid[] as audience
    from unnest(${sql.val(LEVELS)}::text[]) l(level))`,
  )
  return LEVELS.filter((level) => level !== 'branch' || branchId).map((level) => ({
    level,
    reach: toReach(
      seen.filter((who) => who.level === level),
      actor,
    ),
  }))
}

type Change = { kind: 'level'; level: Level } | { kind: 'delete' }

/**
 * Who would gain and lose sight of any of the items, as far as the actor sees them. Only who may make the change is
 * told: to others the names of who sees a file are none of theirs, least of all to the members of a group.
 * @throws not_found, forbidden
 */
export async function foresee(
  db: Db,
  actor: Actor,
  { ids, change }: { ids: readonly string[]; change: Change },
): Promise<Consequences> {
  const items = await findItems(db, actor, ids)
  if (items.length < new Set(ids).size) throw new Problem('not_found')
  const may = (item: Item) => (change.kind === 'delete' ? item.can.delete : item.can.modify && item.level)
  if (!items.every(may)) throw new Problem('forbidden')
  // What the actor sees of the items themselves and of the content of folders among them.
  const touched = sql`(
    select i.level, i.space_id, i.owner_professional_id, i.owner_client_id, i.company_id, i.branch_id, i.audience
    from item i where i.id = any(${sql.val(ids)}::uuid[]) and i.kind = 'file'
    union all
    select t.level, i.space_id, t.owner_professional_id, t.owner_client_id, t.company_id, t.branch_id, t.audience
    from ${viewerOf(actor)} v join item i on i.space_id = v.space_id join folder_content t on t.folder_id = i.id
    where i.id = any(${sql.val(ids)}::uuid[]) and t.count > 0 and t.kind = 'file' and ${sees('t', 'v')})`
  // One knows what one does oneself.
  const self = actor.kind === 'client' ? actor.clientId : actor.professionalId
  const others = (seen: Seen[]) => seen.filter((who) => (who.professional_id ?? who.client_id) !== self)
  const now = await whoSees(db, touched)
  const then =
    change.kind === 'delete'
      ? []
      : await whoSees(
          db,
          sql`(select distinct ${change.level}::text as level, t.space_id, t.owner_professional_id,
          t.owner_client_id, t.company_id, t.branch_id, t.audience from ${touched} t)`,
        )
  const keepsClient = change.kind === 'level' && includesClient(change.level)
  return {
    ...difference(others(now), others(then)),
    foldersHidden: keepsClient ? [] : await foldersHidden(db, actor, ids),
    files: items.reduce((sum, item) => sum + (item.files ?? 1), 0),
  }
}

async function whoSees(db: Db, classes: RawBuilder<unknown>): Promise<Seen[]> {
  const { rows } = await sql<Seen>`
    select distinct x.level, v.professional_id, v.client_id, v.name, v.company_id
    from ${classes} x join ${viewers} v on v.space_id = x.space_id
    where ${sees('x', 'v')} order by v.name, v.professional_id, v.client_id`.execute(db)
  return rows
}

/**
 * Names of the folders above the items in which the client sees nothing else, as far as the actor sees: what
 * is hidden from the actor must not show in the answer.
 */
async function foldersHidden(db: Db, actor: Actor, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    with recursive mine as (
      select i.id, i.parent_id, case when i.kind = 'file' then (${reachesClient('i')})::integer else coalesce((
        select sum(t.count) from folder_content t
        where t.folder_id = i.id and t.kind = 'file' and ${sees('t', 'v')} and ${reachesClient('t')}), 0) end as n
      from ${viewerOf(actor)} v join item i on i.space_id = v.space_id
      where i.id = any(${sql.val(ids)}::uuid[]) and ${visible('i', 'v')}
    ), up(folder_id, n) as (
      select mine.parent_id, mine.n from mine where mine.parent_id is not null and mine.n > 0
      union all
      select i.parent_id, up.n from up join item i on i.id = up.folder_id where i.parent_id is not null
    ), hit as (select folder_id, sum(n) as n from up group by folder_id)
    select i.name from hit join item i on i.id = hit.folder_id join ${viewerOf(actor)} v on v.space_id = i.space_id
    where hit.n = (select sum(t.count) from folder_content t
      where t.folder_id = i.id and t.kind = 'file' and t.count > 0 and ${sees('t', 'v')} and ${reachesClient('t')})
    order by i.name`.execute(db)
  return rows.map((row) => row.name)
}

function difference(now: Seen[], then: Seen[]): { gain: string[]; lose: string[] } {
  const key = (who: Seen) => who.professional_id ?? who.client_id
  const names = (from: Seen[], without: Seen[]) => {
    const known = new Set(without.map(key))
    return [
      ...new Map(from.filter((who) => !known.has(key(who))).map((who) => [key(who), who.name])).values(),
    ]
  }
  return { gain: names(then, now), lose: names(now, then) }
}

function toReach(seen: Seen[], actor: Actor & { kind: 'professional' }): Reach {
  const others = seen.filter((who) => who.professional_id && who.professional_id !== actor.professionalId)
  return {
    you: seen.some((who) => who.professional_id === actor.professionalId),
    colleagues: others.filter((who) => who.company_id === actor.companyId).map((who) => who.name),
    externals: others.filter((who) => who.company_id !== actor.companyId).map((who) => who.name),
    clients: seen.filter((who) => who.client_id).map((who) => who.name),
  }
}
