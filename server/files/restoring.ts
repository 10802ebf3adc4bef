import { type Kysely, sql, type Transaction } from 'kysely'
import type { Deletion } from '../../core/api/custody.ts'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import { type Actor, sees, viewerOf } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { bringBack } from './deletions.ts'
import { lockSpaces } from './space-lock.ts'

type Db = Kysely<Database>
type Professional = Extract<Actor, { kind: 'professional' }>
type Row = Omit<Deletion, 'at' | 'until'> & { at: Date; until: Date; key: string }

const PAGE = 50
/** Names told of one deletion. */
const NAMES = 5

/**
 * What professionals of a company deleted, for as long as the company keeps it. A super admin restores in spaces that
 * they reach; of what they wouldn't see they learn that it is there, and never what it is.
 */
export function createRestoring({ db, now }: { db: Db; now: () => Date }) {
  /** The deletions `d` in reach of `v` that are past undoing and not yet past restoring. */
  const restorable = (actor: Professional) => sql`
    ${viewerOf(actor)} v
    join deletion d on d.space_id = v.space_id and d.undo_until <= ${now()}::timestamptz
      and d.purge_after > ${now()}::timestamptz
    join professional by on by.id = d.professional_id and by.company_id = ${actor.companyId}::uuid`

  function requireSuperAdmin({ profile }: Professional): void {
    if (!can(profile, 'administerCompany'))
      throw new Problem(profile === 'read_only' ? 'read_only' : 'forbidden')
  }

  return {
    /** @throws read_only, forbidden, bad_request for the cursor */
    async listDeletions(actor: Professional, { cursor }: { cursor?: string | undefined }) {
      requireSuperAdmin(actor)
      const after = cursor ? readCursor(cursor) : null
      const before = after ? sql`where (d.at, d.id) < (${after.at}::timestamptz, ${after.id}::uuid)` : sql``
      const { rows } = await sql<Row>`
        with page as (
          select v.*, d.id, d.at, d.purge_after, by.name as by
          from ${restorable(actor)} ${before} order by d.at desc, d.id desc limit ${PAGE + 1}
        )
        select v.id, v.at, v.purge_after as until, v.at::text as key, v.by,
          json_build_object('id', s.id, 'kind', case when s.client_id is null then 'group' else 'client' end,
            'name', coalesce(c.name, g.name)) as space,
          coalesce(told.items, '[]') as items, coalesce(told.more, 0) as more,
          all_of_it.files, all_of_it.hidden
        from page v
        join space s on s.id = v.space_id
        left join client c on c.id = s.client_id
        left join client_group g on g.id = s.group_id
        cross join lateral (
          select count(*) filter (where i.kind = 'file' and ${sees('i', 'v')})::integer as files,
            coalesce(bool_or(not ${sees('i', 'v')}), false) as hidden
          from item i where i.deletion_id = v.id
        ) all_of_it
        left join lateral (
          select json_agg(json_build_object('id', top.id, 'kind', top.kind, 'name', top.name) order by top.n)
              filter (where top.n <= ${NAMES}) as items,
            greatest(count(*) - ${NAMES}, 0)::integer as more
          from (
            select i.id, i.kind, i.name,
              row_number() over (order by i.kind desc, i.name collate natural_order, i.id) as n
            from item i left join item folder on folder.id = i.parent_id
            where i.deletion_id = v.id and folder.deletion_id is distinct from v.id and ${sees('i', 'v')}
          ) top
        ) told on true
        order by v.at desc, v.id desc`.execute(db)
      const page = rows.slice(0, PAGE)
      const last = rows.length > PAGE ? page.at(-1) : undefined
      return {
        deletions: page.map(({ key: _, at, until, ...rest }) => ({
          ...rest,
          at: at.toISOString(),
          until: until.toISOString(),
        })),
        next: last ? writeCursor(last) : null,
      }
    },

    /** @throws not_found where there is none, or no more; read_only, forbidden */
    async restoreDeletion(
      actor: Professional,
      { deletionId }: { deletionId: string },
    ): Promise<{ ok: true }> {
      requireSuperAdmin(actor)
      return db.transaction().execute(async (trx: Transaction<Database>) => {
        await lockSpaces(trx, sql`select d.space_id from deletion d where d.id = ${deletionId}::uuid`)
        const { rows } = await sql`select from ${restorable(actor)} where d.id = ${deletionId}::uuid`.execute(
          trx,
        )
        if (rows.length === 0) throw new Problem('not_found')
        await bringBack(trx, actor, deletionId, 'deletion_restored')
        return { ok: true as const }
      })
    },
  }
}

function writeCursor({ key, id }: Row): string {
  return Buffer.from(JSON.stringify([key, id])).toString('base64url')
}

/** @throws bad_request on what we didn't write */
function readCursor(text: string): { at: string; id: string } {
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (!Number.isNaN(Date.parse(at)) && /^[0-9a-f-]{36}$/.test(id)) return { at, id }
  } catch {}
  throw new Problem('bad_request', { field: 'cursor' })
}
