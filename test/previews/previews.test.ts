import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import sharp from 'sharp'
import { newName, StorageFailed } from '../../server/blobs/port.ts'
import { sniffType } from '../../server/files/sniff.ts'
import { flat, pdfPage } from './hostile.ts'
import { openStudio } from './studio.ts'

test('every kind of image becomes a WebP that fits', async (t) => {
  const { make } = await openStudio(t)
  const wide = flat(3000, 1500)
  const images = {
    'image/jpeg': wide.clone().jpeg(),
    'image/png': wide.clone().png(),
    'image/webp': wide.clone().webp(),
    'image/gif': wide.clone().gif(),
    'image/avif': wide.clone().avif({ effort: 0 }),
    'image/tiff': wide.clone().tiff(),
  }
  for (const [type, image] of Object.entries(images)) {
    const bytes = await image.toBuffer()
    for (const [variant, width, height] of [
      ['thumb', 480, 240],
      ['view', 2048, 1024],
    ] as const) {
      const preview = await make(bytes, type, { variant })
      assert.deepEqual(preview.original, { width: 3000, height: 1500 }, type)
      assert.deepEqual([preview.width, preview.height], [width, height], type)
      const made = await sharp(preview.bytes).metadata()
      assert.deepEqual([made.format, made.width, made.height], ['webp', width, height], type)
    }
  }
})

test('a small image is not blown up', async (t) => {
  const { make } = await openStudio(t)
  const { width, height } = await make(await flat(20, 30).png().toBuffer(), 'image/png', { variant: 'view' })
  assert.deepEqual([width, height], [20, 30])
})

test('the first frame stands for an animation', async (t) => {
  const { make } = await openStudio(t)
  const frames = Buffer.concat([Buffer.alloc(40 * 40 * 3, 255), Buffer.alloc(40 * 40 * 3, 0)])
  const animation = await sharp(frames, { raw: { width: 40, height: 80, channels: 3, pageHeight: 40 } })
    .gif()
    .toBuffer()
  assert.equal((await sharp(animation).metadata()).pages, 2)
  const preview = await make(animation, 'image/gif')
  assert.deepEqual(preview.original, { width: 40, height: 40 })
  assert.ok((await sharp(preview.bytes).stats()).channels.every(({ mean }) => mean > 250))
})

test('a photo stands upright and tells nothing about its maker', async (t) => {
  const { make } = await openStudio(t)
  const leftHalf = await flat(100, 200).png().toBuffer()
  const photo = await sharp({ create: { width: 200, height: 200, channels: 3, background: '#fff' } })
    .composite([{ input: leftHalf, left: 0, top: 0 }])
    .withExif({ IFD0: { Make: 'Camera' }, IFD3: { GPSLatitude: '45/1 30/1 0/1' } })
    .withIccProfile('p3')
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  const before = await sharp(photo).metadata()
  assert.equal(before.orientation, 6)
  assert.ok(before.exif?.includes('Camera') && before.icc)

  const { bytes } = await make(photo, 'image/jpeg')
  const after = await sharp(bytes).metadata()
  assert.deepEqual(
    [after.exif, after.icc, after.xmp, after.iptc, after.orientation],
    Array(5).fill(undefined),
  )
  assert.ok(!Buffer.from(bytes).includes('Camera'))
  const mean = async (top: number) =>
    (await sharp(await sharp(bytes).extract({ left: 0, top, width: 200, height: 90 }).toBuffer()).stats())
      .channels[0]?.mean ?? 0
  // What was at the left is at the top once turned by a quarter.
  assert.ok((await mean(0)) < 100 && (await mean(110)) > 240)
})

