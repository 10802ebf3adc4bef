import { type Kysely, type QueryResult, type RawBuilder, sql } from 'kysely'
import { reachesClient } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { lockSpaces } from '../files/space-lock.ts'
import type { Step } from './round.ts'

const BATCH = 200
const CLASS = sql.raw(
  'kind, level, owner_professional_id, owner_client_id, company_id, branch_id, audience, protected',
)

/** What the folders of some spaces hold: as it is kept, and as it is counted anew. */
const kept = (spaces: RawBuilder<unknown>) => sql`
  select folder_id, ${CLASS}, count from folder_content
  where count <> 0 and folder_id in (select f.id from item f where f.space_id in (${spaces}) and f.deletion_id is null)`

const counted = (spaces: RawBuilder<unknown>) => sql`(
  with recursive inside(folder_id, id) as (
    select i.parent_id, i.id from item i
    where i.space_id in (${spaces}) and i.parent_id is not null and i.deletion_id is null
    union all
    select f.parent_id, inside.id from inside join item f on f.id = inside.folder_id where f.parent_id is not null
  )
  select folder_id, ${CLASS}, count(*) as count from inside join item using (id) group by folder_id, ${CLASS})`

/** Nobody waits for it. */
function patiently<T>(on: Kysely<Database>, query: RawBuilder<T>): Promise<QueryResult<T>> {
  const run = async (trx: Kysely<Database>) => {
    await sql`set local statement_timeout = 0`.execute(trx)
    return query.execute(trx)
  }
  return on.isTransaction ? run(on) : on.transaction().execute(run)
}

/** Whether what is kept about folders, which decides what they show to whom, is what is in them. */
export function createFoldersStep({ db }: { db: Kysely<Database> }): Step {
  const differs = (on: Kysely<Database>, spaces: RawBuilder<unknown>) =>
    // One statement sees one moment: what is kept changes together with what is in there.
    patiently(
      on,
      sql<{ space_id: string }>`
      with was as (${kept(spaces)}), is_so as materialized (select * from ${counted(spaces)} c)
      select distinct f.space_id from (
        (select * from was except all select * from is_so) union all (select * from is_so except all select * from was)
      ) d join item f on f.id = d.folder_id`,
    )

  function repair(spaceId: string): Promise<void> {
    return db.transaction().execute(async (trx) => {
      const space = sql`select ${spaceId}::uuid`
      await lockSpaces(trx, space)
      if ((await differs(trx, space)).rows.length === 0) return
      await sql`delete from folder_content where folder_id in (select id from item where space_id = ${spaceId}::uuid)`.execute(
        trx,
      )
      await sql`insert into folder_content (folder_id, ${CLASS}, count) select * from ${counted(space)} c`.execute(
        trx,
      )
      const holds = sql`exists (select from folder_content c
        where c.folder_id = f.id and c.kind = 'file' and c.count > 0 and ${reachesClient('c')})`
      await sql`update item f set holds_for_client = ${holds} where f.space_id = ${spaceId}::uuid
        and f.kind = 'folder' and f.holds_for_client <> ${holds}`.execute(trx)
    })
  }

  return async (after, round) => {
    const { rows: spaces } = await sql<{ id: string }>`select id from space
      where id::text > ${after} order by id::text limit ${BATCH}`.execute(db)
    const ids = sql`select unnest(${sql.val(spaces.map(({ id }) => id))}::uuid[])`
    for (const { space_id } of (await differs(db, ids)).rows) {
      if (round.repair) await repair(space_id)
      const what = `space ${space_id}: what its folders hold was counted wrongly`
      round.tell({ kind: 'folder_count', what, repaired: round.repair })
    }
    return { next: spaces.length < BATCH ? null : (spaces.at(-1)?.id ?? null) }
  }
}

/** Whether each company's files take as much room as is kept about them. */
export function createUseStep({ db }: { db: Kysely<Database> }): Step {
  return async (_after, round) => {
    const { rows } = await patiently(
      db,
      sql<{ company_id: string; bytes: number; is_so: number }>`
      with each as (select distinct quota_company_id, blob_id from item where blob_id is not null),
      sums as (select e.quota_company_id as company_id, sum(b.size)::bigint as bytes
        from each e join blob b on b.id = e.blob_id group by 1)
      select u.company_id, u.bytes, coalesce(s.bytes, 0) as is_so
      from company_use u left join sums s using (company_id) where u.bytes <> coalesce(s.bytes, 0)`,
    )
    for (const { company_id, bytes, is_so } of rows) {
      if (round.repair) await sql`select count_use_again(array[${company_id}::uuid])`.execute(db)
      const what = `company ${company_id}: its files take ${is_so} bytes, ${bytes} were counted`
      round.tell({ kind: 'quota_use', what, repaired: round.repair })
    }
    return { next: null }
  }
}
