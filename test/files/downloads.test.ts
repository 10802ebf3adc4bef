import assert from 'node:assert/strict'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { parse } from 'content-disposition'
import sharp from 'sharp'
import { until } from '../process.ts'
import { type Browser, createWorld, readProblem, UNKNOWN } from '../world.ts'
import { startAppProcess } from './app-process.ts'

async function enter(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const olivia = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, olivia)
  return { world, company, olivia, client, spaceId: client.spaceId, browser: await world.signIn(olivia) }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

function content(browser: Browser, itemId: string, headers: Record<string, string> = {}, method = 'GET') {
  return browser.fetch(`/api/items/${itemId}/content`, { method, headers })
}

test('a file comes whole, harmless, and named as it was', async (t) => {
  const { browser, spaceId } = await enter(t)
  const names = [
    'plan.txt',
    'Été à Montréal.txt',
    `a "quoted" 'name'; x=1.txt`,
    '😀 100% %22.txt',
    `${'é'.repeat(251)}.txt`,
    '日本語.txt',
    'no ending',
    '%41%zz;=,.txt',
    "it's*all (fine)~.txt",
    '.hidden',
    'con.txt',
    'archive.tar.gz...',
    'a\u200f\u05d0.txt',
    '😀'.repeat(255),
  ]
  for (const name of names) {
    const item = await browser.upload(LETTERS, { spaceId, name })
    const answer = await content(browser, item.id)
    assert.equal(await answer.text(), LETTERS)
    const { headers } = answer
    const disposition = headers.get('Content-Disposition') ?? ''
    const { type, parameters } = parse(disposition)
    assert.deepEqual([type, parameters.filename], ['attachment', name])
    assert.doesNotMatch(disposition, /[^\x20-\x7e]/)
    assert.equal(headers.get('Content-Length'), '26')
    assert.equal(headers.get('Content-Security-Policy'), "default-src 'none'; sandbox")
    assert.equal(headers.get('Cross-Origin-Resource-Policy'), 'same-origin')
    assert.equal(headers.get('X-Content-Type-Options'), 'nosniff')
    assert.equal(headers.get('Cache-Control'), 'private, no-cache')
    assert.equal(headers.get('Accept-Ranges'), 'bytes')
  }
})

test('only what runs nothing is shown by the browser itself', async (t) => {
  const { browser, spaceId } = await enter(t)
  const image = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
    .png()
    .toBuffer()
  const files: [name: string, bytes: string | Buffer, disposition: string, type: string][] = [
    ['a.txt', 'text', 'inline', 'text/plain; charset=utf-8'],
    ['a.pdf', '%PDF-1.7\n%âãÏÓ\n', 'inline', 'application/pdf'],
    ['a.html', '<!doctype html><script>alert(1)</script>', 'inline', 'text/plain; charset=utf-8'],
    [
      'a.svg',
      '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
      'inline',
      'text/plain; charset=utf-8',
    ],
    ['a.png', image, 'attachment', 'image/png'],
    ['a.zip', Buffer.from('504b0304140000000000', 'hex'), 'attachment', 'application/zip'],
    ['a.txt', Buffer.from([0, 1, 2, 255]), 'attachment', 'application/octet-stream'],
  ]
  for (const [name, bytes, disposition, type] of files) {
    const { id } = await browser.upload(bytes, { spaceId, name })
    const { headers } = await browser.fetch(`/api/items/${id}/content?inline`)
    assert.equal(headers.get('Content-Disposition')?.split(';')[0], disposition, name)
    assert.equal(headers.get('Content-Type'), type, name)
    assert.equal(headers.get('Content-Security-Policy'), "default-src 'none'; sandbox")
    const saved = await content(browser, id)
    assert.match(saved.headers.get('Content-Disposition') ?? '', /^attachment/)
  }
})

