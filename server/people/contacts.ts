import { type Kysely, sql } from 'kysely'
import type { Contact } from '../../core/api/people.ts'
import { Problem } from '../../core/errors.ts'
import { viewerOf, viewers } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { holdsWords } from '../search.ts'
import { type Professional, sinceOf } from './reach.ts'

const PAGE = 100

/** Sort keys of a contact `x`, with the type that a cursor's text is cast back to. */
const SORTS = {
  name: [sql`x.name collate natural_order`, sql`text collate natural_order`],
  since: [sql`x.since`, sql`timestamptz`],
} as const

export type ContactQuery = {
  kind?: 'client' | 'group' | undefined
  search?: string | undefined
  sort: keyof typeof SORTS
  order: 'asc' | 'desc'
  cursor?: string | undefined
}

type Row = Omit<Contact, 'since'> & { since: Date; key: string }

/** Clients and groups in reach, in one statement. A search wants all its words in the name, accents and case apart. */
export async function listContacts(
  db: Kysely<Database>,
  actor: Professional,
  query: ContactQuery,
): Promise<{ contacts: Contact[]; next: string | null }> {
  const [key, type] = SORTS[query.sort]
  const ascending = query.order === 'asc'
  const direction = ascending ? sql`asc` : sql`desc`
  const conditions = holdsWords('x.name', query.search)
  if (query.kind) conditions.push(sql`x.kind = ${query.kind}`)
  if (query.cursor) {
    const after = readCursor(query.cursor, query.sort)
    const beyond = ascending ? sql`>` : sql`<`
    conditions.push(sql`(${key}, x.space_id) ${beyond} (${after.key}::${type}, ${after.id}::uuid)`)
  }

  const { rows } = await sql<Row>`
    with page as (
      select x.*, (${key})::text as key from (
        select s.id as space_id, s.client_id, s.group_id, ${sinceOf(actor)} as since,
          case when s.client_id is null then 'group' else 'client' end as kind, coalesce(c.name, g.name) as name
        from ${viewerOf(actor)} v
        join space s on s.id = v.space_id
        left join client c on c.id = s.client_id
        left join client_group g on g.id = s.group_id
      ) x
      where ${conditions.length > 0 ? sql.join(conditions, sql` and `) : sql`true`}
      order by ${key} ${direction}, x.space_id ${direction} limit ${PAGE + 1}
    )
    select x.kind, coalesce(x.client_id, x.group_id) as id, x.space_id as "spaceId", x.name, x.since, x.key,
      array(select b.name from branch b where b.company_id = ${actor.companyId}::uuid and (
          exists (select from client_branch cb where cb.branch_id = b.id and cb.client_id = x.client_id)
          or exists (select from group_branch gb where gb.branch_id = b.id and gb.group_id = x.group_id))
        order by b.name collate natural_order, b.id) as branches,
      array(select w.name from stakeholder st join professional w on w.id = st.professional_id
        where st.space_id = x.space_id and st.status = 'active' and w.archived_at is null
        order by w.id = ${actor.professionalId}::uuid desc, w.name collate natural_order, w.id) as stakeholders,
      case when x.group_id is not null
        then (select count(*)::integer from ${viewers} m where m.space_id = x.space_id and m.client_id is not null)
        end as members
    from page x order by ${key} ${direction}, x.space_id ${direction}`.execute(db)

  const page = rows.slice(0, PAGE)
  const last = rows.length > PAGE ? page.at(-1) : undefined
  return {
    contacts: page.map(({ key: _, since, ...contact }) => ({ ...contact, since: since.toISOString() })),
    next: last ? writeCursor(query.sort, last) : null,
  }
}

function writeCursor(sort: string, { key, spaceId }: Row): string {
  return Buffer.from(JSON.stringify([sort, key, spaceId])).toString('base64url')
}

/** @throws bad_request on what we didn't write */
function readCursor(text: string, sort: string): { key: string; id: string } {
  try {
    const [forSort, key, id] = JSON.parse(Buffer.from(text, 'base64url').toString())
    const legal = sort === 'name' || !Number.isNaN(Date.parse(key))
    if (forSort === sort && typeof key === 'string' && legal && /^[0-9a-f-]{36}$/.test(id)) return { key, id }
  } catch {}
  throw new Problem('bad_request', { field: 'cursor' })
}
