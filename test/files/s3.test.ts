import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { openStores } from '../../server/blobs/open.ts'
import type { BlobStore } from '../../server/blobs/port.ts'
import { isLongWorkRunning, takePlace } from '../../server/db/long-work.ts'
import { moveToWritten } from '../../server/move-blobs.ts'
import { readSettings } from '../../server/settings.ts'
import { StartError } from '../../server/start-error.ts'
import { startNode, until } from '../process.ts'
import { openGateway, openS3, settingsOf, startS3 } from '../s3-server.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { type Browser, createWorld, encodeMetadata } from '../world.ts'
import { startAppProcess } from './app-process.ts'

const s3 = await openS3()
const TUS = { 'Tus-Resumable': '1.0.0' }
const MIB = 1024 * 1024

async function enter(t: TestContext, settings: Record<string, string>) {
  const world = await createWorld(t, { settings })
  const company = await world.addCompany()
  const olivia = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, olivia)
  return { world, spaceId: client.spaceId, browser: await world.signIn(olivia) }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function download(browser: Browser, id: string): Promise<Buffer> {
  const answer = await browser.fetch(`/api/items/${id}/content`)
  assert.equal(answer.status, 200)
  return Buffer.from(await answer.arrayBuffer())
}

/** Files, and not what is made of some to look at. */
async function largeOnes(store: BlobStore): Promise<string[]> {
  const blobs = await Array.fromAsync(store.list())
  return blobs.filter(({ size }) => size >= 20_000).map(({ name }) => name)
}

async function begin(browser: Browser, size: number, spaceId: string): Promise<string> {
  const metadata = encodeMetadata({ filename: 'x.bin', spaceId })
  const headers = { ...TUS, 'Upload-Length': String(size), 'Upload-Metadata': metadata }
  const answer = await browser.fetch('/api/uploads', { method: 'POST', headers })
  assert.equal(answer.status, 201)
  return answer.headers.get('Location') ?? ''
}

function patch(browser: Browser, path: string, offset: number, body: Uint8Array<ArrayBuffer>) {
  const headers = {
    ...TUS,
    'Upload-Offset': String(offset),
    'Content-Type': 'application/offset+octet-stream',
  }
  return browser.fetch(path, { method: 'PATCH', headers, body })
}

async function offsetOf(browser: Browser, path: string) {
  const { status, headers } = await browser.fetch(path, { method: 'HEAD', headers: TUS })
  assert.equal(status, 200)
  return Number(headers.get('Upload-Offset'))
}

test('files in a bucket: up, down, in part, gone; the disk holds none of it', async (t) => {
  const place = s3.place()
  const { world, browser, spaceId } = await enter(t, { BLOB_STORE: 's3', ...settingsOf(place) })
  const bytes = randomBytes(13 * MIB)
  const path = await begin(browser, bytes.length, spaceId)
  assert.equal((await patch(browser, path, 0, bytes.subarray(0, 7 * MIB))).status, 204)
  const answer = await patch(browser, path, 7 * MIB, bytes.subarray(7 * MIB))
  const id = answer.headers.get('Carnet-Item') ?? ''
  assert.equal(sha256(await download(browser, id)), sha256(bytes))
  const headers = { Range: 'bytes=6000000-8000000' }
  const part = await browser.fetch(`/api/items/${id}/content`, { headers })
  assert.equal(part.status, 206)
  assert.ok(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(6_000_000, 8_000_001)))
  const small = await browser.upload('one', { spaceId })
  await browser.api.files.deleteItems({ ids: [id] })
  assert.deepEqual(await Array.fromAsync(world.services.store.list('staged')), [])
  world.pass({ days: 1 })
  await world.services.items.purge()
  await world.runJobs()
  assert.deepEqual(await largeOnes(world.services.store), [])
  assert.equal((await download(browser, small.id)).toString(), 'one')
  assert.ok(!(await readdir(world.dataDir)).includes('blobs'))
})