test('parts of a file, as players and resumed downloads ask for them', async (t) => {
  const { browser, spaceId } = await enter(t)
  const { id } = await browser.upload(LETTERS, { spaceId })
  const etag = (await content(browser, id)).headers.get('ETag') ?? ''
  const parts: [range: string, status: number, text: string, contentRange: string | null][] = [
    ['bytes=0-0', 206, 'a', 'bytes 0-0/26'],
    ['bytes=3-5', 206, 'def', 'bytes 3-5/26'],
    ['bytes=24-', 206, 'yz', 'bytes 24-25/26'],
    ['bytes=-3', 206, 'xyz', 'bytes 23-25/26'],
    ['bytes=-100', 206, LETTERS, 'bytes 0-25/26'],
    ['bytes=20-1000', 206, 'uvwxyz', 'bytes 20-25/26'],
    ['bytes=0-', 206, LETTERS, 'bytes 0-25/26'],
    ['Bytes=0-0', 206, 'a', 'bytes 0-0/26'],
    ['bytes=5-3', 200, LETTERS, null],
    ['bytes=', 200, LETTERS, null],
    ['bytes=-', 200, LETTERS, null],
    ['bytes=a-b', 200, LETTERS, null],
    ['items=0-1', 200, LETTERS, null],
    ['bytes=0-1,3-4', 200, LETTERS, null],
  ]
  for (const [range, status, text, contentRange] of parts) {
    const answer = await content(browser, id, { Range: range })
    assert.equal(answer.status, status, range)
    assert.equal(await answer.text(), text, range)
    assert.equal(answer.headers.get('Content-Range'), contentRange, range)
    assert.equal(answer.headers.get('Content-Length'), String(text.length), range)
  }
  for (const range of ['bytes=26-', 'bytes=100-200', 'bytes=-0', 'bytes=99999999999999999999-']) {
    const answer = await content(browser, id, { Range: range })
    assert.equal(answer.status, 416, range)
    assert.equal(answer.headers.get('Content-Range'), 'bytes */26')
    assert.equal((await readProblem(answer)).code, 'range_unsatisfiable')
  }
  const same = await content(browser, id, { Range: 'bytes=0-1', 'If-Range': etag })
  assert.equal(same.status, 206)
  for (const other of ['"other"', `W/${etag}`, new Date().toUTCString()]) {
    assert.equal((await content(browser, id, { Range: 'bytes=0-1', 'If-Range': other })).status, 200, other)
  }
  const head = await content(browser, id, { Range: 'bytes=0-1' }, 'HEAD')
  assert.deepEqual([head.status, head.headers.get('Content-Length')], [200, '26'])
})

test('what a browser has already is not sent again, and its tag tells nothing of the bytes', async (t) => {
  const { browser, spaceId } = await enter(t)
  const one = await browser.upload(LETTERS, { spaceId })
  const two = await browser.upload(LETTERS, { spaceId })
  const etag = (await content(browser, one.id)).headers.get('ETag') ?? ''
  assert.match(etag, /^"[^"]+"$/)
  assert.notEqual((await content(browser, two.id)).headers.get('ETag'), etag)
  for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const answer = await content(browser, one.id, { 'If-None-Match': tag })
    assert.deepEqual([answer.status, await answer.text(), answer.headers.get('ETag')], [304, '', etag])
    assert.equal(answer.headers.get('Cache-Control'), 'private, no-cache')
  }
  assert.equal((await content(browser, one.id, { 'If-None-Match': '"x"' })).status, 200)
  assert.equal((await content(browser, one.id, { 'If-Match': etag })).status, 200)
  for (const tags of ['"x"', '"x", "y"', `W/${etag}`]) {
    assert.equal((await content(browser, one.id, { 'If-Match': tags })).status, 412, tags)
  }
  assert.equal((await content(browser, one.id, { 'If-Match': `"x",${etag}` })).status, 200)
  assert.equal((await content(browser, one.id, { 'If-Match': '*' })).status, 200)
})

test('programs that know dates only are told by the date, to the second', async (t) => {
  const { browser, spaceId } = await enter(t)
  const { id, addedAt } = await browser.upload(LETTERS, { spaceId })
  const first = await content(browser, id)
  const modified = first.headers.get('Last-Modified') ?? ''
  assert.equal(modified, new Date(addedAt).toUTCString())
  const [before, after] = [-1000, 1000].map((ms) => new Date(Date.parse(modified) + ms).toUTCString())
  const cases: [headers: Record<string, string | undefined>, status: number][] = [
    [{ 'If-Modified-Since': modified }, 304],
    [{ 'If-Modified-Since': after }, 304],
    [{ 'If-Modified-Since': before }, 200],
    [{ 'If-Modified-Since': 'yesterday' }, 200],
    [{ 'If-Modified-Since': modified, 'If-None-Match': '"x"' }, 200],
    [{ 'If-Unmodified-Since': modified }, 200],
    [{ 'If-Unmodified-Since': before }, 412],
    [{ 'If-Unmodified-Since': before, 'If-Match': first.headers.get('ETag') ?? '' }, 200],
    [{ Range: 'bytes=0-1', 'If-Range': modified }, 200],
  ]
  for (const [headers, status] of cases) {
    for (const method of ['GET', 'HEAD']) {
      const answer = await content(browser, id, headers as Record<string, string>, method)
      assert.equal(answer.status, status, `${method} ${JSON.stringify(headers)}`)
    }
  }
})

