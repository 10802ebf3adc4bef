import { type Kysely, sql } from 'kysely'
import type { CheckResult } from '../../core/api/administration.ts'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import { type Actor, viewerOf, visible } from '../access.ts'
import type { Database } from '../db/schema.ts'

type Professional = Extract<Actor, { kind: 'professional' }>
type Damaged = CheckResult['damaged'][number]

/** Names told at once. */
const NAMES = 100

/**
 * What a super admin learns of checks: about the files that count for their company, and no others. How many there are
 * is as of the end of a check, so that it doesn't tell of each hidden file as it comes.
 */
export function createCheckResult({ db }: { db: Kysely<Database> }) {
  return {
    /** @throws read_only, forbidden */
    async readCheck(actor: Professional): Promise<CheckResult> {
      if (!can(actor.profile, 'administerCompany'))
        throw new Problem(actor.profile === 'read_only' ? 'read_only' : 'forbidden')
      const { rows } = await sql<{ at: Date; files: number; under_way: boolean }>`
        select r.ended_at as at, coalesce(c.files, 0) as files,
          exists (select from check_run where ended_at is null and started_at > r.ended_at) as under_way
        from check_run r
        left join check_run_company c on c.run_id = r.id and c.company_id = ${actor.companyId}::uuid
        where r.ended_at is not null order by r.ended_at desc limit 1`.execute(db)
      const [last] = rows
      const { rows: found } = await sql<{ hidden: number; seen: number; damaged: Damaged[] }>`
        with v as materialized (select v.* from ${viewerOf(actor)} v),
        i as materialized (
          select item.*, b.damage from blob b join item on item.blob_id = b.id
          where b.damage is not null and item.deletion_id is null
            and item.quota_company_id = ${actor.companyId}::uuid
        ), told as (
          select i.id, i.name, i.damage, s.client_id, s.group_id, coalesce(c.name, g.name) as whose,
            row_number() over (order by i.name collate natural_order, i.id) as n
          from i join v on v.space_id = i.space_id join space s on s.id = i.space_id
          left join client c on c.id = s.client_id left join client_group g on g.id = s.group_id
          where ${visible('i', 'v')} and s.professional_id is null
        )
        select (select count(*) from i)::integer - (select count(*) from told)::integer as hidden,
          (select count(*) from told)::integer as seen,
          (select coalesce(json_agg(json_build_object('id', id, 'name', name, 'damage', damage, 'contact',
            json_build_object('id', coalesce(client_id, group_id), 'kind', case when client_id is null then 'group' else 'client' end,
              'name', whose)) order by n), '[]') from told where n <= ${NAMES}) as damaged`.execute(db)
      const { hidden = 0, seen = 0, damaged = [] } = found[0] ?? {}
      return {
        last: last ? { at: last.at.toISOString(), files: last.files } : null,
        underWay: last?.under_way ?? false,
        damaged,
        more: seen - damaged.length,
        hidden,
      }
    },
  }
}
