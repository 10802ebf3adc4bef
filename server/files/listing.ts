import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import { LEVELS } from '../../core/visibility.ts'
import { type Actor, isNearClient, mayAddInside, viewerOf, viewers, visible } from '../access.ts'
import { PLANNED_ONCE } from '../db/planned-once.ts'
import type { Database } from '../db/schema.ts'
import { holdsWords } from '../search.ts'
import { type ItemRow, itemParts, toItem } from './item-rows.ts'

type Db = Kysely<Database>
type Sql = RawBuilder<unknown>

export type ListQuery = {
  spaceId?: string | undefined
  folderId?: string | undefined
  scope: 'tree' | 'flat'
  search?: string | undefined
  viewAs?: 'client' | undefined
  sort: keyof typeof SORTS
  order: 'asc' | 'desc'
  cursor?: string | undefined
}

export type Listing = {
  items: Item[]
  next: string | null
  path: { id: string; name: string }[]
  can: { addInside: boolean }
}

const PAGE = 100

/** Sort keys, with the type that a cursor's text is cast back to. What lies elsewhere is looked up for each item seen. */
const SORTS: Record<'name' | 'owner' | 'visibility' | 'size' | 'added', { key: Sql; type: Sql }> = {
  name: { key: sql`i.name collate natural_order`, type: sql`text collate natural_order` },
  // Whom a protected item counts from isn't told, by the order and the cursor neither.
  owner: {
    key: sql`case when i.protected then '' else coalesce(
      (select op.name from professional op where op.id = i.owner_professional_id),
      (select oc.name from client oc where oc.id = i.owner_client_id)) end collate natural_order`,
    type: sql`text collate natural_order`,
  },
  visibility: {
    key: sql`coalesce(array_position(${sql.val(LEVELS)}::text[], i.level), 0)`,
    type: sql`integer`,
  },
  size: { key: sql`coalesce((select b.size from blob b where b.id = i.blob_id), 0)`, type: sql`bigint` },
  added: { key: sql`i.created_at`, type: sql`timestamptz` },
}

/** The items of these ids that the actor sees, in no order. */
export async function findItems(db: Db, actor: Actor, ids: readonly string[]): Promise<Item[]> {
  return (await findRows<ItemRow>(db, actor, ids, itemParts())).map((row) => toItem(row, actor))
}

/** The same as rows with these columns, of the item `i`, the viewer `v` and what is joined. */
export async function findRows<Row>(
  db: Db,
  actor: Actor,
  ids: readonly string[],
  { columns, joins }: { columns: Sql; joins: Sql },
): Promise<Row[]> {
  const { rows } = await sql<Row>`${PLANNED_ONCE}
    with asked as materialized (select i.* from item i where i.id = any(${sql.val(ids)}::uuid[])),
    v as materialized (
      select v.* from (select distinct space_id from asked) s
      cross join lateral ${viewerOf(actor, sql`s.space_id`)} v
    )
    select ${columns} from v join asked i on i.space_id = v.space_id ${joins} where ${visible('i', 'v')}`.execute(
    db,
  )
  return rows
}

/** @throws not_found unless the actor sees it */
export async function findItem(db: Db, actor: Actor, id: string): Promise<Item> {
  const [item] = await findItems(db, actor, [id])
  if (!item) throw new Problem('not_found')
  return item
}

/**
 * A page of what the actor sees in a folder, at the root, or anywhere below. Two or three statements, whatever is
 * there; by name and by time, the next page is read from an index in order.
 */
export async function listItems(db: Db, actor: Actor, query: ListQuery): Promise<Listing> {
  if (actor.kind === 'professional' && !query.spaceId) throw new Problem('bad_request', { field: 'spaceId' })
  if (actor.kind === 'client' && (query.spaceId || query.viewAs))
    throw new Problem('bad_request', { field: 'spaceId' })

  const { folderId } = query
  const seen = viewing(actor, query)
  const here = await findPlace(db, actor, query, seen)

  const matching = holdsWords('i.name', query.search)
  const deep = matching.length > 0 || query.scope === 'flat'
  const nearClient = seen.client ? sql`and ${isNearClient('i')}` : sql``
  const within = deep
    ? folderId
      ? sql`i.place_id in (select id from below)`
      : sql`i.space_id = v.space_id`
    : folderId
      ? sql`i.place_id = ${folderId}::uuid`
      : sql`i.place_id = v.space_id`
  // A client isn't told levels, by the order neither.
  const sort = query.sort === 'visibility' && actor.kind === 'client' ? 'name' : query.sort
  const { key, type } = SORTS[sort]
  const direction = query.order === 'asc' ? sql`asc` : sql`desc`
  const beyond = query.order === 'asc' ? sql`>` : sql`<`
  const after = query.cursor ? readCursor(query.cursor, sort) : null

  // Folders come first, whatever the order. Each kind by itself is in the order of an index.
  const ofKind = (kind: 'file' | 'folder') => sql`(
    select i.*, ${key} as sort_key from item i
    where ${within} and i.kind = ${sql.lit(kind)} and i.deletion_id is null ${nearClient}
      ${after?.kind === kind ? sql`and (${key}, i.id) ${beyond} (${after.key}::${type}, ${after.id}::uuid)` : sql``}
      and ${sql.join([visible('i', 'v'), ...(seen.asAnother ? [visible('i', 'w')] : []), ...matching], sql` and `)}
    order by ${key} ${direction}, i.id ${direction} limit ${PAGE + 1})`
  const kinds = (['folder', 'file'] as const).filter(
    (kind) => !(kind === 'folder' && (query.scope === 'flat' || after?.kind === 'file')),
  )
  const inOrder = sql`order by i.kind desc, i.sort_key ${direction}, i.id ${direction}`
  const { columns, joins } = itemParts(seen)
  const { rows } = await sql<ItemRow & { sort_key: string }>`
    with recursive ${seen.as}, below(id) as (
      select ${folderId ?? null}::uuid
      union all
      select i.id from item i join below on i.place_id = below.id
      where i.kind = 'folder' and i.deletion_id is null ${nearClient}
    ), page as materialized (
      select i.* from ${seen.from}
      cross join lateral (${sql.join(kinds.map(ofKind), sql` union all `)}) i
      ${inOrder} limit ${PAGE + 1}
    )
    select ${columns}, i.sort_key::text from page i ${seen.join} ${joins} ${inOrder}`.execute(db)

  const page = rows.slice(0, PAGE)
  const last = rows.length > PAGE ? page.at(-1) : undefined
  return {
    items: page.map((row) => toItem(row, actor, seen.asAnother)),
    next: last ? writeCursor(sort, last) : null,
    path: here.path,
    can: { addInside: here.addInside && !seen.asAnother },
  }
}

