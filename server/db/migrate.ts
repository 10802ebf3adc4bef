import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { Log } from '../log.ts'
import { StartError } from '../start-error.ts'

const MIGRATIONS = join(import.meta.dirname, 'migrations')

const LOCK = 4_226_019

/** A migration that a database has. */
export interface Applied {
  number: number
  name: string
  sha256: string
}

interface Migration extends Applied {
  sql: string
}

/**
 * Brings the database to the state that `folder` (NNNN-name.sql) describes. All that is pending goes into one
 * transaction: were the first of two to stay when the second fails, the version before would face a database that is
 * newer than itself. Processes that start at once wait for each other.
 * Resolves with the names applied.
 * @throws {StartError} the database is newer than the code, a migration was changed after it landed, or one fails
 */
export async function migrate(pool: pg.Pool, log: Log, folder: string = MIGRATIONS): Promise<string[]> {
  const known = await readMigrations(folder)
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('set local statement_timeout = 0')
    const applied = await apply(client, known, log)
    await client.query('commit')
    client.release()
    return applied
  } catch (error) {
    // Dropping the connection rolls back whatever state it is in.
    client.release(true)
    throw error
  }
}

/**
 * Brings an empty database to the state of `wanted`, within the caller's transaction: that of this version or an
 * earlier one. Resolves with whether it was empty, to the end of that transaction: else nothing is done.
 * @throws {StartError} this version never was there
 */
export async function migrateTo(
  client: pg.ClientBase,
  wanted: readonly Applied[],
  log: Log,
  folder: string = MIGRATIONS,
): Promise<boolean> {
  const known = await readMigrations(folder)
  refuseOthers(wanted, known, 'The backup')
  await client.query('select pg_advisory_xact_lock($1)', [LOCK])
  if ((await readApplied(client, folder)).length > 0) return false
  await apply(client, known.slice(0, wanted.length), log)
  return true
}

/** What a database has, which may be of an earlier version. @throws {StartError} this version never was there */
export async function readApplied(client: pg.ClientBase, folder: string = MIGRATIONS): Promise<Applied[]> {
  const known = await readMigrations(folder)
  const { rows } = await client.query<{ there: boolean }>(
    `select to_regclass('public.migration') is not null as there`,
  )
  const applied = rows[0]?.there ? await listApplied(client) : []
  refuseOthers(applied, known, 'The database')
  return applied
}

/** Keeps the schema as it is while something is done. Where that fails, the connection is of no use any more. */
export async function withoutMigrations<T>(client: pg.ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query('select pg_advisory_lock_shared($1)', [LOCK])
  const result = await work()
  await client.query('select pg_advisory_unlock_shared($1)', [LOCK])
  return result
}

/** @throws {StartError} */
export async function refuseUnknown(wanted: readonly Applied[], folder: string = MIGRATIONS): Promise<void> {
  refuseOthers(wanted, await readMigrations(folder), 'The backup')
}

async function apply(client: pg.ClientBase, known: Migration[], log: Log): Promise<string[]> {
  await client.query('select pg_advisory_xact_lock($1)', [LOCK])
  await client.query(`
    create table if not exists migration (
      number integer primary key,
      name text not null,
      sha256 text not null,
      applied_at timestamptz not null default now()
    )`)
  const applied = await listApplied(client)
  refuseOthers(applied, known, 'The database')
  const pending = known.slice(applied.length)
  for (const { number, name, sha256, sql } of pending) {
    await client.query(sql).catch((error) => {
      throw new StartError(`Migration ${name} fails, nothing was changed: ${error.message}`)
    })
    await client.query('insert into migration (number, name, sha256) values ($1, $2, $3)', [
      number,
      name,
      sha256,
    ])
    log.info(`migrated: ${name}`)
  }
  return pending.map(({ name }) => name)
}

async function listApplied(client: pg.ClientBase): Promise<Applied[]> {
  return (await client.query<Applied>('select number, name, sha256 from migration order by number')).rows
}

function refuseOthers(applied: readonly Applied[], known: Migration[], whose: string): void {
  for (const [index, row] of applied.entries()) {
    const ours = known[index]
    if (!ours)
      throw new StartError(`${whose} is newer than this Carnet (it has ${row.name}); start the newer version`)
    if (ours.name !== row.name) {
      throw new StartError(`${whose} has migration ${row.name} where this Carnet has ${ours.name}`)
    }
    if (ours.sha256 !== row.sha256)
      throw new StartError(`Migration ${row.name} was changed after it had been applied`)
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1])
      if (!number || names[index - 1]?.startsWith(name.slice(0, 5)))
        throw new StartError(`Migrations must be numbered 0001, 0002 … each number once: ${name}`)
      const sql = await readFile(join(folder, name), 'utf8')
      return { number, name, sha256: createHash('sha256').update(sql).digest('hex'), sql }
    }),
  )
}
