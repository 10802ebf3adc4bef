import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { sql } from 'kysely'
import { nameOf } from '../../server/blobs/blobs.ts'
import { StorageFailed } from '../../server/blobs/port.ts'
import { flat } from '../previews/hostile.ts'
import { createWorld } from '../world.ts'

/** A record as an earlier version left it: everything plain. */
async function enterPlain(t: Parameters<typeof createWorld>[0], files: number) {
  const world = await createWorld(t, { settings: { ENCRYPTION: 'off' } })
  const practice = await world.addCompany()
  const client = await world.addClient(practice)
  const owner = await world.addProfessional(practice)
  await world.setStakeholder(client, owner)
  const mine = await world.signIn(owner)
  const { spaceId } = client
  const kept = new Map<string, Buffer>()
  for (let i = 0; i < files; i++) {
    const bytes = randomBytes(70_000 + i)
    kept.set((await mine.upload(bytes, { spaceId, name: `${i}.bin` })).id, bytes)
  }
  const photo = await mine.upload(await flat(300, 200).jpeg().toBuffer(), { spaceId, name: 'photo.jpg' })
  await world.runJobs()
  const read = async (id: string) =>
    Buffer.from(await (await mine.fetch(`/api/items/${id}/content`)).arrayBuffer())
  const keys = async () => {
    const blobs = await world.db.selectFrom('blob').select('key').execute()
    const previews = await world.db.selectFrom('preview').select('key').where('key', 'is not', null).execute()
    return [...blobs, ...previews].map(({ key }) => key ?? '')
  }
  return { world, practice, mine, kept, photo, read, keys }
}

test('what an earlier version stored plain is sealed in the background, in slices, by whichever process', async (t) => {
  const { world, practice, mine, kept, photo, read, keys } = await enterPlain(t, 25)
  const before = await keys()
  assert.ok(before.every((key) => !key.includes('.')))
  const { app: sealing } = await world.serve({ ENCRYPTION: 'on' })
  const { app: another } = await world.serve({ ENCRYPTION: 'on' })
  let slices = 0
  for (; (await keys()).some((key) => !key.includes('.')); slices++)
    await Promise.all([sealing, another].map((app) => app.services.sealing.sealOn({ sliceMs: 100 })))
  assert.ok(slices > 0)

  const company = await world.db.selectFrom('company_key').selectAll().execute()
  const [key] = company
  assert.equal(company.length, 1)
  assert.equal(key?.company_id, practice.id)
  const now = await keys()
  assert.equal(now.length, before.length)
  for (const [id, bytes] of kept) assert.deepEqual(await read(id), bytes)
  const sealed = await readFile(`${world.dataDir}/blobs/${nameOf(now[0] ?? '')}`)
  assert.ok([...kept.values()].every((bytes) => !sealed.includes(bytes.subarray(0, 64))))
  assert.equal((await mine.fetch(`/api/items/${photo.id}/preview/thumb`)).status, 200)

  // Whoever had just read the former key still gets the bytes; an hour later they go.
  const { store, check } = world.services
  assert.ok(await store.stat(before[0] ?? ''))
  const findings: string[] = []
  world.pass({ days: 2 })
  await check.checkAll({ repair: true, tell: ({ kind }) => findings.push(kind) })
  assert.equal(findings.length, 0, 'they are the queue’s')
  await sql`update graphile_worker._private_jobs set run_at = now()`.execute(world.db)
  await world.runJobs()
  for (const name of before) assert.equal(await store.stat(name), undefined)
  await check.checkAll({ repair: false, tell: ({ kind }) => findings.push(kind) })
  assert.deepEqual(findings, [])
})

test('a file deleted or damaged while it is sealed stays what it is', async (t) => {
  const { world, mine, kept, keys } = await enterPlain(t, 2)
  const { app } = await world.serve({ ENCRYPTION: 'on' })
  const { blobs, sealing, items } = app.services
  const [gone = ''] = [...kept.keys()]
  const { put } = blobs
  let puts = 0
  // It is purged between its sealed copy and its row.
  Object.assign(blobs, {
    put: async (...args: Parameters<typeof put>) => {
      const facts = await put(...args)
      if (puts++ === 0) {
        await mine.api.files.deleteItems({ ids: [...kept.keys()] })
        world.pass({ seconds: 11 })
        await items.purge()
      }
      return facts
    },
  })
  await sealing.sealOn()
  assert.ok(puts >= 1)
  assert.equal((await mine.fetch(`/api/items/${gone}/content`)).status, 404)
  const named = new Set((await keys()).map(nameOf))
  const findings: string[] = []
  await app.runJobs()
  world.pass({ days: 2 })
  await app.services.check.checkAll({ repair: false, tell: ({ kind }) => findings.push(kind) })
  assert.deepEqual(findings, [])
  assert.equal(named.size, (await keys()).length)
})

test('what the store says that it took, and hasn’t got, stays plain', async (t) => {
  const { world, kept, read, keys } = await enterPlain(t, 1)
  const before = await keys()
  const { app } = await world.serve({ ENCRYPTION: 'on' })
  const { blobs, sealing } = app.services
  const { put } = blobs
  Object.assign(blobs, {
    put: async (...args: Parameters<typeof put>) => {
      const facts = await put(...args)
      await blobs.remove(args[0])
      return facts
    },
  })
  await assert.rejects(sealing.sealOn(), StorageFailed)
  assert.deepEqual(await keys(), before)
  await sql`update graphile_worker._private_jobs set run_at = now()`.execute(world.db)
  await app.runJobs()
  for (const [id, bytes] of kept) assert.deepEqual(await read(id), bytes)
})
