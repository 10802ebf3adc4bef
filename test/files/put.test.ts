import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { type Browser, readProblem, type World } from '../world.ts'
import { startAppProcess } from './app-process.ts'
import { CURL, openRequest, run } from './by-hand.ts'
import {
  begin,
  countAddedEntries,
  countItems,
  countStaged,
  download,
  enter,
  head,
  patch,
  refused,
  sha256,
} from './tus.ts'

function put(
  browser: Browser,
  name: string,
  place: Record<string, string>,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<Response> {
  const path = `/api/files/${encodeURIComponent(name)}?${new URLSearchParams(place)}`
  return browser.fetch(path, { method: 'PUT', body, headers })
}

/** A PUT whose sender decides itself what it sends, and when. */
function open(browser: Browser, place: Record<string, string>, headers: Record<string, string | number>) {
  return openRequest(browser, 'PUT', `/api/files/x.bin?${new URLSearchParams(place)}`, headers)
}

const reservations = async ({ db }: World) => (await db.selectFrom('upload').select('id').execute()).length

async function blobsOf({ services }: World): Promise<number> {
  let count = 0
  for await (const _ of services.store.list()) count++
  return count
}

test('a file comes in one request: durable, placed and named as asked, and the answer says what it is', async (t) => {
  const { world, browser, client, olivia, spaceId } = await enter(t)
  const bytes = randomBytes(300_000)
  const { id: parentId } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'f' })
  const answer = await put(browser, 'Été 100% #1?.pdf', { spaceId, parentId, level: 'everybody' }, bytes)
  assert.equal(answer.status, 201)
  const item = (await answer.json()) as Item
  assert.equal(answer.headers.get('Location'), `/api/items/${item.id}`)
  assert.deepEqual(item, await browser.api.files.readItem({ itemId: item.id }))
  assert.deepEqual(
    [item.name, item.size, item.parentId, item.level, item.owner?.you],
    ['Été 100% #1?.pdf', 300_000, parentId, 'everybody', true],
  )
  assert.equal(sha256(await download(browser, item.id)), sha256(bytes))
  const { sha256: stored } = await world.db.selectFrom('blob').select('sha256').executeTakeFirstOrThrow()
  assert.equal(stored.toString('hex'), sha256(bytes))
  assert.deepEqual([await reservations(world), await countStaged(world)], [0, 0])

  const page = await put(browser, 'page.pdf', { spaceId }, '<!doctype html><script>1</script>')
  assert.equal(((await page.json()) as Item).type, 'text/plain', 'the type is found in the bytes')
  const itself = await world.signIn(client)
  const photo = await put(itself, 'photo', { audience: olivia.id }, 'photo')
  assert.equal(((await photo.json()) as Item).audience, 'chosen')
  assert.equal(await countAddedEntries(world), 3)
})

test('what the resumable way refuses, this way refuses, and nothing is left of it', async (t) => {
  const { world, company, browser, spaceId, client } = await enter(t)
  const reader = await world.addProfessional(company, 'read_only')
  await world.setStakeholder(client, reader)
  const other = await world.addClient(company)
  const itself = await world.signIn(client)
  await refused(put(browser, 'x', { spaceId }, ''), 'empty_file')
  await refused(put(browser, '../x', { spaceId }, 'x'), 'name_characters')
  await refused(put(browser, ' ', { spaceId }, 'x'), 'name_empty')
  await refused(put(browser, 'a\0b', { spaceId }, 'x'), 'name_characters')
  await refused(put(browser, 'x'.repeat(300), { spaceId }, 'x'), 'name_too_long')
  await refused(put(browser, 'x', { spaceId, level: 'all' }, 'x'), 'bad_request')
  for (const field of ['ownerId', 'companyId', 'size', 'type', 'filename', 'key', 'protected'])
    await refused(put(browser, 'x', { spaceId, [field]: 'x' }, 'x'), 'unknown_field')
  await refused(put(browser, 'x', { spaceId: other.spaceId }, 'x'), 'not_found')
  await refused(put(browser, 'x', { spaceId, parentId: randomUUID() }, 'x'), 'not_found')
  await refused(put(await world.signIn(reader), 'x', { spaceId }, 'x'), 'read_only')
  await refused(put(itself, 'x', { level: 'me' }, 'x'), 'bad_request')
  await refused(put(itself, 'x', { audience: randomUUID() }, 'x'), 'not_involved')
  await refused(put(world.visitor(), 'x', { spaceId }, 'x'), 'not_signed_in')
  await refused(put(browser, 'x', { spaceId }, 'x', { Origin: 'https://evil.test' }), 'wrong_origin')
  await refused(put(browser, 'x', { spaceId }, 'x', { 'Content-Range': 'bytes 0-0/2' }), 'bad_request')
  await refused(put(browser, 'x', { spaceId }, 'x', { 'Content-Encoding': 'gzip' }), 'bad_request')
  const unknownLength = open(browser, { spaceId }, { 'Transfer-Encoding': 'chunked' })
  unknownLength.sending.end('x')
  assert.equal((await unknownLength.answer).status, 411)
  const large = open(browser, { spaceId }, { 'Content-Length': 5 * 1024 ** 3 + 1 })
  large.sending.flushHeaders()
  assert.equal((await large.answer).status, 413)
  assert.deepEqual(await left(world), [0, 0, 0, 0])
})

