import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { type Browser, encodeMetadata, readProblem } from '../world.ts'
import {
  AS_GIVEN,
  begin,
  countItems,
  countStaged,
  download,
  enter,
  hang,
  head,
  patch,
  refused,
  sha256,
  TUS,
} from './tus.ts'

const checksum = (algorithm: string, bytes: string | Uint8Array) =>
  `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`

function send(
  browser: Browser,
  path: string,
  offset: number,
  body: BodyInit,
  sum: string,
): Promise<Response> {
  const headers = {
    ...TUS,
    'Upload-Offset': String(offset),
    'Content-Type': 'application/offset+octet-stream',
    'Upload-Checksum': sum,
  }
  return browser.fetch(path, { method: 'PATCH', headers, body })
}

test('a piece counts once its checksum is right, whatever the algorithm; a wrong one never does', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const about = await browser.fetch('/api/uploads', { method: 'OPTIONS' })
  assert.equal(about.headers.get('Tus-Checksum-Algorithm'), 'sha1,sha256,md5')
  const path = await begin(browser, 9, { spaceId })
  for (const [offset, algorithm, piece] of [
    [0, 'sha1', 'abc'],
    [3, 'sha256', 'def'],
    [6, 'md5', 'ghi'],
  ] as const) {
    const wrong = await send(browser, path, offset, 'xyz', checksum(algorithm, piece))
    assert.equal(wrong.status, 460)
    const { code, title } = await wrong.json()
    assert.deepEqual([code, title], ['checksum_mismatch', 'Checksum Mismatch'])
    assert.deepEqual(await head(browser, path), { status: 200, offset, item: null })
    const right = await send(browser, path, offset, piece, checksum(algorithm, piece))
    assert.equal(right.headers.get('Upload-Offset'), String(offset + 3))
  }
  const { item } = await head(browser, path)
  assert.equal((await download(browser, item)).toString(), 'abcdefghi')
  assert.equal(await countItems(world), 1)
})

test('of a large wrong piece not a part is kept, and the right one goes where it was', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const bytes = randomBytes(40_000_000)
  const path = await begin(browser, bytes.length, { spaceId })
  await patch(browser, path, 0, bytes.subarray(0, 1000))
  const rest = bytes.subarray(1000)
  const damaged = Buffer.from(rest)
  damaged[35_000_000] = (damaged[35_000_000] ?? 0) ^ 1
  await refused(send(browser, path, 1000, damaged, checksum('sha256', rest)), 'checksum_mismatch')
  assert.equal((await head(browser, path)).offset, 1000)
  const last = await send(browser, path, 1000, rest, checksum('sha256', rest))
  assert.equal(sha256(await download(browser, last.headers.get('Carnet-Item'))), sha256(bytes))
  assert.equal(await countStaged(world), 0)
})

test('a checksum that nobody can check is refused before the bytes', async (t) => {
  const { browser, spaceId } = await enter(t)
  const path = await begin(browser, 3, { spaceId })
  for (const sum of [
    'crc32 AAAA',
    'sha1',
    'sha1 AAAA',
    `sha1  ${'A'.repeat(27)}=`,
    'sha1 %%%',
    '',
    'sha512 x',
  ])
    await refused(send(browser, path, 0, 'abc', sum), 'bad_request')
  assert.equal((await head(browser, path)).offset, 0)
  assert.equal((await patch(browser, path, 0, 'abc')).status, 204)
})

test('a checksummed piece that is cut off, or gives way to another request, counts for nothing', async (t) => {
  const { world, browser, spaceId } = await enter(t, AS_GIVEN)
  const bytes = randomBytes(300_000)
  const path = await begin(browser, bytes.length, { spaceId })
  const sum = { 'Upload-Checksum': checksum('sha256', bytes) }
  const first = await hang(world, browser, path, 0, bytes.subarray(0, 200_000), bytes.length, sum)
  assert.deepEqual(await head(browser, path), { status: 200, offset: 0, item: null })
  assert.deepEqual(await first.answer, { status: 423, code: 'upload_busy' })

  const second = await hang(world, browser, path, 0, bytes.subarray(0, 250_000), bytes.length, sum)
  second.leave()
  assert.equal((await head(browser, path)).offset, 0)
  const { headers } = await send(browser, path, 0, bytes, sum['Upload-Checksum'])
  assert.equal(sha256(await download(browser, headers.get('Carnet-Item'))), sha256(bytes))
})

test('bytes sent with the announcement are checked too, and a wrong one leaves no upload behind', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const announce = (body: string, sum: string) =>
    browser.fetch('/api/uploads', {
      method: 'POST',
      headers: {
        ...TUS,
        'Upload-Length': '6',
        'Upload-Metadata': encodeMetadata({ filename: 'x', spaceId }),
        'Content-Type': 'application/offset+octet-stream',
        'Upload-Checksum': sum,
      },
      body,
    })
  const wrong = await announce('abd', checksum('sha1', 'abc'))
  assert.equal((await readProblem(wrong)).code, 'checksum_mismatch')
  await refused(announce('abc', 'crc32 AAAA'), 'bad_request')
  assert.equal((await world.db.selectFrom('upload').select('id').execute()).length, 0)
  assert.equal(await countStaged(world), 0)
  const begun = await announce('abc', checksum('sha1', 'abc'))
  assert.deepEqual([begun.status, begun.headers.get('Upload-Offset')], [201, '3'])
  const last = await patch(browser, begun.headers.get('Location') ?? '', 3, 'def')
  assert.equal((await download(browser, last.headers.get('Carnet-Item'))).toString(), 'abcdef')
})
