import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Item } from '../../core/api/shapes.ts'
import { until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import type { Browser, World } from '../world.ts'
import { startAppProcess } from './app-process.ts'
import { CURL, openRequest, run } from './by-hand.ts'
import { countAddedEntries, countItems, countStaged, download, enter, refused, sha256 } from './tus.ts'

type Told = { files: { name: string; item?: Item; problem?: { code: string } }[] }

function formOf(files: Record<string, string | Uint8Array<ArrayBuffer>>): FormData {
  const form = new FormData()
  for (const [name, bytes] of Object.entries(files)) form.append('file', new File([bytes], name))
  return form
}

function send(
  browser: Browser,
  place: Record<string, string>,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<Response> {
  return browser.fetch(`/api/files?${new URLSearchParams(place)}`, { method: 'POST', body, headers })
}

async function toldOf(sent: Promise<Response>): Promise<[number, [string, string | undefined][]]> {
  const answer = await sent
  const { files } = (await answer.json()) as Told
  return [answer.status, files.map(({ name, item, problem }) => [name, item ? 'added' : problem?.code])]
}

/** A form whose sender decides itself what it sends, and when. */
function open(browser: Browser, place: Record<string, string>, headers: Record<string, string>) {
  return openRequest(browser, 'POST', `/api/files?${new URLSearchParams(place)}`, headers)
}

const TYPE = 'multipart/form-data; boundary=b'
const part = (name: string | Buffer, bytes: string) =>
  Buffer.concat([
    Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="'),
    Buffer.from(name),
    Buffer.from(`"\r\n\r\n${bytes}\r\n`),
  ])

const left = async (world: World) => {
  const uploads = await world.db.selectFrom('upload').select('id').execute()
  return [await countItems(world), uploads.length, await countStaged(world)]
}

test('the files of a form are added together: each durable, placed, named and found out as one alone', async (t) => {
  const { world, browser, client, olivia, spaceId } = await enter(t)
  const { id: parentId } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'f' })
  const bytes = randomBytes(300_000)
  const answer = await send(
    browser,
    { spaceId, parentId, level: 'everybody' },
    formOf({ 'Été "1" 100%.bin': bytes, 'page.pdf': '<!doctype html><script>1</script>', 'c.txt': 'c' }),
  )
  assert.equal(answer.status, 201)
  const { files } = (await answer.json()) as Told
  assert.deepEqual(
    files.map(({ name }) => name),
    ['Été "1" 100%.bin', 'page.pdf', 'c.txt'],
  )
  const [first, page] = files.map(({ item }) => item ?? assert.fail())
  assert.ok(first && page)
  assert.deepEqual(first, await browser.api.files.readItem({ itemId: first.id }))
  assert.deepEqual(
    [first.name, first.size, first.parentId, first.level, first.owner?.you],
    ['Été "1" 100%.bin', 300_000, parentId, 'everybody', true],
  )
  assert.equal(sha256(await download(browser, first.id)), sha256(bytes))
  assert.equal(page.type, 'text/plain', 'the type is found in the bytes')
  const hashes = await world.db.selectFrom('blob').select('sha256').execute()
  assert.ok(hashes.some(({ sha256: stored }) => stored.toString('hex') === sha256(bytes)))

  const itself = await world.signIn(client)
  const [status, told] = await toldOf(send(itself, { audience: olivia.id }, formOf({ photo: 'photo' })))
  assert.deepEqual([status, told], [201, [['photo', 'added']]])
  assert.equal(await countAddedEntries(world), 4)
  assert.deepEqual((await left(world)).slice(1), [0, 0])
})