const left = async (world: World) => [
  await countItems(world),
  await reservations(world),
  await countStaged(world),
  await blobsOf(world),
]

test('bytes that aren’t those that were meant leave nothing', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('base64')
  const right = [
    { 'Content-Digest': `sha-256=:${digest('sha256', 'abc')}:` },
    { 'Repr-Digest': `sha-512=:${digest('sha512', 'abc')}:` },
    { 'Content-Digest': `crc32c=:AAAA:, sha=:${digest('sha1', 'abc')}:,md5=:${digest('md5', 'abc')}:` },
  ]
  const wrong = [
    { 'Content-Digest': `sha-256=:${digest('sha256', 'abd')}:` },
    { 'Repr-Digest': `sha-512=:${digest('sha512', 'abd')}:` },
    { 'Content-Digest': `sha-256=:${digest('sha256', 'abc')}:, md5=:${digest('md5', 'abd')}:` },
    { 'Content-Digest': right[0]?.['Content-Digest'], 'Repr-Digest': `md5=:${digest('md5', 'abd')}:` },
  ]
  const senseless = ['sha-256=abc', 'sha-256=:YWJj:', 'crc32c=:AAAA:', ':', 'SHA-256=:x:']
  for (const headers of wrong)
    await refused(
      put(browser, 'x', { spaceId }, 'abc', headers as Record<string, string>),
      'checksum_mismatch',
    )
  for (const header of senseless)
    await refused(put(browser, 'x', { spaceId }, 'abc', { 'Content-Digest': header }), 'bad_request')
  assert.deepEqual(await left(world), [0, 0, 0, 0])
  for (const headers of right)
    assert.equal((await put(browser, 'x', { spaceId }, 'abc', headers as Record<string, string>)).status, 201)
})

test('whoever asks before sending is told to go on, or is refused before the bytes', async (t) => {
  const { world, company, browser, spaceId } = await enter(t)
  const ask = { Expect: '100-continue', 'Content-Length': 5 }
  const welcome = open(browser, { spaceId }, ask)
  let told = false
  welcome.sending.on('continue', () => {
    told = true
    welcome.sending.end('hello')
  })
  welcome.sending.flushHeaders()
  assert.equal((await welcome.answer).status, 201)
  assert.ok(told)

  await world.db.updateTable('company').set({ quota_bytes: 9 }).where('id', '=', company.id).execute()
  for (const [place, code] of [
    [{ spaceId }, 'quota_full'],
    [{ spaceId: randomUUID() }, 'not_found'],
  ] as const) {
    const refusal = open(browser, place, ask)
    refusal.sending.on('continue', () => assert.fail('no bytes are wanted'))
    refusal.sending.flushHeaders()
    assert.equal(JSON.parse((await refusal.answer).text).code, code)
  }
  const json = request(new URL('/api/folders', browser.origin), {
    method: 'POST',
    headers: { Cookie: browser.cookie, 'Content-Type': 'application/json', Expect: '100-continue' },
  })
  const made = new Promise<IncomingMessage>((resolve) => json.on('response', resolve))
  json.on('continue', () => json.end(JSON.stringify({ spaceId, parentId: null, name: 'f' })))
  json.flushHeaders()
  assert.equal((await made).statusCode, 201)
})

