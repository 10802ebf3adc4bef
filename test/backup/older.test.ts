import assert from 'node:assert/strict'
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type pg from 'pg'
import { migrate } from '../../server/db/migrate.ts'
import { createJobs } from '../../server/jobs.ts'
import { createLog } from '../../server/log.ts'
import { openTestDatabase } from '../database.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { carry, dump, refused } from './practice.ts'

const MIGRATIONS = join(import.meta.dirname, '../../server/db/migrations')
const log = createLog('error')

/** The migrations that an earlier version had. */
async function migrationsOf(count: number): Promise<string> {
  const folder = join(await makeTempFolder(), 'migrations')
  await mkdir(folder)
  for (const name of (await readdir(MIGRATIONS)).sort().slice(0, count))
    await copyFile(join(MIGRATIONS, name), join(folder, name))
  return folder
}

/** A practice as an earlier version kept it, with a file that lies plain. */
async function openOlder(t: TestContext, count: number) {
  const database = await openTestDatabase({ empty: true })
  t.after(database.close)
  const folder = await migrationsOf(count)
  await migrate(database.pool, log, folder)
  const dataDir = await makeTempFolder()
  const name = 'ab'.padEnd(40, '0')
  await mkdir(join(dataDir, 'blobs', 'ab'), { recursive: true })
  await writeFile(join(dataDir, 'blobs', 'ab', name.slice(2)), 'plain')
  await database.pool.query(`
    insert into company (id, name) values ('00000000-0000-4000-8000-000000000001', 'Practice');
    insert into client (id, name) values ('00000000-0000-4000-8000-000000000002', 'Camille');
    insert into client_company (client_id, company_id) values ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001');
    insert into space (id, client_id) values ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000002');
    insert into blob (id, key, size, sha256, type) values ('00000000-0000-4000-8000-000000000004', 'ab/${name.slice(2)}', 5, sha256('plain'), 'text/plain');
    insert into item (space_id, kind, name, owner_client_id, level, blob_id) values
      ('00000000-0000-4000-8000-000000000003', 'file', 'x.txt', '00000000-0000-4000-8000-000000000002', 'client', '00000000-0000-4000-8000-000000000004')`)
  return { place: { dataDir, url: database.connectionString }, pool: database.pool }
}

const applied = async (pool: pg.Pool) =>
  (await pool.query('select name from migration order by number')).rows.map(({ name }) => name)

test('a backup of an earlier version is restored to this one, as if it had been updated', async (t) => {
  const versions = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort()
  for (const count of [1, 5, versions.length - 1]) {
    const older = await openOlder(t, count)
    const dir = join(await makeTempFolder(), 'backup')
    await carry(['backup', dir], older.place)
    assert.deepEqual(await applied(older.pool), versions.slice(0, count), 'a backup changes nothing')
    const database = await openTestDatabase({ empty: true })
    t.after(database.close)
    const dataDir = await makeTempFolder()
    await carry(['restore', dir], { dataDir, url: database.connectionString })
    await migrate(older.pool, log)
    await createJobs({ pool: older.pool, log }).migrate()
    const [{ migration: _, ...found }, { migration: __, ...expected }] = [
      await dump(database.pool),
      await dump(older.pool),
    ]
    assert.deepEqual(found, expected, `from ${versions[count - 1]}`)
    assert.deepEqual(await applied(database.pool), versions)
  }
})

test('a backup of a later version is refused before anything is written', async (t) => {
  const { place, pool } = await openOlder(t, 3)
  const dir = join(await makeTempFolder(), 'backup')
  await migrate(pool, log)
  await pool.query(`insert into migration (number, name, sha256) values (9999, '9999-later.sql', '')`)
  assert.match(await refused(['backup', dir], place), /newer than this Carnet \(it has 9999-later\.sql\)/)
})