/** Who looks where: as SQL, the rows `v` of the actor in these spaces and, viewing as the client, `w` of the client. */
type Viewing = { as: Sql; from: Sql; join: Sql; client: boolean; asAnother: boolean }

function viewing(actor: Actor, { spaceId, folderId, viewAs }: ListQuery): Viewing {
  const ofFolder = folderId && sql`(select f.space_id from item f where f.id = ${folderId}::uuid)`
  if (!viewAs) {
    const v = viewerOf(actor, spaceId ? sql`${spaceId}::uuid` : ofFolder || undefined)
    return {
      as: sql`v as materialized (select v.* from ${v} v)`,
      from: sql`v`,
      join: sql`join v on v.space_id = i.space_id`,
      client: actor.kind === 'client',
      asAnother: false,
    }
  }
  // "View as" follows the client into the groups' spaces, as far as the actor reaches them as well.
  return {
    as: sql`w as materialized (
      select w.* from ${viewers} w
      where w.client_id = (select s.client_id from space s where s.id = ${spaceId}::uuid)
        ${ofFolder ? sql`and w.space_id = ${ofFolder}` : sql``}
    ), v as materialized (
      select v.* from w cross join lateral ${viewerOf(actor, sql`w.space_id`)} v
    )`,
    from: sql`v join w on w.space_id = v.space_id`,
    join: sql`join v on v.space_id = i.space_id join w on w.space_id = i.space_id`,
    client: true,
    asAnother: true,
  }
}

/** The folders down to the one listed, and whether the actor may add there. @throws not_found */
async function findPlace(db: Db, actor: Actor, { spaceId, folderId }: ListQuery, seen: Viewing) {
  if (!folderId || seen.asAnother) {
    const { rows } = await sql<{ may_write: boolean }>`
      select v.may_write from ${viewerOf(actor, spaceId ? sql`${spaceId}::uuid` : undefined)} v`.execute(db)
    if (rows.length === 0) throw new Problem('not_found')
    if (!folderId) return { path: [], addInside: rows.some((row) => row.may_write) }
  }
  const { rows } = await sql<{ id: string; name: string; add_inside: boolean | null }>`
    with recursive ${seen.as}, up(id, name, parent_id, depth, add_inside) as (
      select i.id, i.name, i.parent_id, 0, ${mayAddInside('i', 'v')}
      from ${seen.from} join item i on i.space_id = v.space_id
      where i.id = ${folderId}::uuid and i.kind = 'folder' and ${visible('i', 'v')}
        ${seen.asAnother ? sql`and ${visible('i', 'w')}` : sql``}
      union all
      select i.id, i.name, i.parent_id, up.depth + 1, null from up join item i on i.id = up.parent_id
    ) select id, name, add_inside from up order by depth desc`.execute(db)
  const here = rows.at(-1)
  if (!here) throw new Problem('not_found')
  return { path: rows.map(({ id, name }) => ({ id, name })), addInside: here.add_inside === true }
}

type Cursor = { kind: 'file' | 'folder'; key: string; id: string }

function writeCursor(sort: string, row: ItemRow & { sort_key: string }): string {
  return Buffer.from(JSON.stringify([sort, row.kind, row.sort_key, row.id])).toString('base64url')
}

function readCursor(text: string, sort: string): Cursor {
  try {
    const [forSort, kind, key, id] = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (
      forSort === sort &&
      (kind === 'file' || kind === 'folder') &&
      typeof key === 'string' &&
      /^[0-9a-f-]{36}$/.test(id)
    )
      return { kind, key, id }
  } catch {}
  throw new Problem('bad_request', { field: 'cursor' })
}
