import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import {
  flat,
  gifClaiming,
  jpegClaiming,
  pdfNested,
  pdfPage,
  pdfWithLoops,
  pdfWithoutEnd,
  pngBomb,
} from './hostile.ts'
import { notLinux, openStudio } from './studio.ts'

const good = () => flat(60, 40).jpeg().toBuffer()

test('hostile bytes cost one preview each, and the pool goes on', async (t) => {
  const { make } = await openStudio(t, { workers: 1 })
  const photo = await flat(600, 400).jpeg().toBuffer()
  const picture = await flat(600, 400).png().toBuffer()
  const hostile: Record<string, [string, Buffer]> = {
    'a JPEG claiming 64,250 × 64,250': ['image/jpeg', await jpegClaiming(64_250, 64_250)],
    'a PNG claiming 64,250 × 64,250': ['image/png', pngBomb(64_250, 64_250)],
    'a GIF claiming 65,535 × 65,535': ['image/gif', await gifClaiming(65_535, 65_535)],
    'a cut JPEG': ['image/jpeg', photo.subarray(0, photo.length / 2)],
    'a cut PNG': ['image/png', picture.subarray(0, picture.length / 2)],
    'a cut PDF': ['application/pdf', pdfPage('Hello').subarray(0, 150)],
    'noise for an image': ['image/webp', randomBytes(5000)],
    'noise for a PDF': ['application/pdf', randomBytes(5000)],
    'SVG for a PNG': [
      'image/png',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    ],
  }
  for (const [what, [type, bytes]] of Object.entries(hostile)) {
    await assert.rejects(make(bytes, type), { name: 'PreviewFailed', reason: 'unreadable' }, what)
    assert.equal((await make(await good(), 'image/jpeg')).width, 60, `after ${what}`)
  }
})

test('odd PDFs are drawn or refused, within bounds', async (t) => {
  const { make } = await openStudio(t, { workers: 1 })
  const size = async (bytes: Buffer) => {
    const { width, height, original } = await make(bytes, 'application/pdf')
    // As PostgreSQL can keep it.
    for (const length of Object.values(original)) assert.ok(length >= 1 && length < 2 ** 31, `${length}`)
    return [width, height]
  }
  assert.deepEqual(await size(pdfPage('x', '0 0 1000000 1000000')), [480, 480])
  assert.deepEqual(await size(pdfPage('x', '0 0 1000000 1')), [480, 1])
  assert.deepEqual(await size(pdfPage('x', '0 0 1e400 -5')), [371, 480])
  assert.deepEqual(await size(pdfPage('x', '0 0 3000000000 3000000000')), [480, 480])
  for (const box of ['-2e9 -2e9 2e9 2e9', '0 0 0.4 0.4']) await size(pdfPage('x', box))
  for (const bytes of [pdfWithLoops(), pdfNested(1_000_000)]) {
    await make(bytes, 'application/pdf').catch((error) => assert.equal(error.name, 'PreviewFailed'))
    assert.equal((await make(await good(), 'image/jpeg')).width, 60)
  }
})

test('a preview that takes too long is killed', async (t) => {
  const { make } = await openStudio(t, { workers: 1, limits: { seconds: 8 } })
  const endless = { name: 'PreviewFailed', reason: 'timeout' }
  await assert.rejects(make(pdfWithoutEnd(), 'application/pdf'), endless)
  assert.equal((await make(await good(), 'image/jpeg')).width, 60)
})

test('a preview that takes too much memory fails', { skip: notLinux }, async (t) => {
  const { make } = await openStudio(t, { workers: 1, limits: { memory: 200e6 } })
  // 100 megapixels: 300 MB that must be held at once.
  await assert.rejects(make(pngBomb(10_000, 10_000, { interlaced: true }), 'image/png'), {
    name: 'PreviewFailed',
  })
  // 200 megapixels on one frame: refused by the allocator, which ends the process.
  const crash = { name: 'PreviewFailed', reason: 'crashed' }
  await assert.rejects(make(await gifClaiming(14_000, 14_000), 'image/gif'), crash)
  assert.equal((await make(await good(), 'image/jpeg')).width, 60)
})
