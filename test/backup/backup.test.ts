import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from '../../server/db/open.ts'
import { createLog } from '../../server/log.ts'
import { makeTempFolder } from '../temp-folder.ts'
import {
  carry,
  command,
  dump,
  emptyMachine,
  listFiles,
  noise,
  openPractice,
  readEveryBlob,
  SECRET,
} from './practice.ts'

const log = createLog('error')

/** What was restored, opened without anything that runs jobs. */
function openRestored(place: { dataDir: string; url: string }) {
  const { db, close } = connect(place.url, 2, log)
  return { db, dataDir: place.dataDir, close }
}

test('while people upload, delete and purge, a backup restores to an empty machine: no row without bytes, all hashes equal', async (t) => {
  const { world, mine, send, place } = await openPractice(t)
  for (let i = 0; i < 60; i++) await send(noise(200_000 + i))
  const dir = join(await makeTempFolder(), 'backup')
  let done = false
  const counts = { sent: 0, purged: 0 }
  const kept = await send('kept')
  const busy = [
    async () => {
      while (!done) {
        await send(noise(50_000))
        counts.sent++
      }
    },
    async () => {
      while (!done) {
        const { id } = await send(noise(10_000))
        await mine.api.files.deleteItems({ ids: [id] })
        world.pass({ seconds: 11 })
        await world.services.items.purge()
        await world.runJobs()
        counts.purged++
      }
    },
  ].map((work) => work())
  try {
    for (let round = 0; round < 2 || counts.sent <= 3 || counts.purged <= 3; round++)
      await carry(['backup', dir], place, { SECRET })
  } finally {
    done = true
    await Promise.all(busy)
  }

  const machine = await emptyMachine(t, world)
  await carry(['restore', dir], machine)
  const restored = openRestored(machine)
  t.after(restored.close)
  assert.ok((await readEveryBlob(restored)) > 60)
  const found = await restored.db.selectFrom('item').select('name').where('id', '=', kept.id).execute()
  assert.equal(found.length, 1)
})

test('what is restored is what was there, row by row and byte by byte, and people work on', async (t) => {
  const { world, mine, owner, client, send, place } = await openPractice(t)
  const { spaceId } = client
  const folder = await mine.api.files.createFolder({ spaceId, parentId: null, name: 'Élongations' })
  const words = 'left knee, grade two. '.repeat(9_000)
  const item = await mine.upload(words, {
    spaceId,
    parentId: folder.id,
    level: 'everybody',
    name: 'Genou.txt',
  })
  await send(noise(700_000))
  const gone = await send(noise(1000))
  await mine.api.files.deleteItems({ ids: [gone.id] })
  // What COPY has its own ways with.
  await world.db.updateTable('client').set({ name: 'a\tb\\N\nc\r\u{1F9B5}' }).execute()
  const dir = join(await makeTempFolder(), 'backup')
  await carry(['backup', dir], place, { SECRET })
  const before = await dump(world.database.pool)
  assert.ok(
    before.audit_entry?.length &&
      before.folder_content?.length &&
      before.session?.length &&
      before.jobs?.length,
  )

  const machine = await emptyMachine(t, world)
  await carry(['restore', dir], machine)
  assert.deepEqual(await dump(machine.pool), before)
  assert.equal(await readFile(join(machine.dataDir, 'secret'), 'utf8'), `${SECRET}\n`)
  const sealed = await listFiles(join(world.dataDir, 'blobs'))
  assert.deepEqual(await listFiles(join(machine.dataDir, 'blobs')), sealed)

  // Triggers and identities are as they were: the log goes on, and still can't be rewritten.
  const { pool } = machine
  await assert.rejects(pool.query('delete from audit_entry'), /only ever added/)
  await assert.rejects(
    pool.query('update item set blob_id = gen_random_uuid() where blob_id is not null'),
    /foreign key/,
  )
  const app = command(['start'], machine, { PORT: '0' })
  t.after(() => app.child.kill('SIGKILL'))
  const [, url = ''] = await app.says(/^Carnet is ready: (.*)$/m)
  const again = mine.at(url)
  const answer = await again.fetch(`/api/items/${item.id}/content`)
  assert.equal(answer.status, 200, 'the session from before, whose secret came along')
  assert.equal(await answer.text(), words)
  assert.equal((await world.visitor().at(url).fetch(`/api/items/${item.id}/content`)).status, 401)
  await again.upload('added afterwards', { spaceId, parentId: folder.id })
  const signedIn = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: owner.email, password: 'correct horse battery' }),
  })
  assert.equal(signedIn.status, 200)
  app.child.kill('SIGTERM')
  assert.equal((await app.ended).code, 0)
})