test('of a form, what can’t be added is refused by itself, and the rest is added', async (t) => {
  const { world, company, browser, spaceId } = await enter(t)
  const mixed = formOf({ 'a.txt': 'a', 'empty.txt': '', 'a/b': 'x', ' ': 'x', 'z.txt': 'z' })
  assert.deepEqual(await toldOf(send(browser, { spaceId }, mixed)), [
    207,
    [
      ['a.txt', 'added'],
      ['empty.txt', 'empty_file'],
      ['a/b', 'name_characters'],
      ['', 'name_empty'],
      ['z.txt', 'added'],
    ],
  ])
  assert.deepEqual(await left(world), [2, 0, 0])

  const used = { quota_bytes: 102 }
  await world.db.updateTable('company').set(used).where('id', '=', company.id).execute()
  const full = await toldOf(send(browser, { spaceId }, formOf({ a: 'x'.repeat(60), b: 'x'.repeat(60) })))
  assert.deepEqual(full[1].map(([, what]) => what).sort(), ['added', 'quota_full'])
  assert.deepEqual(await left(world), [3, 0, 0])

  await world.db.updateTable('company').set({ quota_bytes: null }).where('id', '=', company.id).execute()
  const { origin } = await startAppProcess(t, world, { maxFile: 1000 })
  const large = formOf({ 'small.txt': 'x', 'large.bin': randomBytes(2_000_000) })
  assert.deepEqual(await toldOf(send(browser.at(origin), { spaceId }, large)), [
    207,
    [
      ['small.txt', 'added'],
      ['large.bin', 'disk_full'],
    ],
  ])
  assert.deepEqual(await left(world), [4, 0, 0])
})

test('a form that as a whole can’t be taken adds nothing, and is refused before its bytes where that is known', async (t) => {
  const { world, company, browser, spaceId, client } = await enter(t)
  const reader = await world.addProfessional(company, 'read_only')
  await world.setStakeholder(client, reader)
  const other = await world.addClient(company)
  const one = () => formOf({ x: 'x' })
  await refused(send(world.visitor(), { spaceId }, one()), 'not_signed_in')
  await refused(send(browser, { spaceId }, one(), { Origin: 'https://evil.test' }), 'wrong_origin')
  await refused(send(browser, { spaceId: other.spaceId }, one()), 'not_found')
  await refused(send(browser, { spaceId, parentId: randomUUID() }, one()), 'not_found')
  await refused(send(await world.signIn(reader), { spaceId }, one()), 'read_only')
  await refused(send(await world.signIn(client), { level: 'me' }, one()), 'bad_request')
  for (const field of ['ownerId', 'companyId', 'size', 'type', 'filename', 'key', 'protected'])
    await refused(send(browser, { spaceId, [field]: 'x' }, one()), 'unknown_field')
  for (const header of ['Content-Range', 'Content-Encoding', 'Content-Digest', 'Repr-Digest'])
    await refused(send(browser, { spaceId }, one(), { [header]: 'x' }), 'bad_request')

  const withText = one()
  withText.append('level', 'everybody')
  await refused(send(browser, { spaceId }, withText), 'unknown_field')
  await refused(send(browser, { spaceId }, new FormData()), 'bad_request')
  const many = formOf(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`${i}.txt`, 'x'])))
  await refused(send(browser, { spaceId }, many), 'bad_request')
  await refused(send(browser, { spaceId }, JSON.stringify({})), 'bad_request')
  const end = Buffer.from('--b--\r\n')
  for (const malformed of [
    part('x', 'x'),
    end,
    Buffer.concat([part(Buffer.from('\xe9t\xe9.txt', 'latin1'), 'x'), end]),
    Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="x"'), end]),
  ])
    await refused(send(browser, { spaceId }, malformed, { 'Content-Type': TYPE }), 'bad_request')
  const say = (disposition: string, ...more: string[]) =>
    Buffer.from(
      [
        '--b',
        `Content-Disposition: form-data; name="file"; ${disposition}`,
        ...more,
        '',
        'x',
        '--b--',
        '',
      ].join('\r\n'),
    )
  for (const misread of [
    say('filename="a\\b.txt"'),
    say("filename*=UTF-8''%C3%A9"),
    say('filename="x"; filename*=unknown\'\'x'),
    say('filename="x"', 'Content-Transfer-Encoding: base64'),
    say('filename="x"', 'Content-Encoding: gzip'),
  ])
    await refused(send(browser, { spaceId }, misread, { 'Content-Type': TYPE }), 'bad_request')
  const mixed = { 'Content-Type': 'multipart/mixed; boundary=b' }
  await refused(send(browser, { spaceId }, Buffer.concat([part('x', 'x'), end]), mixed), 'bad_request')
  await refused(send(browser, { spaceId }, formOf({ x: randomBytes(4 * 1024 ** 2) })), 'too_large')
  assert.deepEqual(await left(world), [0, 0, 0])

  const ask = { Expect: '100-continue', 'Content-Type': TYPE, 'Content-Length': '100' }
  for (const [place, headers, code] of [
    [{ spaceId: other.spaceId }, ask, 'not_found'],
    [{ spaceId }, { ...ask, 'Content-Type': 'text/plain' }, 'bad_request'],
    [{ spaceId }, { ...ask, 'Content-Length': '5000000' }, 'too_large'],
  ] as const) {
    const form = open(browser, place, headers)
    form.sending.on('continue', () => assert.fail('no bytes are wanted'))
    form.sending.flushHeaders()
    assert.equal(JSON.parse((await form.answer).text).code, code)
  }

  const held = await Promise.all(Array.from({ length: 4 }, () => welcomed(browser, spaceId)))
  await refused(send(browser, { spaceId }, one()), 'too_many_uploads')
  for (const form of held) form.sending.end(end)
  for (const form of held) assert.equal((await form.answer).status, 400)
})

