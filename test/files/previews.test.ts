import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import sharp from 'sharp'
import { thumbHashToAverageRGBA } from 'thumbhash'
import { nameOf } from '../../server/blobs/blobs.ts'
import { docx } from '../previews/office-files.ts'
import { until } from '../process.ts'
import { createWorld, readProblem } from '../world.ts'
import { enter } from './tus.ts'

test('a listing tells the colours, the size and the state of each preview', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const owner = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, owner)
  const { spaceId } = client
  const { api, upload } = await world.signIn(owner)
  const photo = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#c03020' } })
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toBuffer()
  const level = 'me_client'
  await upload(photo, { spaceId, name: '1 photo', level })
  await upload(photo.subarray(0, photo.length / 2), { spaceId, name: '2 damaged', level })
  await upload(Buffer.from([0, 1, 2, 3, 0xfe, 0xff]), { spaceId, name: '3 unknown', level })
  const list = async () => (await api.files.listItems({ spaceId })).items

  assert.deepEqual(
    (await list()).map(({ preview, picture }) => [preview, picture]),
    [
      ['pending', null],
      ['pending', null],
      ['none', null],
    ],
  )
  await world.runJobs()
  const [ready, ...others] = await list()
  assert.deepEqual(
    others.map(({ preview, picture }) => [preview, picture]),
    [
      ['failed', null],
      ['none', null],
    ],
  )
  assert.equal(ready?.preview, 'ready')
  const { hash = '', ...size } = ready?.picture ?? {}
  assert.deepEqual(size, { width: 600, height: 900 })
  const { r, g, b } = thumbHashToAverageRGBA(Buffer.from(hash, 'base64'))
  for (const [seen, painted] of [
    [r, 0xc0],
    [g, 0x30],
    [b, 0x20],
  ] as const)
    assert.ok(Math.abs(seen * 255 - painted) < 12, `${seen * 255} for ${painted}`)

  const asClient = await (await world.signIn(client)).api.files.listItems({})
  assert.deepEqual(
    asClient.items.map(({ preview, picture }) => [preview, picture]),
    [['ready', ready?.picture], ...others.map(({ preview, picture }) => [preview, picture])],
  )
})

test('a preview that took too long is tried again after a while, and said to be until then', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const owner = await world.addProfessional(company)
  const { api, upload } = await world.signIn(owner)
  const client = await world.addClient(company)
  await world.setStakeholder(client, owner)
  const photo = sharp({ create: { width: 60, height: 40, channels: 3, background: '#3a7' } })
  const { id } = await upload(await photo.png().toBuffer(), { spaceId: client.spaceId })
  const stateAfter = async (minutes: number, problem: string) => {
    await world.db.deleteFrom('preview').execute()
    const { blob_id } = await world.db.selectFrom('item').select('blob_id').executeTakeFirstOrThrow()
    const created_at = new Date(Date.now() - minutes * 60_000)
    await world.db
      .insertInto('preview')
      .values({ blob_id: blob_id ?? '', variant: 'thumb', problem, created_at })
      .execute()
    return (await api.files.readItem({ itemId: id })).preview
  }
  assert.equal(await stateAfter(9, 'timeout'), 'failed')
  assert.equal(await stateAfter(11, 'unreadable'), 'failed')
  assert.equal(await stateAfter(11, 'timeout'), 'pending')
  assert.equal((await (await world.signIn(owner)).fetch(`/api/items/${id}/preview/thumb`)).status, 200)
  assert.equal((await api.files.readItem({ itemId: id })).preview, 'ready')
})

const absent =
  spawnSync('soffice', ['--version']).status !== 0 && 'NOT TESTED HERE: LibreOffice is not installed'

test('a damaged file has no preview and is said to be damaged; once it is mended it has one', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const photo = sharp({ create: { width: 60, height: 40, channels: 3, background: '#3a7' } })
  const { id } = await browser.upload(await photo.png().toBuffer(), { spaceId })
  const { key } = await world.db.selectFrom('blob').select('key').executeTakeFirstOrThrow()
  const path = join(world.dataDir, 'blobs', nameOf(key))
  const stored = await readFile(path)
  const damaged = Buffer.from(stored)
  damaged[40] = ~(damaged[40] ?? 0)
  const look = () => browser.fetch(`/api/items/${id}/preview/thumb`)

  await writeFile(path, damaged)
  const refused = await look()
  assert.deepEqual([refused.status, (await readProblem(refused)).code], [410, 'file_damaged'])
  await writeFile(path, stored)
  assert.equal((await look()).status, 200)
})

