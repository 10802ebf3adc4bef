import { type Kysely, sql } from 'kysely'
import type { Opening } from '../../core/api/audit.ts'
import { type Actor, sees, viewerOf, visible } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { readCursor, writeCursor } from './cursor.ts'

const PAGE = 50

type Row = {
  id: number
  at: Date
  key: string
  action: Opening['action']
  professional: string
  company: string
  item_id: string
  item_name: string
}

/**
 * For a client: which professional opened which of the files that they see now, newest first. What a professional
 * opened before it was shared is the professional's own work, and isn't told.
 */
export async function listOpenings(
  db: Kysely<Database>,
  actor: Extract<Actor, { kind: 'client' }>,
  { cursor }: { cursor?: string | undefined },
): Promise<{ openings: Opening[]; next: string | null }> {
  const after = cursor ? readCursor(cursor) : null
  const { rows } = await sql<Row>`
    select e.id, e.at, e.at::text as key, e.action, w.name as professional, co.name as company,
      i.id as item_id, i.name as item_name
    from ${viewerOf(actor)} v
    join item i on i.space_id = v.space_id and i.kind = 'file' and i.deletion_id is null and ${visible('i', 'v')}
    -- The newest of each file, along its index: no more of them can be on this page.
    cross join lateral (
      select e.* from audit_entry e
      cross join lateral jsonb_populate_record(null::item, e.item) shot
      where e.item_id = i.id and e.action in ('file_opened', 'file_downloaded')
        -- Of the entries of one opening, that of the professional's own company.
        and e.company_id = (select w.company_id from professional w where w.id = e.professional_id)
        and ${sees('shot', 'v')}
        ${after ? sql`and (e.at, e.id) < (${after.at}::timestamptz, ${after.id}::bigint)` : sql``}
      order by e.at desc, e.id desc limit ${PAGE + 1}
    ) e
    join professional w on w.id = e.professional_id
    join company co on co.id = w.company_id
    order by e.at desc, e.id desc limit ${PAGE + 1}`.execute(db)
  const page = rows.slice(0, PAGE)
  const last = rows.length > PAGE ? page.at(-1) : undefined
  return {
    openings: page.map(({ id, at, action, professional, company, item_id, item_name }) => ({
      id,
      at: at.toISOString(),
      action,
      professional: { name: professional, company },
      item: { id: item_id, name: item_name },
    })),
    next: last ? writeCursor(last) : null,
  }
}
