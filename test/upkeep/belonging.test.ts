import assert from 'node:assert/strict'
import { mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { nameOf } from '../../server/blobs/blobs.ts'
import { migrate } from '../../server/db/migrate.ts'
import { createLog } from '../../server/log.ts'
import { openTestDatabase } from '../database.ts'
import { startNode } from '../process.ts'
import { createWorld } from '../world.ts'
import { enter } from './stored.ts'

const DAYS_MS = 86_400_000

/** All of a practice's files, as old as that. */
async function age(dataDir: string, days: number): Promise<void> {
  const then = (Date.now() - days * DAYS_MS) / 1000
  for (const entry of await readdir(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), then, then)
}

function run(
  { database, dataDir }: { database: { connectionString: string }; dataDir: string },
  ...words: string[]
) {
  const env = { DATABASE_URL: database.connectionString, DATA_DIR: dataDir, PORT: '0' }
  return startNode(['server/main.ts', ...words], env).ended
}

/** As a database that was just made: those of tests are copies of one. */
async function freshDatabase() {
  const database = await openTestDatabase({ empty: true })
  await migrate(database.pool, createLog('error'))
  return database
}

test('another database doesn’t start on a practice’s files, and no command touches them', async (t) => {
  const house = await enter(t)
  const item = await house.add('kept')
  await age(house.world.dataDir, 30)
  const { dataDir } = house.world
  const database = await freshDatabase()
  t.after(database.close)
  await assert.rejects(
    createWorld(t, { dataDir, database: { ...database, close: async () => {} } }),
    /belongs to another database.*adopt-files/,
  )
  for (const words of [['check', '--repair', '--extras'], ['start']]) {
    const { code, stderr } = await run({ dataDir, database }, ...words)
    assert.deepEqual([code, /belongs to another database/.test(stderr)], [1, true], stderr)
  }
  assert.equal((await house.mine.fetch(`/api/items/${item.id}/content`)).status, 200)
})

test('files that lie elsewhere by now are missed at once, not uploaded beside', async (t) => {
  const house = await enter(t)
  await house.add('kept')
  const { dataDir, database } = house.world
  const blobs = join(dataDir, 'blobs')
  await rename(blobs, join(dataDir, 'unmounted'))
  await mkdir(blobs)
  const again = () => createWorld(t, { dataDir, database: { ...database, close: async () => {} } })
  await assert.rejects(again(), /are not on the disk: is everything mounted.*adopt-files/)
  await rm(blobs, { recursive: true })
  await rename(join(dataDir, 'unmounted'), blobs)
  await again()
})

test('who knows better than the marks says so, and goes on', async (t) => {
  const house = await enter(t)
  await house.add('kept')
  const { dataDir, database } = house.world
  await sql`update installation set id = gen_random_uuid()`.execute(database.db)
  const again = () => createWorld(t, { dataDir, database: { ...database, close: async () => {} } })
  await assert.rejects(again())
  const { code, stdout } = await run({ dataDir, database }, 'adopt-files')
  assert.deepEqual([code, stdout], [0, 'What lies on the disk belongs to this database from now on\n'])
  await again()
})

test('files from before there were marks are marked; those that no row knows are left alone', async (t) => {
  const house = await enter(t)
  const item = await house.add('kept')
  const { key } = await house.blobOf(item)
  await age(house.world.dataDir, 30)
  const { dataDir, database } = house.world
  const mark = join(dataDir, 'blobs', 'belongs-to')
  const start = (on: typeof database) =>
    createWorld(t, { dataDir, database: { ...on, close: async () => {} } })
  await rm(mark)
  await sql`update installation set marked = false`.execute(database.db)

  const empty = await freshDatabase()
  t.after(empty.close)
  const wrong = await start(empty)
  for (const days of [0, 8]) {
    wrong.pass({ days })
    await wrong.services.sweep.sweepStore()
  }
  const { left } = await wrong.services.check.checkAll({ repair: true, extras: true, tell() {} })
  assert.equal(left, 1)
  assert.ok(await house.store.stat(nameOf(key)))

  await start(database)
  assert.equal((await readdir(join(dataDir, 'blobs'))).includes('belongs-to'), true)
  await assert.rejects(start(empty), /belongs to another database/)
})

test('a database put back as it was loses nothing in its first week', async (t: TestContext) => {
  const house = await enter(t)
  const { dataDir, database, db } = house.world
  const items = []
  for (let i = 0; i < 5; i++) items.push(await house.add(`file ${i}`))
  await age(dataDir, 30)
  // The rows as they were then.
  const blobs = await db.selectFrom('blob').selectAll().execute()
  await sql`truncate item, blob, upload cascade`.execute(db)
  await createWorld(t, { dataDir, database: { ...database, close: async () => {} } })
  const { sweep } = house.world.services
  await sweep.sweepStore()
  house.world.pass({ days: 6 })
  await sweep.sweepStore()
  assert.equal((await house.check({ repair: true })).left, 5)
  for (const { key } of blobs) assert.ok(await house.store.stat(nameOf(key)))
})
