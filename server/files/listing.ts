import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import { hasPreview } from '../../core/kinds.ts'
import { LEVELS, type Level } from '../../core/visibility.ts'
import {
  type Actor,
  mayAddInside,
  mayDelete,
  mayModify,
  mayTakeOver,
  reachesClient,
  sees,
  viewerOf,
  viewers,
  visible,
} from '../access.ts'
import type { Database } from '../db/schema.ts'
import { holdsWords } from '../search.ts'

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

/** Sort keys, with the type that a cursor's text is cast back to. */
const SORTS = {
  name: [sql`i.name collate natural_order`, sql`text collate natural_order`],
  // Whom a protected item counts from isn't told, by the order and the cursor neither.
  owner: [
    sql`case when i.protected then '' else coalesce(op.name, oc.name) end collate natural_order`,
    sql`text collate natural_order`,
  ],
  visibility: [sql`coalesce(array_position(${sql.val(LEVELS)}::text[], i.level), 0)`, sql`integer`],
  size: [sql`coalesce(b.size, 0)`, sql`bigint`],
  added: [sql`i.created_at`, sql`timestamptz`],
} as const

type Row = {
  id: string
  space_id: string
  parent_id: string | null
  kind: 'file' | 'folder'
  name: string
  level: Level | 'client'
  chosen: boolean
  protected: boolean
  owner_professional_id: string | null
  owner_client_id: string | null
  owner_name: string
  created_at: Date
  type: string | null
  size: string | null
  preview: 'ready' | 'failed' | null
  files: string | null
  client_sees: boolean
  modify: boolean
  delete: boolean
  add_inside: boolean
  take_over: boolean
  sort_key?: string
}

/**
 * What the viewer sees, as items with their abilities: `v` is a row of `viewers`, `i` an item. `as` narrows it to
 * what a second viewer sees too, to whom no ability is lent.
 */
function selectItems(
  viewer: Sql,
  parts: { as?: Sql; where: Sql; key?: Sql; order?: Sql; limit?: number },
): Sql {
  const both = parts.as ? sql`${sees('inside', 'v')} and ${sees('inside', 'w')}` : sees('inside', 'v')
  return sql`
    select i.id, i.space_id, i.parent_id, i.kind, i.name, i.level, i.audience is not null as chosen, i.protected,
      i.owner_professional_id, i.owner_client_id, coalesce(op.name, oc.name) as owner_name, i.created_at,
      b.type, b.size, case when p.key is not null then 'ready' when p.problem is not null then 'failed' end as preview,
      inside.files, case when i.kind = 'file' then ${reachesClient('i')} else inside.client_sees end as client_sees,
      ${mayModify('i', 'v')} as modify, ${mayDelete('i', 'v')} as delete, ${mayAddInside('i', 'v')} as add_inside,
      ${mayTakeOver('i', 'v')} as take_over
      ${parts.key ? sql`, (${parts.key})::text as sort_key` : sql``}
    from ${viewer} v
    ${parts.as ? sql`join ${parts.as} w on w.space_id = v.space_id` : sql``}
    join item i on i.space_id = v.space_id
    left join blob b on b.id = i.blob_id
    left join preview p on p.blob_id = b.id and p.variant = 'thumb'
    left join professional op on op.id = i.owner_professional_id
    left join client oc on oc.id = i.owner_client_id
    left join lateral (
      select coalesce(sum(inside.count) filter (where inside.kind = 'file'), 0) as files,
             coalesce(bool_or(inside.kind = 'file' and ${reachesClient('inside')}), false) as client_sees
      from folder_content inside
      where inside.folder_id = i.id and inside.count > 0 and ${both}
    ) inside on i.kind = 'folder'
    where ${parts.where} and ${visible('i', 'v')} ${parts.as ? sql`and ${visible('i', 'w')}` : sql``}
    ${parts.order ? sql`order by ${parts.order}` : sql``}
    ${parts.limit ? sql`limit ${parts.limit}` : sql``}`
}

/** The items of these ids that the actor sees, in no order. */
export async function findItems(db: Db, actor: Actor, ids: readonly string[]): Promise<Item[]> {
  const where = sql`i.id = any(${sql.val(ids)}::uuid[])`
  const { rows } = await sql<Row>`${selectItems(viewerOf(actor), { where })}`.execute(db)
  return rows.map((row) => toItem(row, actor))
}

/** @throws not_found unless the actor sees it */
export async function findItem(db: Db, actor: Actor, id: string): Promise<Item> {
  const [item] = await findItems(db, actor, [id])
  if (!item) throw new Problem('not_found')
  return item
}

