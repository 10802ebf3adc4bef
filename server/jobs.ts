import { setTimeout as wait } from 'node:timers/promises'
import {
  Logger,
  parseCronItems,
  type Runner,
  run,
  runMigrations,
  runOnce,
  type TaskList,
} from 'graphile-worker'
import { type Kysely, sql } from 'kysely'
import type { ClientBase, Pool } from 'pg'
import type { Database } from './db/schema.ts'
import type { Log } from './log.ts'

/** What waits: a task's name and what its handler is given (JSON; no secrets, it is stored in clear). */
export type Tasks = {
  /** Send a mail; the handler makes what is secret in it. */
  mail: Record<string, unknown>
  /** Make the small images of a blob. */
  preview: { blobId: string }
  /** Remove for good what was deleted and can no longer be undone. */
  purge: Record<string, never>
  /** Remove the bytes behind keys that nothing refers to any more. */
  erase: { keys: string[] }
  /** Have the next file scanned for malware, if one waits and there is a scanner. */
  scan: Record<string, never>
  /** Remove uploads that were abandoned. */
  'expire-uploads': Record<string, never>
  /** Go on looking whether everything that is stored is whole. */
  check: Record<string, never>
  /** Go on sealing what an earlier version stored plain. */
  seal: Record<string, never>
  /** Remove rows that nobody asks for any more. */
  sweep: Record<string, never>
  /** Remove bytes that nothing refers to. */
  'sweep-store': Record<string, never>
}
export type TaskName = keyof Tasks
export type TaskHandlers = { [Name in TaskName]: (payload: Tasks[Name]) => Promise<void> }

export type Jobs = ReturnType<typeof createJobs>

/** How long after it ended the queue is begun again. */
const BEGIN_AGAIN_MS = 5_000

/** When what comes back by itself does, as in a crontab (UTC). */
const CRON: Partial<Record<TaskName, string>> = {
  purge: '7 * * * *',
  'expire-uploads': '27 * * * *',
  // Whatever a scanner that was away, or a process that ended, left behind.
  scan: '* * * * *',
  check: '40 1 * * *',
  seal: '17 * * * *',
  sweep: '47 * * * *',
  'sweep-store': '50 3 * * *',
}

/** A job as a backup keeps it. What has been tried already begins anew. */
export interface PendingJob {
  task: string
  payload: unknown
  runAt: string
  key: string | null
  priority: number
}

/**
 * Work that may wait, in the database's own queue: `add` belongs to the caller's transaction, so that a job
 * exists exactly if what it is for was committed. Any process runs it; a failed job is tried again, later and later.
 */
export function createJobs({ pool, log }: { pool: Pool; log: Log }) {
  const logger = new Logger((scope) => (level, message) => {
    if (level === 'error') log.error({ job: scope.taskIdentifier }, message)
    else if (level === 'warning') log.warn({ job: scope.taskIdentifier }, message)
  })
  // Told of in batches: otherwise, who ends a job while the database is gone ends the process.
  const preset = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } }
  const shared = { pgPool: pool, logger, preset }
  const taskList = (handlers: TaskHandlers): TaskList =>
    Object.fromEntries(
      Object.entries(handlers).map(([name, handle]) => [
        name,
        (payload: unknown) => handle(payload as never),
      ]),
    )

  return {
    /** Makes or upgrades the queue's own tables. */
    migrate: () => runMigrations(shared),

    async add<Name extends TaskName>(
      db: Kysely<Database>,
      task: Name,
      payload: Tasks[Name],
      options: { runAt?: Date; key?: string; priority?: number } = {},
    ): Promise<void> {
      await sql`select graphile_worker.add_job(${task}, ${JSON.stringify(payload)}::json,
        run_at => ${options.runAt ?? null}::timestamptz, job_key => ${options.key ?? null}::text,
        priority => ${options.priority ?? null}::integer)`.execute(db)
    },

    /** The same task for each payload. */
    async addEach<Name extends TaskName>(
      db: Kysely<Database>,
      task: Name,
      payloads: readonly Tasks[Name][],
    ): Promise<void> {
      if (payloads.length === 0) return
      const all = payloads.map((payload) => JSON.stringify(payload))
      await sql`select graphile_worker.add_job(${task}, p.payload) from unnest(${sql.val(all)}::json[]) p(payload)`.execute(
        db,
      )
    },

    /** Runs jobs as they come until `stop`; stopping lets those under way end. */
    async start(handlers: TaskHandlers): Promise<{ stop(): Promise<void> }> {
      const begin = () =>
        run({
          ...shared,
          taskList: taskList(handlers),
          // Two of them for scans, which may take minutes each.
          concurrency: 4,
          noHandleSignals: true,
          parsedCronItems: parseCronItems(
            Object.entries(CRON).map(([task, match]) => ({ task, match, identifier: task })),
          ),
        })
      return keepRunning(await begin(), begin, log)
    },

    /** Runs what is due now, then returns. */
    runDue: (handlers: TaskHandlers) =>
      runOnce({ ...shared, noHandleSignals: true, taskList: taskList(handlers) }),
  }
}

/** The queue gives itself up when the database is gone for long: then another is begun. */
function keepRunning(first: Runner, begin: () => Promise<Runner>, log: Log) {
  const stopping = new AbortController()
  let runner = first
  const kept = (async () => {
    while (!stopping.signal.aborted) {
      await runner.promise.catch((error) => log.warn(`the queue ended: ${error.message}`))
      await wait(BEGIN_AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => {})
      if (!stopping.signal.aborted)
        runner = await begin().catch((error) => {
          log.warn(`the queue doesn't begin: ${error.message}`)
          return runner
        })
    }
    await runner.stop().catch(() => {})
  })()
  return {
    async stop() {
      stopping.abort()
      await runner.stop().catch(() => {})
      await kept
    },
  }
}

/** The jobs that wait or run, read from the queue's own tables; none where there is no queue yet. */
export async function listPendingJobs(client: ClientBase): Promise<PendingJob[]> {
  const { rows } = await client.query(
    `select to_regclass('graphile_worker._private_jobs') is not null as there`,
  )
  if (!rows[0].there) return []
  const found = await client.query<PendingJob>(`
    select t.identifier as task, j.payload, to_json(j.run_at) #>> '{}' as "runAt", j.key, j.priority
    from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
    where j.attempts < j.max_attempts order by j.id`)
  return found.rows
}