test('downloads under way are bounded for each person; what nobody reads any more counts no more', async (t) => {
  const { world, browser, spaceId, client } = await enter(t)
  const big = { spaceId, level: 'everybody' } as const
  const { id } = await browser.upload(Buffer.alloc(24 * 1024 * 1024, 1), big)
  const other = await world.signIn(client)
  const answers: Response[] = []
  for (let count = 0; count < 40; count++) answers.push(await content(browser, id))
  const refused = await content(browser, id)
  assert.deepEqual([refused.status, (await readProblem(refused)).code], [429, 'too_many_requests'])
  const theirs = await content(other, id)
  assert.equal(theirs.status, 200)
  for (const { body } of [...answers, theirs]) await body?.cancel()
  await until('there is a place again', async () => {
    const { status, body } = await content(browser, id)
    await body?.cancel()
    return status === 200
  })
})

test('access is asked each time, of the browser that has it already too', async (t) => {
  const { world, browser, spaceId, client, olivia } = await enter(t)
  const { id } = await browser.upload(LETTERS, { spaceId })
  const etag = (await content(browser, id)).headers.get('ETag') ?? ''
  const unknown = await (await content(browser, UNKNOWN)).text()
  await world.setStakeholder(client, olivia, 'archived')
  for (const headers of [{}, { 'If-None-Match': etag }, { 'If-None-Match': '*' }, { Range: 'bytes=0-1' }]) {
    const answer = await content(browser, id, headers)
    assert.deepEqual([answer.status, await answer.text()], [404, unknown])
  }
  const itself = await world.signIn(client)
  assert.equal((await content(itself, id)).status, 404)
  await world.setStakeholder(client, olivia)
  await browser.api.files.changeLevel({ ids: [id], level: 'everybody' })
  assert.equal((await content(itself, id)).status, 200)
})

test('a folder has no bytes', async (t) => {
  const { browser, spaceId } = await enter(t)
  const { id } = await browser.api.files.createFolder({ spaceId, parentId: null, name: 'f' })
  assert.equal((await content(browser, id)).status, 404)
  assert.equal((await browser.fetch(`/api/items/${id}/preview/thumb`)).status, 404)
})

test('a reader who leaves in the middle lets go of the file', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const { id } = await browser.upload(Buffer.alloc(50_000_000), { spaceId })
  // What nobody lets go of is closed at last by the garbage collector, which says so.
  const warnings: Error[] = []
  const warn = (warning: Error) => warnings.push(warning)
  process.on('warning', warn)
  t.after(() => process.off('warning', warn))
  const openFiles = async () => {
    const links = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    )
    return links.filter((path) => path.startsWith(world.dataDir)).length
  }
  for (let i = 0; i < 10; i++) {
    await new Promise<void>((left) => {
      const asking = get(`${browser.origin}/api/items/${id}/content`, { headers: { Cookie: browser.cookie } })
      asking.on('error', () => {})
      asking.on('response', (answer) => {
        answer.once('data', () => {
          asking.destroy()
          left()
        })
      })
    })
  }
  await until('every file is closed', async () => (await openFiles()) === 0)
  for (let i = 0; i < 10; i++) await content(browser, id, {}, 'HEAD')
  assert.equal(await openFiles(), 0)
  assert.deepEqual(warnings, [])
})

test('a reader who is slow makes us wait, not hoard', { skip: process.platform !== 'linux' }, async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const size = 200_000_000
  const { id } = await browser.upload(Buffer.alloc(size), { spaceId })
  const server = await startAppProcess(t, world)
  const there = browser.at(server.origin)
  const read = async () => {
    let bytes = 0
    for await (const chunk of (await content(there, id)).body ?? []) bytes += chunk.length
    return bytes
  }
  assert.equal(await read(), size)
  const before = await server.peak()
  const asking = get(`${server.origin}/api/items/${id}/content`, { headers: { Cookie: browser.cookie } })
  t.after(() => asking.destroy())
  await new Promise<void>((stalled) => {
    asking.on('response', (answer) => answer.once('readable', stalled))
  })
  // While another reads the whole, one who hoards would have hoarded it.
  assert.equal(await read(), size)
  assert.ok((await server.peak()) - before < size / 2)
})