/** A page of what the actor sees in a folder, at the root, or anywhere below. A constant number of statements. */
export async function listItems(db: Db, actor: Actor, query: ListQuery): Promise<Listing> {
  if (actor.kind === 'professional' && !query.spaceId) throw new Problem('bad_request', { field: 'spaceId' })
  if (actor.kind === 'client' && (query.spaceId || query.viewAs))
    throw new Problem('bad_request', { field: 'spaceId' })

  // "View as" follows the client into the groups' spaces, as far as the actor reaches them as well.
  const as =
    query.viewAs &&
    sql`(select c.* from ${viewers} c
    where c.client_id = (select s.client_id from space s where s.id = ${query.spaceId}::uuid))`
  const inSpace = query.spaceId && !as ? sql`v.space_id = ${query.spaceId}::uuid` : sql`true`
  const here = await findPlace(db, actor, query.spaceId, query.folderId, as || undefined)

  const matching = holdsWords('i.name', query.search)
  const deep = matching.length > 0 || query.scope === 'flat'
  const within = !deep
    ? query.folderId
      ? sql`i.parent_id = ${query.folderId}::uuid`
      : sql`i.parent_id is null`
    : query.folderId
      ? sql`i.id in (with recursive below(id) as (
          select f.id from item f where f.parent_id = ${query.folderId}::uuid
          union all select f.id from item f join below on f.parent_id = below.id) select id from below)`
      : sql`true`
  // A client isn't told levels, by the order neither.
  const sort = query.sort === 'visibility' && actor.kind === 'client' ? 'name' : query.sort
  const [key, type] = SORTS[sort]
  const direction = query.order === 'asc' ? sql`asc` : sql`desc`
  const after = query.cursor ? readCursor(query.cursor, sort) : null
  const beyond = query.order === 'asc' ? sql`>` : sql`<`
  const { rows } = await sql<Row>`${selectItems(viewerOf(actor), {
    ...(as ? { as } : {}),
    where: sql`${sql.join([inSpace, sql`i.deletion_id is null`, within, ...matching], sql` and `)}
      ${query.scope === 'flat' ? sql`and i.kind = 'file'` : sql``}
      ${
        after
          ? sql`and i.kind <= ${after.kind} and (i.kind < ${after.kind}
            or (${key}, i.id) ${beyond} (${after.key}::${type}, ${after.id}::uuid))`
          : sql``
      }`,
    key,
    // Folders come first, whatever the order: 'folder' > 'file'.
    order: sql`i.kind desc, ${key} ${direction}, i.id ${direction}`,
    limit: PAGE + 1,
  })}`.execute(db)

  const page = rows.slice(0, PAGE)
  const last = rows.length > PAGE ? page.at(-1) : undefined
  return {
    items: page.map((row) => toItem(row, actor, Boolean(as))),
    next: last ? writeCursor(sort, last) : null,
    path: here.path,
    can: { addInside: here.addInside && !as },
  }
}

/** The folders down to the one listed, and whether the actor may add there. @throws not_found */
async function findPlace(db: Db, actor: Actor, spaceId?: string, folderId?: string, as?: Sql) {
  const inSpace = spaceId && !as ? sql`and v.space_id = ${spaceId}::uuid` : sql``
  if (!folderId || as) {
    const { rows } = await sql<{ may_write: boolean }>`select v.may_write from ${viewerOf(actor)} v
      where ${spaceId ? sql`v.space_id = ${spaceId}::uuid` : sql`true`}`.execute(db)
    if (rows.length === 0) throw new Problem('not_found')
    if (!folderId) return { path: [], addInside: rows.some((row) => row.may_write) }
  }
  const { rows } = await sql<{ id: string; name: string; add_inside: boolean | null }>`
    with recursive up(id, name, parent_id, depth, add_inside) as (
      select i.id, i.name, i.parent_id, 0, ${mayAddInside('i', 'v')}
      from ${viewerOf(actor)} v join item i on i.space_id = v.space_id
      ${as ? sql`join ${as} w on w.space_id = v.space_id` : sql``}
      where i.id = ${folderId}::uuid and i.kind = 'folder' and ${visible('i', 'v')} ${inSpace}
        ${as ? sql`and ${visible('i', 'w')}` : sql``}
      union all
      select i.id, i.name, i.parent_id, up.depth + 1, null from up join item i on i.id = up.parent_id
    ) select id, name, add_inside from up order by depth desc`.execute(db)
  const here = rows.at(-1)
  if (!here) throw new Problem('not_found')
  return { path: rows.map(({ id, name }) => ({ id, name })), addInside: here.add_inside === true }
}

function toItem(row: Row, actor: Actor, asAnother = false): Item {
  const byClient = row.owner_client_id !== null
  const you =
    actor.kind === 'client'
      ? row.owner_client_id === actor.clientId
      : row.owner_professional_id === actor.professionalId
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    parentId: row.parent_id,
    type: row.type,
    size: row.size === null ? null : Number(row.size),
    files: row.files === null ? null : Number(row.files),
    owner: row.protected
      ? null
      : {
          kind: byClient ? 'client' : 'professional',
          id: row.owner_client_id ?? row.owner_professional_id,
          name: row.owner_name,
          you,
        },
    protected: row.protected,
    // To a client a level says nothing but what other people see.
    level: row.kind === 'folder' || row.level === 'client' || actor.kind === 'client' ? null : row.level,
    audience: byClient ? (row.chosen ? 'chosen' : 'all') : null,
    clientSees: row.client_sees,
    addedAt: row.created_at.toISOString(),
    preview:
      row.preview === 'ready'
        ? 'ready'
        : row.preview === null && row.type !== null && hasPreview(row.type)
          ? 'pending'
          : 'none',
    can: asAnother
      ? { modify: false, delete: false, addInside: false, takeOver: false }
      : { modify: row.modify, delete: row.delete, addInside: row.add_inside, takeOver: row.take_over },
  }
}

type Cursor = { kind: 'file' | 'folder'; key: string; id: string }

function writeCursor(sort: string, row: Row): string {
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
