import assert from 'node:assert/strict'
import { rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import sharp from 'sharp'
import { nameOf } from '../../server/blobs/blobs.ts'
import { type Browser, createWorld, readProblem } from '../world.ts'

async function enter(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const olivia = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, olivia)
  return { world, company, client, spaceId: client.spaceId, browser: await world.signIn(olivia) }
}

const download = (browser: Browser, ids: string[]) => browser.fetch(`/api/zip?ids=${ids.join(',')}`)

/** Names and bytes, by the central directory of a ZIP whose entries are stored as they are. */
async function unzip(answer: Response): Promise<Record<string, string>> {
  assert.equal(answer.status, 200)
  const zip = Buffer.from(await answer.arrayBuffer())
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  assert.ok(end >= 0, 'the ZIP is whole')
  const found: Record<string, string> = {}
  let at = zip.readUInt32LE(end + 16)
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      zip.readUInt16LE(at + offset),
    )
    const name = zip.subarray(at + 46, at + 46 + (nameLength ?? 0)).toString()
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    assert.equal(zip.readUInt16LE(at + 10), 0, 'stored')
    assert.equal(found[name], undefined, `${name} once only`)
    found[name] = zip.subarray(start, start + zip.readUInt32LE(at + 24)).toString('latin1')
    at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0)
  }
  return found
}

test('files and folders come as one ZIP, with names that every system takes', async (t) => {
  const { browser, spaceId } = await enter(t)
  const folder = (name: string, parentId: string | null) =>
    browser.api.files.createFolder({ spaceId, parentId, name })
  const file = (name: string, parentId: string | null, bytes = name) =>
    browser.upload(bytes, { spaceId, name, ...(parentId && { parentId }) })
  const plan = await folder('Plan: été', null)
  const inner = await folder('Week 1', plan.id)
  await folder('Empty', inner.id)
  await file('Notes.txt', plan.id, 'one')
  await file('notes.TXT', plan.id, 'two')
  for (const name of ['con.txt', 'LPT¹ .a.txt', 'conin$', 'console.txt']) await file(name, inner.id)
  await file('What? "Now" <1>|2*.txt', inner.id, 'odd')
  const loose = await file('Notes.txt', null, 'loose')
  const answer = await download(browser, [plan.id, loose.id, inner.id])
  assert.equal(answer.headers.get('Content-Type'), 'application/zip')
  assert.match(
    answer.headers.get('Content-Disposition') ?? '',
    /^attachment; filename=\d{4}-\d\d-\d\d\.zip$|"\d/,
  )
  assert.deepEqual(await unzip(answer), {
    'Plan_ été/': '',
    'Plan_ été/Week 1/': '',
    'Plan_ été/Week 1/Empty/': '',
    'Plan_ été/notes.TXT': 'two',
    'Plan_ été/Notes (2).txt': 'one',
    'Plan_ été/Week 1/_con.txt': 'con.txt',
    'Plan_ été/Week 1/_LPT¹ .a.txt': 'LPT¹ .a.txt'.replace('¹', '\xc2\xb9'),
    'Plan_ été/Week 1/_conin$': 'conin$',
    'Plan_ été/Week 1/console.txt': 'console.txt',
    'Plan_ été/Week 1/What_ _Now_ _1__2_.txt': 'odd',
    'Notes.txt': 'loose',
  })
  const alone = await download(browser, [inner.id])
  assert.match(alone.headers.get('Content-Disposition') ?? '', /Week 1\.zip/)
  assert.equal(Object.keys(await unzip(alone)).length, 7)
})

test('a ZIP holds what its reader sees, and asking for more is asking for the unknown', async (t) => {
  const { world, company, client, browser, spaceId } = await enter(t)
  const colleague = await world.addProfessional(company)
  await world.setStakeholder(client, colleague)
  const other = await world.signIn(colleague)
  const patient = await world.signIn(client)
  const { id } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'Folder' })
  const file = (name: string, level: 'me' | 'company' | 'everybody') =>
    browser.upload(name, { spaceId, parentId: id, name, level })
  const hidden = await file('Hidden.txt', 'me')
  await file('Colleagues.txt', 'company')
  await file('All.txt', 'everybody')
  const names = async (reader: Browser) => Object.keys(await unzip(await download(reader, [id])))
  assert.deepEqual(await names(browser), [
    'Folder/',
    'Folder/All.txt',
    'Folder/Colleagues.txt',
    'Folder/Hidden.txt',
  ])
  assert.deepEqual(await names(other), ['Folder/', 'Folder/All.txt', 'Folder/Colleagues.txt'])
  assert.deepEqual(await names(patient), ['Folder/', 'Folder/All.txt'])
  for (const ids of [[hidden.id], [id, hidden.id], [crypto.randomUUID()], ['x'], []]) {
    const refused = await download(patient, ids)
    assert.deepEqual([refused.status, (await readProblem(refused)).code], [404, 'not_found'])
  }
  const many = await download(
    browser,
    Array.from({ length: 201 }, () => crypto.randomUUID()),
  )
  assert.equal(many.status, 400)
})