/** A form whose place is granted, and whose sender was told to go on. */
async function welcomed(browser: Browser, spaceId: string) {
  const headers = { 'Content-Type': TYPE, 'Transfer-Encoding': 'chunked', Expect: '100-continue' }
  const form = open(browser, { spaceId }, headers)
  const welcome = new Promise((resolve) => form.sending.on('continue', resolve))
  form.sending.flushHeaders()
  await welcome
  return form
}

test('of a form that is cut off, or whose sender may no more by its end, nothing is added', async (t) => {
  const { world, olivia, client, browser, spaceId } = await enter(t)
  const begin = async () => {
    const form = await welcomed(browser, spaceId)
    form.sending.write(part('a.txt', 'a'))
    return form
  }
  const cut = await begin()
  cut.sending.write('--b\r\nContent-Disposition: form-data; name="file"; filename="b.txt"\r\n\r\nbb')
  cut.sending.destroy()

  const late = await begin()
  await world.setStakeholder(client, olivia, 'archived')
  late.sending.end('--b--\r\n')
  const { status, text } = await late.answer
  assert.deepEqual([status, (JSON.parse(text) as Told).files[0]?.problem?.code], [207, 'not_found'])
  await world.setStakeholder(client, olivia)

  const other = await world.signIn(olivia)
  const signedOut = await welcomed(other, spaceId)
  signedOut.sending.write(part('a.txt', 'a'))
  await other.api.security.signOut()
  // As if it had come for three seconds.
  const before = performance.now.bind(performance)
  const clock = t.mock.method(performance, 'now', () => before() + 3000)
  signedOut.sending.end('--b--\r\n')
  const { text: refusal } = await signedOut.answer
  clock.mock.restore()
  assert.equal((JSON.parse(refusal) as Told).files[0]?.problem?.code, 'not_signed_in')

  const whole = await begin()
  for (const byte of part('tiny.txt', 'piece by piece')) whole.sending.write(Buffer.of(byte))
  whole.sending.end('--b--\r\n')
  assert.equal((await whole.answer).status, 201)
  await until('nothing else is there', async () => String(await left(world)) === '2,0,0')
})

test('forms at once never take more room than there is', async (t) => {
  const { world, company, browser, spaceId } = await enter(t)
  await world.db.updateTable('company').set({ quota_bytes: 300 }).where('id', '=', company.id).execute()
  const five = () => formOf(Object.fromEntries([0, 1, 2, 3, 4].map((i) => [`${i}`, 'x'.repeat(30)])))
  const told = await Promise.all(Array.from({ length: 4 }, () => toldOf(send(browser, { spaceId }, five()))))
  const outcomes = told.flatMap(([, files]) => files.map(([, what]) => what))
  assert.equal(outcomes.filter((what) => what === 'added').length, 10)
  assert.equal(outcomes.filter((what) => what === 'quota_full').length, 10)
  assert.deepEqual(await left(world), [10, 0, 0])
})

test('curl -F sends several files under their own names', {
  skip: CURL ? false : 'there is no curl on this machine',
}, async (t) => {
  const { browser, spaceId } = await enter(t)
  const folder = await makeTempFolder()
  const paths = ['Été, week 1.pdf', 'b.txt'].map((name) => join(folder, name))
  for (const path of paths) await writeFile(path, '%PDF-1.7\n')
  const fields = paths.flatMap((path) => ['-F', `file=@"${path}"`])
  const url = `${browser.origin}/api/files?spaceId=${spaceId}`
  const { stdout } = await run('curl', ['--fail', '-sS', '-b', browser.cookie, ...fields, url])
  assert.deepEqual(
    (JSON.parse(stdout) as Told).files.map(({ item }) => item?.name),
    ['Été, week 1.pdf', 'b.txt'],
  )
})