test('S3 gone for a while: come back later, nothing acknowledged is lost, and then all is well', async (t) => {
  const server = await startS3()
  const { browser, spaceId } = await enter(t, { BLOB_STORE: 's3', ...settingsOf(server.place()) })
  const kept = await browser.upload('kept', { spaceId })
  const bytes = randomBytes(12 * MIB)
  const path = await begin(browser, bytes.length, spaceId)
  assert.equal((await patch(browser, path, 0, bytes.subarray(0, 6 * MIB))).status, 204)

  await server.stop()
  const goOn = () => patch(browser, path, 6 * MIB, bytes.subarray(6 * MIB))
  const headers = {
    ...TUS,
    'Upload-Length': '3',
    'Upload-Metadata': encodeMetadata({ spaceId, filename: 'x' }),
  }
  const body = { ...headers, 'Content-Type': 'application/offset+octet-stream' }
  for (const answer of [
    await goOn(),
    await browser.fetch('/api/uploads', { method: 'POST', headers: body, body: 'abc' }),
    await browser.fetch(`/api/items/${kept.id}/content`),
    await browser.fetch('/healthz'),
  ]) {
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('Retry-After'), '5')
  }
  // What needs no bytes works all the while.
  assert.equal((await browser.api.files.readItem({ itemId: kept.id })).name, 'file.txt')
  assert.equal(await offsetOf(browser, path), 6 * MIB)

  await server.start()
  assert.equal((await browser.fetch('/healthz')).status, 200)
  assert.equal((await download(browser, kept.id)).toString(), 'kept')
  const id = (await goOn()).headers.get('Carnet-Item') ?? ''
  assert.equal(sha256(await download(browser, id)), sha256(bytes))
})

test('kill -9 while files come into a bucket: what was acknowledged is there, and uploads go on', async (t) => {
  const settings = { BLOB_STORE: 's3', ...settingsOf(s3.place()) }
  const { world, browser, spaceId } = await enter(t, settings)
  const bytes = randomBytes(30 * MIB)
  const path = await begin(browser, bytes.length, spaceId)
  const files = new Map<string, string>()
  let offset = 0
  for (const acknowledged of [1, 2]) {
    const app = await startAppProcess(t, world, { settings })
    const there = browser.at(app.origin)
    for (let i = 0; i < acknowledged; i++) {
      const item = await there.upload(`file ${acknowledged}.${i}`, { spaceId })
      files.set(item.id, `file ${acknowledged}.${i}`)
      const piece = bytes.subarray(offset, offset + 5_432_100)
      if ((await patch(there, path, offset, piece)).status === 204) offset += piece.length
    }
    const cut = Promise.allSettled([
      patch(there, path, offset, bytes.subarray(offset)),
      there.upload('never heard of', { spaceId }),
    ])
    await app.kill()
    await cut
    const now = await offsetOf(browser, path)
    assert.ok(now >= offset, `${now} of ${offset} acknowledged`)
    offset = now
  }
  for (const [id, text] of files) assert.equal((await download(browser, id)).toString(), text)
  const answer =
    offset < bytes.length
      ? await patch(browser, path, offset, bytes.subarray(offset))
      : await browser.fetch(path, { method: 'HEAD', headers: TUS })
  assert.equal(sha256(await download(browser, answer.headers.get('Carnet-Item') ?? '')), sha256(bytes))
})