test('an iPhone’s photo stands upright and tells nothing about its maker', async (t) => {
  const { make } = await openStudio(t)
  // Red at the left, blue at the right and green along the top, before the file says to turn it by a quarter.
  const photo = await readFile(join(import.meta.dirname, 'iphone.heic'))
  assert.equal(await sniffType(photo), 'image/heic')
  assert.ok(photo.includes('iPhone'))
  const preview = await make(photo, 'image/heic', { variant: 'view' })
  assert.deepEqual(preview.original, { width: 48, height: 64 })
  assert.deepEqual([preview.width, preview.height], [48, 64])
  const { exif, icc, xmp, orientation } = await sharp(preview.bytes).metadata()
  assert.deepEqual([exif, icc, xmp, orientation], Array(4).fill(undefined))
  const { data, info } = await sharp(preview.bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const strongest = (x: number, y: number) => {
    const start = (y * info.width + x) * info.channels
    const colours = [...data.subarray(start, start + 3)]
    return colours.indexOf(Math.max(...colours))
  }
  assert.deepEqual([strongest(15, 12), strongest(15, 52), strongest(45, 32)], [0, 2, 1])
})

test('a photo that claims too much, or breaks off, has no preview', async (t) => {
  const { make } = await openStudio(t)
  const photo = await readFile(join(import.meta.dirname, 'iphone.heic'))
  for (const length of [40, 400, 900, 1200]) {
    await assert.rejects(make(photo.subarray(0, length), 'image/heic'), { reason: 'unreadable' }, `${length}`)
  }
  const vast = Buffer.from(photo)
  for (let at = vast.indexOf('ispe'); at > 0; at = vast.indexOf('ispe', at + 4))
    vast.fill(0x7f, at + 9, at + 12)
  await assert.rejects(make(vast, 'image/heic'), { reason: 'unreadable' })
})

test('of a PDF the first page is drawn', async (t) => {
  const { make } = await openStudio(t)
  const preview = await make(pdfPage('Hello'), 'application/pdf')
  assert.deepEqual(preview.original, { width: 612, height: 792 })
  assert.deepEqual([preview.width, preview.height], [371, 480])
  const { channels, isOpaque } = await sharp(preview.bytes).stats()
  assert.ok(isOpaque)
  assert.ok(
    channels.every(({ min, mean }) => min < 60 && mean > 230),
    'black on white',
  )
  const empty = await make(pdfPage(''), 'application/pdf')
  assert.ok((await sharp(empty.bytes).stats()).channels.every(({ min }) => min > 250))
})

test('colours stay what they are, on a page and in what is half transparent', async (t) => {
  const { make } = await openStudio(t)
  const page = await make(pdfPage('', undefined, '0.8 0.2 0.4 rg 0 0 612 792 re f'), 'application/pdf')
  const darkest = (await sharp(page.bytes).stats()).channels.map(({ min }) => min)
  const glass = sharp({
    create: { width: 900, height: 900, channels: 4, background: { r: 200, g: 100, b: 50, alpha: 0.5 } },
  })
  const seen = await make(await glass.png().toBuffer(), 'image/png')
  const { data } = await sharp(seen.bytes).raw().toBuffer({ resolveWithObject: true })
  for (const [found, painted] of [
    [darkest, [204, 51, 102]],
    [[...data.subarray(0, 4)], [200, 100, 50, 128]],
  ] as const) {
    assert.equal(found.length, painted.length)
    for (const [index, value] of painted.entries())
      assert.ok(Math.abs((found[index] ?? 0) - value) < 25, `${found} for ${painted}`)
  }
})

test('what has no preview is refused at once, with its reason', async (t) => {
  const { make, previews } = await openStudio(t, { limits: { bytes: 1000 } })
  const refused = (reason: string) => ({ name: 'PreviewFailed', reason })
  await assert.rejects(make(pdfPage('x'), 'application/pdf', { variant: 'view' }), refused('unsupported'))
  await assert.rejects(make(Buffer.from('x'), 'image/svg+xml'), refused('unsupported'))
  await assert.rejects(make(Buffer.from('x'), 'application/zip'), refused('unsupported'))
  await assert.rejects(make(Buffer.alloc(1001), 'image/png'), refused('too_large'))
  await assert.rejects(make(Buffer.alloc(0), 'image/png'), refused('unreadable'))
  const absent = { key: newName(), size: 1, type: 'image/png', variant: 'thumb', urgent: true } as const
  await assert.rejects(previews.make(absent), { name: 'BlobAbsent' })
})

test('a failing store is not the fault of the file', async (t) => {
  let fails = true
  const { make } = await openStudio(t, {
    workers: 1,
    async open() {
      if (fails) throw new StorageFailed('gone')
    },
  })
  const bytes = await flat(20, 30).png().toBuffer()
  await assert.rejects(make(bytes, 'image/png'), StorageFailed)
  fails = false
  assert.equal((await make(bytes, 'image/png')).width, 20)
})
