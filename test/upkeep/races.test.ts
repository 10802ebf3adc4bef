import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createExtras } from '../../server/upkeep/extras.ts'
import { until } from '../process.ts'
import { enter } from './stored.ts'

async function enterWithExtra(t: Parameters<typeof enter>[0]) {
  const house = await enter(t)
  const name = await house.strew()
  const { db } = house.world
  const row = { key: `${name}.1.x`, size: 9, sha256: randomBytes(32), type: 'text/plain' }
  return { ...house, db, name, row, extras: createExtras({ db, store: house.store, now: () => new Date() }) }
}

test('a row that appears between the look and the removal keeps its bytes', async (t) => {
  const { extras, db, row, name, store } = await enterWithExtra(t)
  const found = []
  for await (const extra of extras.find()) found.push(extra)
  const [extra] = found
  assert.equal(extra?.name, name)
  await db.insertInto('blob').values(row).execute()
  assert.ok(extra)
  assert.equal(await extras.remove(extra), false)
  assert.ok(await store.stat(name))
})

test('a row that is being written is waited for, and keeps its bytes', async (t) => {
  const { db, row, name, store, check } = await enterWithExtra(t)
  const written = Promise.withResolvers<void>()
  const inserted = Promise.withResolvers<void>()
  const writer = db.transaction().execute(async (trx) => {
    await trx.insertInto('blob').values(row).execute()
    inserted.resolve()
    await written.promise
  })
  await inserted.promise
  const checking = check({ repair: true, extras: true })
  try {
    await until('the repair waits for the writer', async () => {
      const { rows } = await sql`select from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`.execute(db)
      return rows.length > 0
    })
  } finally {
    written.resolve()
  }
  await writer
  const { findings } = await checking
  assert.ok(await store.stat(name))
  assert.ok(!findings.some(({ kind, repaired }) => kind === 'extra' && repaired))
})

test('once bytes are removed, no row can come to refer to them', async (t) => {
  const { db, row, name, store, check } = await enterWithExtra(t)
  assert.equal((await check({ repair: true, extras: true })).left, 0)
  assert.equal(await store.stat(name), undefined)
  await assert.rejects(db.insertInto('blob').values(row).execute(), /were removed/)
  const { id } = await db
    .insertInto('blob')
    .values({ ...row, key: 'another' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await assert.rejects(
    db.updateTable('blob').set({ key: row.key }).where('id', '=', id).execute(),
    /were removed/,
  )
  const preview = { blob_id: id, variant: 'thumb', type: 'image/webp', size: 9 }
  await assert.rejects(
    db
      .insertInto('preview')
      .values({ ...preview, key: row.key })
      .execute(),
    /were removed/,
  )
})

test('bytes whose row has just gone are the queue’s to remove, and no finding', async (t) => {
  const { world, mine, add, check, blobOf, store } = await enter(t)
  const item = await add()
  const { key } = await blobOf(item)
  await mine.api.files.deleteItems({ ids: [item.id] })
  world.pass({ days: 2 })
  // Its upload is forgotten by now: the queue alone knows of the bytes.
  await world.db.deleteFrom('upload').execute()
  await world.services.items.purge()
  assert.deepEqual((await check({ repair: true, extras: true })).kinds, [])
  const [name = ''] = key.split('.')
  assert.ok(await store.stat(name), 'the erasing may be held back')
  await world.runJobs()
  assert.equal(await store.stat(name), undefined)
})

test('a file whose bytes got another key while it was read is no finding', async (t) => {
  const { world, add, check, blobOf, lose } = await enter(t)
  const item = await add()
  const before = await blobOf(item)
  const { blobs } = world.services
  const open = blobs.open
  t.after(() => Object.assign(blobs, { open }))
  let reads = 0
  // As the sealing in the background does it, in the very moment.
  Object.assign(blobs, {
    open: async (key: string) => {
      if (key === before.key && reads++ === 0) {
        const fresh = await blobs.newKey(null)
        await blobs.put(fresh, (await open(key)).stream)
        await world.db.updateTable('blob').set({ key: fresh }).where('id', '=', before.id).execute()
        await lose(key)
      }
      return open(key)
    },
  })
  assert.deepEqual((await check()).kinds, [])
  assert.equal(reads, 1)
  assert.equal((await blobOf(item)).damage, null)
})