for (const [from, to] of [
  ['disk', 's3'],
  ['s3', 'disk'],
] as const) {
  test(`files move from ${from} to ${to}, killed and repeated, while the product runs`, async (t) => {
    const place = settingsOf(s3.place())
    const settings: Record<string, string> = { ...place, BLOB_STORE: from }
    const { world, browser, spaceId } = await enter(t, settings)
    const files = new Map<string, Buffer>()
    for (let i = 0; i < 16; i++) {
      const bytes = randomBytes(i % 10 === 0 ? 6 * MIB : 20_000)
      files.set((await browser.upload(bytes, { spaceId })).id, bytes)
    }
    const arriving = randomBytes(8 * MIB)
    const path = await begin(browser, arriving.length, spaceId)
    assert.equal((await patch(browser, path, 0, arriving.subarray(0, 6 * MIB))).status, 204)

    // The process that is written by the new settings, beside the one that goes.
    settings.BLOB_STORE = to
    const { origin, app } = await world.serve()
    const there = browser.at(origin)
    const other = from === 'disk' ? 'on the disk' : 'in the bucket'
    const env = { DATA_DIR: world.dataDir, DATABASE_URL: world.database.connectionString }
    const mover = () => startNode(['server/main.ts', 'move-blobs'], { ...settings, ...env })
    const stores = await openStores(readSettings({ ...settings, ...env }))
    t.after(stores.close)
    const left = async () => (stores.other ? (await Array.fromAsync(stores.other.list())).length : 0)

    for (const goal of [14, 11]) {
      const { child, says, ended } = mover()
      await says(/will lie/)
      while ((await left()) > goal);
      child.kill('SIGKILL')
      assert.equal((await ended).signal, 'SIGKILL')
      await until('its place is given up', async () => !(await isLongWorkRunning(world.db)))
    }
    const last = mover()
    await last.says(/will lie/)
    const second = mover()
    // Meanwhile: one is added, one is deleted, all are read, the upload goes on.
    const added = await there.upload('added meanwhile', { spaceId })
    const [deleted = ''] = [...files.keys()].slice(-1)
    await there.api.files.deleteItems({ ids: [deleted] })
    files.delete(deleted)
    world.pass({ seconds: 11 })
    await app.services.items.purge()
    await app.runJobs()
    for (const [id, bytes] of files) assert.equal(sha256(await download(there, id)), sha256(bytes))
    const { stdout, code } = await last.ended
    assert.equal(code, 0)
    assert.match(stdout, /MB a second/)
    assert.match(stdout, new RegExp(`Uploads under way ${other}: 1`))
    const { stderr } = await second.ended
    if (stderr) assert.match(stderr, /moved already, by another process/)
    // What was deleted meanwhile waited for it.
    await until('its place is given up', async () => !(await isLongWorkRunning(world.db)))
    await sql`update graphile_worker._private_jobs set run_at = now()`.execute(world.db)
    await app.runJobs()

    const end = await patch(there, path, 6 * MIB, arriving.subarray(6 * MIB))
    files.set(end.headers.get('Carnet-Item') ?? '', arriving)
    const final = await mover().ended
    assert.match(final.stdout, new RegExp(`Nothing lies ${other} any more: it may be switched off`))
    assert.equal(await left(), 0)
    assert.equal(await stores.other?.readMark(), undefined, 'nobody starts there any more')
    assert.ok(await stores.written.readMark())
    assert.equal((await largeOnes(stores.written)).length, files.size)

    // Switched off, as it said.
    for (const name of Object.keys(place)) if (to === 'disk') delete settings[name]
    const alone = browser.at((await world.serve()).origin)
    for (const [id, bytes] of files) assert.equal(sha256(await download(alone, id)), sha256(bytes))
    assert.equal((await download(alone, added.id)).toString(), 'added meanwhile')
    assert.equal((await mover().ended).stdout, `Nothing lies ${other}: there is nothing to move.\n`)
  })
}

/** Two files on a disk, and how to move them to a bucket; `isAway` is asked before each request. */
async function enterMoving(t: TestContext, isAway: Parameters<typeof openGateway>[1] = () => false) {
  const { world, browser, spaceId } = await enter(t, {})
  for (const bytes of ['one', 'two']) await browser.upload(randomBytes(20_000), { spaceId, name: bytes })
  const place = settingsOf(await openGateway((await startS3()).place(), isAway))
  const { dataDir, database } = world
  const env = { ...place, BLOB_STORE: 's3', DATA_DIR: dataDir, DATABASE_URL: database.connectionString }
  const settings = readSettings(env)
  const stores = await openStores(settings)
  t.after(stores.close)
  const left = async () => (stores.other ? (await Array.fromAsync(stores.other.list())).length : 0)
  const move = (say: (line: string) => void = () => {}) => moveToWritten(settings, say)
  return { world, browser, stores, settings, move, left }
}

