import { type Kysely, sql } from 'kysely'
import type { Belonging } from '../belonging.ts'
import type { BlobStore } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import type { Log } from '../log.ts'
import { alone } from './alone.ts'
import { createExtras, type Extra } from './extras.ts'
import { createUnused } from './unused.ts'

const DAY = 86_400_000
/** Crashes leave a few; more is another story, and the operator's to read. */
const MOST_EXTRAS = 200
/** What failed for good is looked into, or isn't. */
const FAILED_MS = 30 * DAY

type Needs = {
  db: Kysely<Database>
  store: BlobStore
  belonging: Pick<Belonging, 'isSure'>
  jobs: Jobs
  log: Log
  now: () => Date
}

/** Leftovers of every kind that nobody asks for any more. Each is looked at again in the moment in which it goes. */
export function createSweep({ db, store, belonging, jobs, log, now }: Needs) {
  const extras = createExtras({ db, store, now })
  const unused = createUnused({ db, jobs })
  const ago = (ms: number) => sql`${new Date(now().getTime() - ms)}::timestamptz`

  /** Rows that are past their time, whoever else is at them. */
  async function sweepExpired(): Promise<number> {
    const expired = [
      sql`delete from session where expires_at < ${ago(0)}`,
      sql`delete from verification where expires_at < ${ago(0)}`,
      sql`delete from sign_in_token where expires_at < ${ago(0)}`,
      sql`delete from rate_limit where resets_at < ${ago(0)}`,
      sql`delete from invitation where expires_at < ${ago(FAILED_MS)}`,
      // Nobody who opens something waits for this, nor this for them.
      sql`delete from viewing where (actor_id, item_id, action) in (
        select actor_id, item_id, action from viewing where at < ${ago(DAY)} for update skip locked)`,
      sql`delete from removed_name where at < ${ago(FAILED_MS)}`,
    ]
    let count = 0
    for (const query of expired) count += Number((await query.execute(db)).numAffectedRows ?? 0)
    return count
  }

  async function sweepJobs(): Promise<number> {
    const { rows } = await sql<{ task: string; ids: string[]; old: string[] }>`
      select task_identifier as task, array_agg(id::text) as ids,
        array_remove(array_agg(case when updated_at < ${ago(FAILED_MS)} then id::text end), null) as old
      from graphile_worker.jobs where attempts >= max_attempts and locked_at is null group by 1`.execute(db)
    for (const { task, ids } of rows) log.warn({ task, count: ids.length }, 'jobs failed for good')
    const old = rows.flatMap((row) => row.old)
    if (old.length > 0) await sql`select graphile_worker.complete_jobs(${sql.val(old)}::bigint[])`.execute(db)
    return old.length
  }

  async function sweepUnused(): Promise<number> {
    let count = 0
    for await (const { id } of unused.find()) if (await unused.remove(id)) count++
    return count
  }

  return {
    /** The task `sweep`: rows. */
    async sweep(): Promise<void> {
      const swept = {
        blobs: await sweepUnused(),
        expired: await sweepExpired(),
        jobs: await sweepJobs(),
      }
      if (swept.blobs + swept.expired + swept.jobs > 0) log.info(swept, 'swept')
    },

    /** The task `sweep-store`: bytes that nothing has referred to for long, unless there are suspiciously many. */
    async sweepStore(): Promise<void> {
      await alone(db, 'sweep-store', async () => {
        if (!(await belonging.isSure()))
          return log.warn('whose the stored files are is not known: none is swept')
        const found: Extra[] = []
        for await (const extra of extras.find()) {
          found.push(extra)
          if (found.length <= MOST_EXTRAS) continue
          log.warn(
            `more than ${MOST_EXTRAS} stored files belong to nothing, and are left: is the database older than they are? If not, npm run check -- --repair --extras removes them`,
          )
          return
        }
        await extras.note(found)
        let count = 0
        for (const extra of found)
          if ((await extras.isKnownForLong(extra)) && (await extras.remove(extra))) count++
        if (count > 0) log.info({ count }, 'swept bytes that nothing referred to')
      })
    },
  }
}
