import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { migrate } from '../../server/db/migrate.ts'
import { createLog } from '../../server/log.ts'
import { StartError } from '../../server/start-error.ts'
import { openTestDatabase } from '../database.ts'
import { makeTempFolder } from '../temp-folder.ts'

const log = createLog('error')

const FIRST = ['0001-first.sql', 'create table first (n int); insert into first values (1);'] as const
const SECOND = [
  '0002-second.sql',
  "create table second (n int);\ncomment on table second is 'é; ''';",
] as const
const BROKEN = ['0003-broken.sql', 'create table third (n int); delete from first; select 1/0;'] as const

async function world(t: TestContext) {
  const database = await openTestDatabase({ empty: true })
  t.after(database.close)
  const parent = await makeTempFolder()
  const version = async (name: string, ...files: (readonly [string, string])[]) => {
    const folder = join(parent, name)
    await mkdir(folder)
    for (const [file, sql] of files) await writeFile(join(folder, file), sql)
    return folder
  }
  const tables = async () => {
    const { rows } = await database.pool.query(
      `select table_name from information_schema.tables where table_schema = 'public' order by 1`,
    )
    return rows.map((row) => row.table_name)
  }
  return { pool: database.pool, version, tables }
}

test('migrations are applied once, in order, with a record of each', async (t) => {
  const { pool, version, tables } = await world(t)
  assert.deepEqual(await migrate(pool, log, await version('v1', FIRST)), ['0001-first.sql'])
  const v2 = await version('v2', FIRST, SECOND)
  assert.deepEqual(await migrate(pool, log, v2), ['0002-second.sql'])
  assert.deepEqual(await migrate(pool, log, v2), [])
  assert.deepEqual(await tables(), ['first', 'migration', 'second'])
  const { rows } = await pool.query(
    'select number, name, length(sha256) as hash, applied_at from migration order by 1',
  )
  assert.deepEqual(
    rows.map(({ number, name, hash }) => [number, name, hash]),
    [
      [1, '0001-first.sql', 64],
      [2, '0002-second.sql', 64],
    ],
  )
  assert.ok(rows[0].applied_at instanceof Date)
})

test('of several processes that start at once, one migrates and the others wait for it', async (t) => {
  const { pool, version, tables } = await world(t)
  const folder = await version('v2', FIRST, SECOND)
  const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(pool, log, folder)))
  assert.deepEqual(applied.flat(), ['0001-first.sql', '0002-second.sql'])
  assert.deepEqual(await tables(), ['first', 'migration', 'second'])
})

test('a failing migration changes nothing, not even what was pending before it, and the old version goes on', async (t) => {
  const { pool, version, tables } = await world(t)
  const old = await version('old', FIRST)
  await migrate(pool, log, old)
  const update = await version('new', FIRST, SECOND, BROKEN)
  await assert.rejects(
    migrate(pool, log, update),
    (error) =>
      error instanceof StartError &&
      /^Migration 0003-broken\.sql fails, nothing was changed: /.test(error.message),
  )
  assert.deepEqual(await tables(), ['first', 'migration'])
  assert.deepEqual((await pool.query('select n from first')).rows, [{ n: 1 }])
  assert.deepEqual(await migrate(pool, log, old), [])
  await writeFile(join(update, BROKEN[0]), 'create table third (n int);')
  assert.deepEqual(await migrate(pool, log, update), ['0002-second.sql', '0003-broken.sql'])
})

test('a database newer than the code is refused, untouched', async (t) => {
  const { pool, version } = await world(t)
  await migrate(pool, log, await version('new', FIRST, SECOND))
  await assert.rejects(
    migrate(pool, log, await version('old', FIRST)),
    /newer than this Carnet \(it has 0002-second\.sql\)/,
  )
})

test('a migration that was changed, or renamed, after it landed is refused', async (t) => {
  const { pool, version } = await world(t)
  await migrate(pool, log, await version('v1', FIRST))
  const changed = await version('changed', [FIRST[0], `${FIRST[1]} `], SECOND)
  await assert.rejects(migrate(pool, log, changed), /0001-first\.sql was changed after it had been applied/)
  const renamed = await version('renamed', ['0001-other.sql', FIRST[1]])
  await assert.rejects(
    migrate(pool, log, renamed),
    /has migration 0001-first\.sql where this Carnet has 0001-other\.sql/,
  )
})

test('no two migrations have one number', async (t) => {
  const { pool, version } = await world(t)
  for (const [index, file] of ['0000-zero.sql', '0001-double.sql', 'x.sql', '02-short.sql'].entries()) {
    const folder = await version(`v${index}`, FIRST, [file, 'select 1'])
    await assert.rejects(migrate(pool, log, folder), /must be numbered/, file)
  }
})