test('files are moved by one at a time, on whichever machine, and meanwhile no bytes are erased', async (t) => {
  const { world, browser, stores, settings, move, left } = await enterMoving(t)
  const another = new pg.Client({ connectionString: world.database.connectionString })
  await another.connect()
  assert.ok(await takePlace(another, 'move'))
  await assert.rejects(move(), /moved already, by another process/)
  await assert.rejects(
    moveToWritten({ ...settings, dataDir: await makeTempFolder() }, () => {}),
    /moved already, by another process/,
  )
  const { rows } = await sql<{ id: string }>`select id from item where name = 'one'`.execute(world.db)
  await browser.api.files.deleteItems({ ids: rows.map(({ id }) => id) })
  world.pass({ seconds: 11 })
  await world.services.items.purge()
  await world.runJobs()
  assert.equal(await left(), 2)

  await another.end()
  await until('its place is given up', async () => !(await isLongWorkRunning(world.db)))
  await sql`update graphile_worker._private_jobs set run_at = now()`.execute(world.db)
  await world.runJobs()
  assert.equal(await left(), 1)
  await move()
  assert.deepEqual([await left(), (await largeOnes(stores.written)).length], [0, 1])
})

test('who moves files stops once the database is gone, for another may begin: nothing more goes from where it was', async (t) => {
  let isOver = async () => {}
  const { world, move, left } = await enterMoving(t, async (method, url) => {
    if (method === 'PUT' && url.includes('/blobs/')) await isOver()
    return false
  })
  isOver = async () => {
    await sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
      and database = (select oid from pg_database where datname = current_database())`.execute(world.db)
    await until('its place is given up', async () => !(await isLongWorkRunning(world.db)))
  }
  await assert.rejects(move(), /the database is gone; nothing is lost: run this again/)
  assert.equal(await left(), 2)
  isOver = async () => {}
  await move()
  assert.equal(await left(), 0)
})

test('what could not be moved is named at the end, once all else is, and is an error', async (t) => {
  const { stores, move, left } = await enterMoving(t)
  const [bad = ''] = (await Array.fromAsync(stores.other?.list() ?? [])).map(({ name }) => name)
  await stores.written.put(bad, randomBytes(30_000))
  const said: string[] = []
  await assert.rejects(
    move((line) => said.push(line)),
    (error) =>
      error instanceof StartError && error.message === '1 file could not be moved, and stays where it was',
  )
  assert.equal(said.at(-1), `Not moved: ${bad}: its copy is not what was read`)
  assert.equal(await left(), 1)
})

test('without a database to tell who else moves, nothing is moved', async () => {
  const dataDir = await makeTempFolder()
  await assert.rejects(
    moveToWritten(readSettings({ DATA_DIR: dataDir }), () => {}),
    /there is no database in/,
  )
})

test('settings that can’t be used are told in one line', async () => {
  const place = (await startS3()).place()
  const good = { DATA_DIR: await makeTempFolder(), BLOB_STORE: 's3', ...settingsOf(place) }
  for (const [wrong, said] of [
    [{ S3_BUCKET: '' }, /^S3_BUCKET must be set with BLOB_STORE=s3$/],
    [{ S3_SECRET_ACCESS_KEY: '' }, /^S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set/],
    [{ S3_BUCKET: 'not-there' }, /^S3_BUCKET: there is no such bucket \(not-there at http/],
    [{ S3_ACCESS_KEY_ID: 'NOBODY' }, /^S3_ACCESS_KEY_ID: nobody there knows this key/],
    [{ S3_ENDPOINT: 'http://127.0.0.1:9' }, /^S3: ECONNREFUSED \(.* at http:\/\/127\.0\.0\.1:9\)$/],
    [{ ACCEL_PREFIX: '/x/' }, /^ACCEL_PREFIX is of no use/],
  ] as const) {
    const opening = openStores(readSettings({ ...good, ...wrong }))
    await assert.rejects(opening, (error) => error instanceof StartError && said.test(error.message))
  }
  assert.equal((await readdir(good.DATA_DIR)).filter((name) => name !== 'spool').length, 0)
  const { other, close } = await openStores(readSettings(good))
  close()
  assert.equal(other, undefined)
})