test('previews: made after an upload, or at once for whoever looks sooner', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const photo = await sharp({ create: { width: 3000, height: 1500, channels: 3, background: 'red' } })
    .withExif({ IFD0: { Make: 'Secret camera' } })
    .jpeg()
    .toBuffer()
  const preview = (id: string, variant: string, headers: Record<string, string> = {}) =>
    browser.fetch(`/api/items/${id}/preview/${variant}`, { headers })

  const soon = await browser.upload(photo, { spaceId, name: 'soon.jpg' })
  const thumb = await preview(soon.id, 'thumb')
  assert.equal(thumb.status, 200)
  assert.equal(thumb.headers.get('Content-Type'), 'image/webp')
  assert.equal(thumb.headers.get('Cache-Control'), 'private, no-cache')
  const bytes = Buffer.from(await thumb.arrayBuffer())
  const { width, exif } = await sharp(bytes).metadata()
  assert.deepEqual([width, exif], [480, undefined])
  assert.equal(bytes.includes('Secret'), false)
  const etag = thumb.headers.get('ETag') ?? ''
  assert.equal((await preview(soon.id, 'thumb', { 'If-None-Match': etag })).status, 304)
  assert.notEqual((await preview(soon.id, 'view')).headers.get('ETag'), etag)

  const later = await browser.upload(photo, { spaceId, name: 'later.jpg' })
  await world.runJobs()
  const rows = await world.db.selectFrom('preview').select(['variant', 'problem']).execute()
  assert.equal(rows.length, 4, 'a thumb and a view of each, made once')
  assert.equal((await browser.api.files.readItem({ itemId: later.id })).preview, 'ready')

  const odd = await browser.upload(Buffer.from([0, 1, 2, 0xff]), { spaceId })
  const broken = await browser.upload(photo.subarray(0, 300), { spaceId, name: 'broken.jpg' })
  for (const id of [odd.id, broken.id, broken.id]) {
    const answer = await preview(id, 'thumb')
    assert.equal((await readProblem(answer)).code, 'no_preview')
  }
  assert.equal((await content(browser, broken.id)).status, 200)
  assert.equal((await preview(soon.id, 'huge')).status, 404)
  assert.equal((await preview(UNKNOWN, 'thumb')).status, 404)
  const stranger = await world.signIn(await world.addProfessional(await world.addCompany()))
  assert.equal((await stranger.fetch(`/api/items/${soon.id}/preview/thumb`)).status, 404)
})

test('many who look at once make one preview', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const photo = await sharp({ create: { width: 800, height: 800, channels: 3, background: 'blue' } })
    .png()
    .toBuffer()
  const { id } = await browser.upload(photo, { spaceId })
  const all = await Promise.all(
    Array.from({ length: 5 }, () => browser.fetch(`/api/items/${id}/preview/thumb`)),
  )
  assert.deepEqual(
    all.map(({ status }) => status),
    [200, 200, 200, 200, 200],
  )
  let blobs = 0
  for await (const _ of world.services.store.list()) blobs++
  assert.equal(blobs, 2, 'the photo and its preview')
})

test('where and with what an image was taken stays with its owner', async (t) => {
  const { world, company, client, spaceId, browser } = await enter(t)
  const colleague = await world.addProfessional(company)
  await world.setStakeholder(client, colleague)
  const other = await world.signIn(colleague)
  const photo = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
    .withExif({ IFD0: { Make: 'Camera' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '45/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  const { id } = await browser.upload(photo, { spaceId, name: 'Knee.jpg', level: 'everybody' })
  assert.ok(Buffer.from(await (await content(browser, id)).arrayBuffer()).equals(photo))

  const answer = await content(other, id)
  assert.notEqual(answer.headers.get('ETag'), (await content(browser, id, {}, 'HEAD')).headers.get('ETag'))
  const shared = Buffer.from(await answer.arrayBuffer())
  assert.equal(answer.headers.get('Content-Length'), String(shared.length))
  assert.ok(!shared.includes('Camera'))
  const { width, height, exif } = await sharp(shared).metadata()
  assert.deepEqual([width, height, exif], [20, 30, undefined])
  const part = await content(other, id, { Range: 'bytes=10-19' })
  assert.ok(Buffer.from(await part.arrayBuffer()).equals(shared.subarray(10, 20)))

  const heic = await readFile(join(import.meta.dirname, '../previews/iphone.heic'))
  const iphone = await browser.upload(heic, { spaceId, name: 'IMG_1.HEIC', level: 'everybody' })
  const converted = await content(other, iphone.id)
  assert.equal(converted.headers.get('Content-Type'), 'image/jpeg')
  assert.equal(parse(converted.headers.get('Content-Disposition') ?? '').parameters.filename, 'IMG_1.jpg')
  await converted.arrayBuffer()

  const broken = await browser.upload(photo.subarray(0, photo.length - 40), {
    spaceId,
    name: 'Half.jpg',
    level: 'everybody',
  })
  const refused = await content(other, broken.id)
  assert.deepEqual([refused.status, (await readProblem(refused)).code], [403, 'image_kept_back'])
  assert.equal((await content(browser, broken.id)).status, 200)
  const knows = await other.fetch(`/api/items/${id}/preview/shared`)
  assert.equal(knows.status, 404)
})
