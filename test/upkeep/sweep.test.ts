import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { flat } from '../previews/hostile.ts'
import { createWorld } from '../world.ts'
import { enter } from './stored.ts'

test('two processes sweep while files are added, pictured, deleted and sealed: nothing that is referred to is lost', async (t) => {
  // Plain at first, so that the other processes have something to seal.
  const world = await createWorld(t, { settings: { ENCRYPTION: 'off' } })
  const practice = await world.addCompany()
  const client = await world.addClient(practice)
  const owner = await world.addProfessional(practice)
  await world.setStakeholder(client, owner)
  const mine = await world.signIn(owner)
  const { spaceId } = client
  const sweepers = await Promise.all([startSweeper(t, world), startSweeper(t, world)])

  const kept = new Map<string, string>()
  const doomed: string[] = []
  await Promise.all(
    [0, 1, 2].map(async (line) => {
      for (let i = 0; i < 12; i++) {
        const photo = i % 4 === 0
        const bytes = photo
          ? await flat(60 + i, 40 + line)
              .png()
              .toBuffer()
          : Buffer.concat([Buffer.from(`${line} ${i} `), randomBytes(90_000)])
        const { id } = await mine.upload(bytes, { spaceId, name: photo ? 'photo.png' : 'file.bin' })
        if (photo) await (await mine.fetch(`/api/items/${id}/preview/thumb`)).arrayBuffer()
        if (i % 3 === 2) {
          await mine.api.files.deleteItems({ ids: [id] })
          doomed.push(id)
        } else kept.set(id, createHash('sha256').update(bytes).digest('hex'))
      }
    }),
  )
  const said = (await Promise.all(sweepers.map((end) => end()))).flat()
  assert.deepEqual(
    said.filter((line) => !/^removed \d+$|^extra /.test(line)),
    [],
    'no false alarm',
  )
  for (const [id, hash] of kept) {
    const answer = await mine.fetch(`/api/items/${id}/content`)
    const bytes = Buffer.from(await answer.arrayBuffer())
    assert.equal(createHash('sha256').update(bytes).digest('hex'), hash, id)
  }
  for (const id of doomed) assert.equal((await mine.fetch(`/api/items/${id}`)).status, 404)
  const kinds: string[] = []
  await world.services.check.checkAll({ repair: false, tell: ({ kind }) => kinds.push(kind) })
  assert.deepEqual(kinds, [])
})

async function startSweeper(
  t: TestContext,
  { database, dataDir }: { database: { connectionString: string }; dataDir: string },
) {
  const args = [join(import.meta.dirname, 'sweep-process.ts'), database.connectionString, dataDir]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const lines: string[] = []
  const read = createInterface(child.stdout)
  await once(read, 'line')
  read.on('line', (line) => lines.push(line))
  const ended = once(child, 'close')
  return async () => {
    child.stdin.end()
    const [code] = await ended
    assert.equal(code, 0)
    return lines
  }
}

test('leftovers of every kind go, and nothing else does', async (t) => {
  const house = await enter(t)
  const { world, mine, store, spaceId } = house
  const { db } = world
  const { sweep } = world.services
  const kept = await house.add()
  const orphan = await db
    .insertInto('blob')
    .values({ key: await house.strew(), size: 9, sha256: randomBytes(32), type: 'text/plain' })
    .returning(['id', 'key'])
    .executeTakeFirstOrThrow()
  const { personId: person_id } = house.owner
  const past = new Date(Date.now() - 60_000)
  await sql`insert into session (token, person_id, expires_at) values ('old', ${person_id}, ${past})`.execute(
    db,
  )
  await sql`insert into verification (identifier, value, expires_at) values ('x', 'y', ${past})`.execute(db)
  await sql`insert into sign_in_token (hash, purpose, expires_at) values ('\\x01', 'passkey', ${past})`.execute(
    db,
  )

  await sweep.sweep()
  await world.runJobs()
  assert.equal(await store.stat(orphan.key), undefined)
  for (const table of ['verification', 'sign_in_token'] as const)
    assert.deepEqual(await db.selectFrom(table).selectAll().execute(), [], table)
  assert.deepEqual(await db.selectFrom('session').select('token').where('token', '=', 'old').execute(), [])
  assert.equal(
    (await mine.fetch(`/api/items/${kept.id}/content`)).status,
    200,
    'still signed in, still there',
  )
  assert.equal((await mine.api.files.listItems({ spaceId })).items.length, 1)
})

test('bytes that nothing refers to go a week after that was first seen, however old they are', async (t) => {
  const { world, store, strew } = await enter(t)
  const { sweepStore } = world.services.sweep
  const [old, staged] = [await strew({ days: 90 }), await strew({ days: 90, staged: true })]
  const there = async () => {
    const found = await Array.fromAsync(store.list('staged'), ({ name }) => name)
    return [(await store.stat(old)) !== undefined, found.includes(staged)]
  }
  await sweepStore()
  world.pass({ days: 6 })
  await sweepStore()
  assert.deepEqual(await there(), [true, true])
  // For a day, it was no extra: then its week begins anew.
  const { id } = await world.db
    .insertInto('blob')
    .values({ key: old, size: 9, sha256: randomBytes(32), type: 'text/plain' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await sweepStore()
  await world.db.deleteFrom('blob').where('id', '=', id).execute()
  world.pass({ days: 1 })
  await sweepStore()
  assert.deepEqual(await there(), [true, false])
  world.pass({ days: 7 })
  await sweepStore()
  assert.deepEqual(await there(), [false, false])
})

test('a deletion that can’t be purged keeps no later one, and is purged once what was wrong is put right', async (t) => {
  const { world, practice, mine, add, check } = await enter(t)
  const other = await world.addCompany()
  const client = await world.addClient(other)
  const owner = await world.addProfessional(other)
  await world.setStakeholder(client, owner)
  const theirs = await world.signIn(owner)
  const later = await theirs.upload(randomBytes(5000), { spaceId: client.spaceId })
  await mine.api.files.deleteItems({ ids: [(await add()).id] })
  await theirs.api.files.deleteItems({ ids: [later.id] })
  world.pass({ seconds: 11 })
  const left = async () =>
    (await world.db.selectFrom('item').select('quota_company_id').execute()).map(
      ({ quota_company_id }) => quota_company_id,
    )
  // Less than the file takes that is to go.
  await sql`update company_use set bytes = 10 where company_id = ${practice.id}::uuid`.execute(world.db)
  await assert.rejects(world.services.items.purge(), /company_use_bytes_check/)
  assert.deepEqual(await left(), [practice.id])

  await check({ repair: true })
  await world.services.items.purge()
  assert.deepEqual(await left(), [])
})

test('where very much belongs to nothing, the database may be the older one: it is left to the operator', async (t) => {
  const house = await enter(t)
  const names = await Promise.all(Array.from({ length: 201 }, () => house.strew({ days: 9 })))
  await house.world.services.sweep.sweepStore()
  for (const name of names) assert.ok(await house.store.stat(name))
  assert.equal((await house.check({ repair: true })).left, 201)
  assert.equal((await house.check({ repair: true, extras: true })).left, 0)
  for (const name of names) assert.equal(await house.store.stat(name), undefined)
})
