import { join } from 'node:path'
import { sql } from 'kysely'
import type pg from 'pg'
import { migrate, migrateTo } from '../db/migrate.ts'
import type { OpenDatabase } from '../db/open.ts'
import type { Jobs, PendingJob, TaskName, Tasks } from '../jobs.ts'
import type { Log } from '../log.ts'
import { StartError } from '../start-error.ts'
import { readLines } from './files.ts'
import type { Manifest } from './manifest.ts'
import { FILES, tableFile } from './snapshot.ts'
import { copyIn, describeCopy, listTables } from './tables.ts'

type Snapshot = { name: string; folder: string; manifest: Manifest }

/** What a comment on the table of migrations tells of a database. */
const HALF = 'restoring '
const DONE = 'restored '

const isOf = (snapshot: string, state: string | undefined) =>
  state === HALF + snapshot || state === DONE + snapshot

const overtaken = () =>
  new StartError(
    'another process has begun to use the database meanwhile: stop it, empty the database and repeat this',
  )

/** Whether the database is empty, or has been filled from this snapshot before. @throws {StartError} it holds anything else */
export async function refuseOtherRows(pool: pg.Pool, snapshot: string, resumed: boolean): Promise<void> {
  const state = await readState(pool)
  if (state === undefined || (resumed && isOf(snapshot, state))) return
  throw new StartError('the database is not empty: a restore needs an empty one')
}

/** Undefined: empty. */
async function readState(pool: pg.Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ empty: boolean; state: string | null }>(`
    select not exists (select from pg_class c
        where c.relnamespace in (select oid from pg_namespace where nspname in ('public', 'graphile_worker'))
          and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
      ) as empty,
      obj_description(to_regclass('public.migration'), 'pg_class') as state`)
  return rows[0]?.empty ? undefined : (rows[0]?.state ?? '')
}

/**
 * Fills an empty database with the rows of a snapshot, and brings it to this version. The rows come in one transaction;
 * cut off anywhere, it can be repeated.
 * @throws {StartError} it was empty when it was looked at before, and is now somebody else's
 */
export async function restoreRows(
  { pool, db }: Pick<OpenDatabase, 'pool' | 'db'>,
  jobs: Jobs,
  snapshot: Snapshot,
  log: Log,
): Promise<void> {
  if ((await readState(pool)) === undefined) await fill(pool, snapshot, log)
  if (!isOf(snapshot.name, await readState(pool))) throw overtaken()
  await migrate(pool, log)
  await jobs.migrate()
  if ((await readState(pool)) === DONE + snapshot.name) return
  await db.transaction().execute(async (trx) => {
    // What had arrived of uploads under way is in no backup: they start again.
    await trx.deleteFrom('upload').where('item_id', 'is', null).execute()
    for await (const line of readLines(join(snapshot.folder, FILES.jobs))) {
      const { task, payload, runAt, key, priority } = JSON.parse(line) as PendingJob
      await jobs.add(trx, task as TaskName, payload as Tasks[TaskName], {
        runAt: new Date(runAt),
        priority,
        ...(key !== null && { key }),
      })
    }
    await sql.raw(sayState(DONE + snapshot.name)).execute(trx)
  })
}

async function fill(pool: pg.Pool, { name, folder, manifest }: Snapshot, log: Log): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('set local statement_timeout = 0')
    await client.query(`set local datestyle = 'ISO, MDY'; set local intervalstyle = 'postgres'`)
    if (!(await migrateTo(client, manifest.migrations, log))) throw overtaken()
    await refuseOtherTables(client, manifest)
    await withoutRules(client, manifest, async () => {
      // What migrations added.
      await client.query(`truncate ${manifest.tables.map((table) => `public."${table.name}"`).join(', ')}`)
      for (const table of manifest.tables) {
        const rows = await copyIn(client, describeCopy(table), join(folder, tableFile(table.name)))
        if (rows !== table.rows)
          throw new StartError(`of ${table.name}, ${rows} rows came instead of ${table.rows}`)
      }
    })
    for (const { name, value } of manifest.sequences)
      await client.query('select setval($1::regclass, $2)', [`public.${name}`, value])
    await client.query(sayState(HALF + name))
    await client.query('commit')
    client.release()
  } catch (error) {
    client.release(true)
    throw error
  }
}

/** The name of a snapshot holds digits and letters only. */
function sayState(state: string): string {
  return `comment on table public.migration is '${state}'`
}

async function refuseOtherTables(client: pg.ClientBase, { tables }: Manifest): Promise<void> {
  const made = new Set((await listTables(client)).map(describeCopy))
  const other = tables.find((table) => !made.delete(describeCopy(table)))?.name ?? [...made][0]
  if (other) throw new StartError(`the backup's tables are not those of its migrations: ${other}`)
}

/**
 * Fills tables that refer to each other, in any order: rows come as they were, so that no trigger has a say, and foreign
 * keys are made again afterwards, which proves them all. An owner may do that, where only a superuser may turn them off.
 */
async function withoutRules(client: pg.ClientBase, { tables }: Manifest, fill: () => Promise<void>) {
  const { rows: keys } = await client.query<{ owner: string; name: string; definition: string }>(`
    select conrelid::regclass::text as owner, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace order by oid`)
  for (const { owner, name } of keys) await client.query(`alter table ${owner} drop constraint ${name}`)
  for (const { name } of tables) await client.query(`alter table public."${name}" disable trigger user`)
  await fill()
  for (const { name } of tables) await client.query(`alter table public."${name}" enable trigger user`)
  for (const { owner, name, definition } of keys)
    await client.query(`alter table ${owner} add constraint ${name} ${definition}`)
}