test('many at once never take more room than there is', async (t) => {
  const { world, company, browser, spaceId } = await enter(t)
  await world.db.updateTable('company').set({ quota_bytes: 100 }).where('id', '=', company.id).execute()
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => put(browser, 'x', { spaceId }, 'x'.repeat(30))),
  )
  const full = answers.filter(({ status }) => status === 507)
  assert.equal(answers.filter(({ status }) => status === 201).length, 3)
  for (const answer of full) assert.equal((await readProblem(answer)).code, 'quota_full')
  assert.deepEqual(await left(world), [3, 0, 0, 3])
})

test('of many at once, each is what it is; one whose folder is gone meanwhile stands at the root', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const { id: parentId } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'f' })
  const itself = await world.signIn(await world.addClient(await world.addCompany()))
  const names = Array.from({ length: 18 }, (_, index) => `${index}.txt`)
  const held = open(browser, { spaceId, parentId }, { 'Content-Length': 3 })
  held.sending.write('a')
  await until('it is being received', async () => (await countStaged(world)) === 1)
  const answers = await Promise.all([
    ...names.map((name, index) => put(browser, name, index % 2 ? { spaceId, parentId } : { spaceId }, name)),
    put(itself, 'other.txt', {}, 'of another'),
    put(browser, 'a/b', { spaceId }, 'x'),
  ])
  for (const [index, name] of names.entries()) {
    const item = (await answers[index]?.json()) as Item
    assert.deepEqual([item.name, item.parentId], [name, index % 2 ? parentId : null])
    assert.equal((await download(browser, item.id)).toString(), name)
  }
  assert.deepEqual([answers.at(-2)?.status, answers.at(-1)?.status], [201, 400])
  await browser.api.files.deleteItems({ ids: [parentId] })
  held.sending.end('bc')
  const { text } = await held.answer
  assert.equal((JSON.parse(text) as Item).parentId, null)
  assert.deepEqual([await reservations(world), await countStaged(world)], [0, 0])
})

test('of one that is cut off, whose maker may no more, or that is given no room, nothing is left', async (t) => {
  const { world, olivia, client, browser, spaceId } = await enter(t)
  const cut = open(browser, { spaceId }, { 'Content-Length': 1_000_000 })
  cut.sending.write(Buffer.alloc(300_000))
  await until('it is being received', async () => (await countStaged(world)) === 1)
  assert.equal(await reservations(world), 1)
  cut.sending.destroy()
  await until('nothing is left', async () => (await left(world)).every((count) => count === 0))

  t.mock.timers.enable({ apis: ['setInterval'] })
  const held = open(browser, { spaceId }, { 'Content-Length': 1_000_000 })
  held.sending.write(Buffer.alloc(300_000))
  await until('it is being received', async () => (await countStaged(world)) === 1)
  await world.setStakeholder(client, olivia, 'archived')
  t.mock.timers.tick(2000)
  assert.equal(JSON.parse((await held.answer).text).code, 'not_found')
  held.sending.destroy()
  t.mock.timers.reset()
  await world.setStakeholder(client, olivia)
  assert.deepEqual(await left(world), [0, 0, 0, 0])

  const { origin } = await startAppProcess(t, world, { maxFile: 1000 })
  await refused(put(browser.at(origin), 'x', { spaceId }, randomBytes(3_000_000)), 'disk_full')
  assert.deepEqual(await left(world), [0, 0, 0, 0])
})

test('whoever sees the place no more in the moment in which a file is added adds nothing, and no bytes are lost', async (t) => {
  const { world, olivia, client, browser, spaceId } = await enter(t)
  const { db } = world
  await sql`create function leave() returns trigger language plpgsql as $$ begin
    update stakeholder set status = 'archived', ended_at = now() where space_id = new.space_id;
    return null; end $$`.execute(db)
  await sql`create trigger leaves after insert on item for each row execute function leave()`.execute(db)
  await refused(put(browser, 'x.txt', { spaceId }, 'abc'), 'not_found')
  assert.deepEqual(await left(world), [0, 0, 0, 0])

  const path = await begin(browser, 3, { spaceId })
  await refused(patch(browser, path, 0, 'abc'), 'not_found')
  assert.equal(await countItems(world), 0)
  await sql`drop trigger leaves on item`.execute(db)
  await world.setStakeholder(client, olivia)
  const { item } = await head(browser, path)
  assert.equal((await download(browser, item ?? '')).toString(), 'abc')
})

