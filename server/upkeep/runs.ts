import { type Kysely, type Selectable, sql } from 'kysely'
import type { CheckRun, Database } from '../db/schema.ts'
import type { Batch, Finding } from './round.ts'

/** Results older than this are of no use to anybody. */
const KEPT_MS = 366 * 86_400_000

export type Run = Selectable<CheckRun>

/** Checks, under way and ended, as rows: how far one has come, and what it found. */
export function createRuns({ db, now }: { db: Kysely<Database>; now: () => Date }) {
  return {
    /** The schedule's goes on where it stopped, if it did. */
    async begin(by: 'schedule' | 'command', firstStep: string): Promise<Run> {
      const open = () =>
        db
          .selectFrom('check_run')
          .selectAll()
          .where('by', '=', 'schedule')
          .where('ended_at', 'is', null)
          .executeTakeFirst()
      const found = by === 'schedule' ? await open() : undefined
      if (found) return found
      await db
        .deleteFrom('check_run')
        .where('started_at', '<', new Date(now().getTime() - KEPT_MS))
        .execute()
      return db
        .insertInto('check_run')
        .values({ by, started_at: now(), step: firstStep })
        .returningAll()
        .executeTakeFirstOrThrow()
    },

    /** Writes down that a batch is done; with `step` null the check is over. */
    async save(
      id: number,
      done: Batch,
      findings: readonly Finding[],
      { step, after }: { step: string | null; after: string },
    ): Promise<Run> {
      const found: Record<string, number> = {}
      for (const { kind, repaired } of findings) {
        const name = repaired ? `${kind}_repaired` : kind
        found[name] = (found[name] ?? 0) + 1
      }
      return db.transaction().execute(async (trx) => {
        const { rows } = await sql<Run>`
          update check_run r set step = coalesce(${step}, r.step), after = ${after},
            ended_at = case when ${step}::text is null then ${now()}::timestamptz end,
            files = files + ${done.files ?? 0}, previews = previews + ${done.previews ?? 0},
            bytes = bytes + ${done.bytes ?? 0},
            found = (select coalesce(jsonb_object_agg(key, n), '{}') from (
              select key, sum(value::bigint) as n
              from (select * from jsonb_each_text(r.found) union all select * from jsonb_each_text(${JSON.stringify(found)}::jsonb)) a
              group by key) b)
          where id = ${id} returning *`.execute(trx)
        const [run] = rows
        if (!run) throw new Error(`the check ${id} has vanished`)
        if (run.ended_at)
          await sql`insert into check_run_company (run_id, company_id, files)
            select ${id}, i.quota_company_id, count(*) from item i join blob b on b.id = i.blob_id
            where i.deletion_id is null and i.quota_company_id is not null and b.created_at < ${run.started_at}
            group by 2`.execute(trx)
        return run
      })
    },
  }
}