test('images of others come without what they tell; one that can’t is listed as missing', async (t) => {
  const { world, client, browser, spaceId } = await enter(t)
  const photo = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
    .withExif({ IFD0: { Make: 'Camera' } })
    .jpeg()
    .toBuffer()
  const { id } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'Photos' })
  const add = (name: string, bytes: Buffer) =>
    browser.upload(bytes, { spaceId, parentId: id, name, level: 'everybody' })
  await add('Knee.jpg', photo)
  await add('Half.jpg', photo.subarray(0, photo.length - 40))
  const mine = await unzip(await download(browser, [id]))
  assert.ok(mine['Photos/Knee.jpg']?.includes('Camera') && mine['Photos/Half.jpg'])
  const theirs = await unzip(await download(await world.signIn(client), [id]))
  assert.deepEqual(Object.keys(theirs), ['Photos/', 'Photos/Knee.jpg', '_missing.txt'])
  assert.ok(!theirs['Photos/Knee.jpg']?.includes('Camera'))
  assert.equal(theirs['_missing.txt'], 'Photos/Half.jpg\r\n')
})

test('a file whose bytes are lost or damaged costs a ZIP nothing but itself', async (t) => {
  const { world, client, browser, spaceId } = await enter(t)
  const { id } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'All' })
  const add = (name: string, bytes: Buffer | string) =>
    browser.upload(bytes, { spaceId, parentId: id, name, level: 'everybody' })
  const stored = async (item: string, from: 'blob' | 'shared' = 'blob') => {
    const { rows } = await sql<{ key: string }>`
      select ${from === 'blob' ? sql`b.key` : sql`p.key`} from item i join blob b on b.id = i.blob_id
      left join preview p on p.blob_id = b.id and p.variant = 'shared' where i.id = ${item}`.execute(world.db)
    return join(world.dataDir, 'blobs', nameOf(rows[0]?.key ?? ''))
  }
  const photo = sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
  const knee = await add('knee.jpg', await photo.jpeg().toBuffer())
  await download(await world.signIn(client), [id]).then(unzip)
  await rm(await stored(knee.id, 'shared'))
  await rm(await stored((await add('small', 'small')).id))
  await rm(await stored((await add('large', Buffer.alloc(600_000))).id))
  await writeFile(await stored((await add('damaged', 'damaged')).id), 'other bytes, of another length')
  const cut = await add('cut', Buffer.alloc(600_000))
  // After whole pieces: each of them opens.
  await truncate(await stored(cut.id), 4 * (65_536 + 28))
  for (const Range of ['bytes=100-599999', 'bytes=599990-', 'bytes=0-9'])
    assert.equal(
      (await browser.fetch(`/api/items/${cut.id}/content`, { headers: { Range } })).status,
      Range.endsWith('=0-9') ? 206 : 410,
      Range,
    )
  assert.equal((await browser.fetch(`/api/items/${cut.id}/content`)).status, 410)
  await add('whole', 'whole')
  const found = await unzip(await download(await world.signIn(client), [id]))
  assert.deepEqual(Object.keys(found), ['All/', 'All/knee.jpg', 'All/whole', '_missing.txt'])
  assert.equal(found['All/whole'], 'whole')
  assert.deepEqual(found['_missing.txt']?.trim().split('\r\n').sort(), [
    'All/cut',
    'All/damaged',
    'All/large',
    'All/small',
  ])
})