test('those whose connection broke before their bytes were looked at hold no place', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  await world.db.transaction().execute(async (trx) => {
    await sql`lock table upload in exclusive mode`.execute(trx)
    const begun = Array.from({ length: 20 }, () => open(browser, { spaceId }, { 'Content-Length': 1000 }))
    for (const { sending } of begun) sending.write('x')
    await until('they wait', async () => {
      const { rows } = await sql`select from pg_locks
        where not granted and database = (select oid from pg_database where datname = current_database())`.execute(
        world.db,
      )
      return rows.length > 0
    })
    for (const { sending } of begun) sending.destroy()
    // Its server has heard of it by then.
    for (let i = 0; i < 10; i++) await browser.fetch('/healthz')
  })
  await until('others are let in', async () => (await put(browser, 'y', { spaceId }, 'y')).status === 201)
  await until('nothing is left', async () => (await reservations(world)) === 0)
  assert.equal(await countStaged(world), 0)
})

test('of one whose server is killed, what was reserved is given back by another', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const server = await startAppProcess(t, world)
  const sent = open(browser.at(server.origin), { spaceId }, { 'Content-Length': 1_000_000 })
  sent.sending.write(Buffer.alloc(300_000))
  await until('it is being received', async () => (await countStaged(world)) === 1)
  const expire = async () => {
    await world.services.jobs.add(world.db, 'expire-uploads', {})
    await world.runJobs()
  }
  await expire()
  assert.equal(await reservations(world), 1, 'it is held')
  await server.kill()
  // As if its time had run out.
  await world.db
    .updateTable('upload')
    .set({ held_until: new Date(Date.now() - 1000) })
    .execute()
  await expire()
  assert.deepEqual(await left(world), [0, 0, 0, 0])
})

test('curl -T sends a file under its own name', {
  skip: CURL ? false : 'there is no curl on this machine',
}, async (t) => {
  const { browser, spaceId } = await enter(t)
  const path = join(await makeTempFolder(), 'Été, week 1.pdf')
  await writeFile(path, '%PDF-1.7\n')
  const url = `${browser.origin}/api/files/?spaceId=${spaceId}`
  const { stdout } = await run('curl', ['--fail', '-sS', '-b', browser.cookie, '-T', path, url])
  assert.deepEqual(
    [(JSON.parse(stdout) as Item).name, (JSON.parse(stdout) as Item).type],
    ['Été, week 1.pdf', 'application/pdf'],
  )
})

test('a field that is said twice, or a name that nobody can read, is refused', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  for (const address of [
    `/api/files/x?spaceId=${spaceId}&level=me&level=everybody`,
    `/api/files/%FF?spaceId=${spaceId}`,
    `/api/files/100%25%FF?spaceId=${spaceId}`,
    `/api/files/%ED%A0%80?spaceId=${spaceId}`,
    `/api/files/%u0041?spaceId=${spaceId}`,
  ]) {
    const answer = await browser.fetch(address, { method: 'PUT', body: 'x' })
    assert.equal((await readProblem(answer)).code, 'bad_request', address)
  }
  assert.equal(await countItems(world), 0)
})

test('a column that the next version adds stops nobody who still runs this one', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  // Enough for every connection to have its plans.
  const some = async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => put(browser, 'x', { spaceId }, 'x').then(({ status }) => status)),
    )
    assert.deepEqual(new Set(answers), new Set([201]))
  }
  await some()
  for (const table of ['upload', 'item', 'blob', 'preview', 'session', 'viewing'])
    await sql`alter table ${sql.table(table)} add column later integer`.execute(world.db)
  await some()
  const { items } = await browser.api.files.listItems({ spaceId })
  for (const { id } of items) assert.equal((await browser.fetch(`/api/items/${id}/content`)).status, 200)
})