test('a small image that can’t be read any more is made again for whoever looks, as long as its file is whole', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const photo = sharp({ create: { width: 60, height: 40, channels: 3, background: '#3a7' } })
  const { id } = await browser.upload(await photo.png().toBuffer(), { spaceId })
  const look = () => browser.fetch(`/api/items/${id}/preview/thumb`)
  const first = Buffer.from(await (await look()).arrayBuffer())
  const { key: original } = await world.db.selectFrom('blob').select('key').executeTakeFirstOrThrow()
  const stored = async () => {
    const { key } = await world.db.selectFrom('preview').select('key').executeTakeFirstOrThrow()
    return join(world.dataDir, 'blobs', nameOf(key ?? ''))
  }
  for (const harm of [(path: string) => writeFile(path, 'too short'), (path: string) => rm(path)]) {
    const path = await stored()
    await harm(path)
    const again = await look()
    assert.equal(again.status, 200)
    assert.ok(first.equals(Buffer.from(await again.arrayBuffer())))
    assert.notEqual(await stored(), path)
  }
  await rm(await stored())
  await rm(join(world.dataDir, 'blobs', nameOf(original)))
  assert.equal((await readProblem(await look())).code, 'file_damaged')
})

test('of a small image that could not be kept nothing stays', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const photo = sharp({ create: { width: 60, height: 40, channels: 3, background: '#3a7' } })
  const { id } = await browser.upload(await photo.png().toBuffer(), { spaceId })
  const stored = async () => {
    const entries = await readdir(join(world.dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).length
  }
  const before = await stored()
  await sql`alter table preview add constraint refused check (key is null)`.execute(world.db)
  assert.equal((await browser.fetch(`/api/items/${id}/preview/thumb`)).status, 500)
  assert.equal(await stored(), before + 1)
  await world.runJobs()
  assert.equal(await stored(), before)
})

test('what stands for a photo to others is made again where it can’t be read any more', async (t) => {
  const { world, company, client, browser, spaceId } = await enter(t)
  const colleague = await world.addProfessional(company)
  await world.setStakeholder(client, colleague)
  const other = await world.signIn(colleague)
  // Too large to be sent at once, where damage shows only on the way.
  for (const [name, size] of [
    ['small', 60],
    ['large', 900],
  ] as const) {
    const photo = sharp(randomBytes(size * size * 3), { raw: { width: size, height: size, channels: 3 } })
    const { id } = await browser.upload(await photo.jpeg().toBuffer(), { spaceId, name, level: 'everybody' })
    const look = async () => Buffer.from(await (await other.fetch(`/api/items/${id}/content`)).arrayBuffer())
    const first = await look()
    const stored = async () => {
      const { key } = await world.db
        .selectFrom('preview')
        .innerJoin('item', 'item.blob_id', 'preview.blob_id')
        .select('key')
        .where('item.id', '=', id)
        .where('variant', '=', 'shared')
        .executeTakeFirstOrThrow()
      return join(world.dataDir, 'blobs', nameOf(key ?? ''))
    }
    const gone = await stored()
    await rm(gone)
    assert.ok(first.equals(await look()), name)
    const damaged = await stored()
    assert.notEqual(damaged, gone)
    const bytes = await readFile(damaged)
    bytes[bytes.length - 20] = ~(bytes.at(-20) ?? 0)
    await writeFile(damaged, bytes)
    if (name === 'small') assert.ok(first.equals(await look()))
    await until('another stands for it', () =>
      look().then(
        (bytes) => first.equals(bytes),
        () => false,
      ),
    )
    const cut = await stored()
    assert.notEqual(cut, damaged)
    await truncate(cut, 65_536 + 28)
    assert.ok(first.equals(await look()), `${name}, cut`)
  }
})

test('an office file is shown by its pages to whoever sees it; the original stays the download', {
  skip: absent,
}, async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const owner = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, owner)
  const { spaceId } = client
  const browser = await world.signIn(owner)
  const bytes = await docx('Squat')
  const { id } = await browser.upload(bytes, { spaceId, name: 'Plan.docx', level: 'me' })
  await world.runJobs()
  const { preview, picture } = await browser.api.files.readItem({ itemId: id })
  assert.equal(preview, 'ready')
  assert.ok(picture && picture.height > picture.width)
  const pages = await browser.fetch(`/api/items/${id}/preview/pages`, { headers: { Range: 'bytes=0-4' } })
  assert.deepEqual([pages.status, pages.headers.get('Content-Type')], [206, 'application/pdf'])
  assert.equal(await pages.text(), '%PDF-')
  const original = await browser.fetch(`/api/items/${id}/content`)
  assert.deepEqual(Buffer.from(await original.arrayBuffer()), bytes)
  const asClient = await world.signIn(client)
  assert.equal((await asClient.fetch(`/api/items/${id}/preview/pages`)).status, 404)
})