test('a thousand files come in one, and more than twenty thousand are refused', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const { id: folderId } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'Many' })
  const one = await browser.upload('x', { spaceId, parentId: folderId, name: 'Same.txt' })
  const copy = (count: number) =>
    sql`insert into item (space_id, parent_id, kind, name, owner_professional_id, company_id, branch_id, level, blob_id)
      select space_id, parent_id, kind, name, owner_professional_id, company_id, branch_id, level, blob_id
      from item, generate_series(1, ${count}) where id = ${one.id}::uuid`.execute(world.db)
  await copy(999)
  const names = Object.keys(await unzip(await download(browser, [folderId])))
  assert.equal(names.length, 1001)
  assert.ok(names.includes('Many/Same (1000).txt'))
  await copy(19_001)
  const refused = await download(browser, [folderId])
  assert.deepEqual([refused.status, (await readProblem(refused)).code], [413, 'zip_too_large'])
})

test('a ZIP breaks off once its reader may have it no more', async (t) => {
  const { world, client, browser, spaceId } = await enter(t)
  const { id } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'Big' })
  for (const name of ['1.bin', '2.bin', '3.bin']) {
    await browser.upload(Buffer.alloc(24 * 1024 * 1024, 1), {
      spaceId,
      parentId: id,
      name,
      level: 'everybody',
    })
  }
  const patient = await world.signIn(client)
  const answer = await download(patient, [id])
  assert.ok(answer.body)
  const reader = answer.body.getReader()
  await reader.read()
  await sql`update client set access_ended_at = now() where id = ${client.id}::uuid`.execute(world.db)
  world.pass({ seconds: 3 })
  await assert.rejects(async () => {
    for (let done = false; !done; ) ({ done } = await reader.read())
  })
})

test('what is hidden while a ZIP is read is not in it any more', async (t) => {
  const { world, client, browser, spaceId } = await enter(t)
  const { id } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'Two' })
  const add = (name: string, bytes: Buffer | string) =>
    browser.upload(bytes, { spaceId, parentId: id, name, level: 'everybody' })
  await add('1.bin', Buffer.alloc(24 * 1024 * 1024, 1))
  const second = await add('2.txt', 'two')
  const answer = await download(await world.signIn(client), [id])
  await browser.api.files.changeLevel({ ids: [second.id], level: 'me' })
  world.pass({ seconds: 3 })
  const found = await unzip(answer)
  assert.deepEqual(Object.keys(found), ['Two/', 'Two/1.bin', '_missing.txt'])
})

test('ZIPs under way are bounded for each person; one that nobody reads ends', async (t) => {
  const { browser, spaceId } = await enter(t)
  const { id } = await browser.upload(Buffer.alloc(24 * 1024 * 1024, 1), { spaceId, name: '1.bin' })
  const answers: Response[] = []
  for (let count = 0; count < 10; count++) {
    assert.equal((await browser.fetch(`/api/zip?ids=${id}`, { method: 'HEAD' })).status, 200)
    answers.push(await download(browser, [id]))
  }
  const refused = await download(browser, [id])
  assert.deepEqual([refused.status, (await readProblem(refused)).code], [429, 'too_many_requests'])
  const [first, ...rest] = answers
  assert.ok(first)
  await unzip(first)
  assert.equal((await browser.fetch(`/api/zip?ids=${id}`, { method: 'HEAD' })).status, 200)
  for (const { body } of rest) await body?.cancel()
})

test('of one photo in many places, what stands for it is made once', async (t) => {
  const { world, company, client, spaceId, browser } = await enter(t)
  const paul = await world.addProfessional(company)
  await world.setStakeholder(client, paul)
  const photo = await sharp({ create: { width: 60, height: 40, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer()
  const hers = await world.signIn(paul)
  const { id } = await hers.upload(photo, { spaceId, level: 'everybody', name: 'p.jpg' })
  // As copies from a library would be.
  const { rows } = await sql<{ id: string }>`
    insert into item (space_id, kind, name, level, owner_professional_id, company_id, branch_id, blob_id, of_another)
    select space_id, 'file', n || '.jpg', level, owner_professional_id, company_id, branch_id, blob_id, true
    from item, generate_series(1, 5) n where id = ${id}::uuid returning id`.execute(world.db)
  const count = async () => {
    let blobs = 0
    for await (const _ of world.services.store.list()) blobs++
    return blobs
  }
  const before = await count()
  const found = await unzip(await download(browser, [id, ...rows.map((row) => row.id)]))
  assert.deepEqual(Object.keys(found).toSorted(), ['1.jpg', '2.jpg', '3.jpg', '4.jpg', '5.jpg', 'p.jpg'])
  assert.equal((await count()) - before, 1)
})
