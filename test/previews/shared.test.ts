import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import readExif from 'exif-reader'
import sharp from 'sharp'
import { flat } from './hostile.ts'
import { openStudio } from './studio.ts'

const TAKEN = '2026:05:01 09:30:15'
const TELLING = {
  IFD0: { Make: 'Camera', Model: 'X100', Software: 'Editor', Artist: 'Zoe' },
  IFD2: { DateTimeOriginal: TAKEN, LensModel: 'Lens', BodySerialNumber: '4711' },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '45/1 30/1 0/1',
    GPSLongitudeRef: 'W',
    GPSLongitude: '73/1 34/1 0/1',
  },
}

test('what others get of a photo is whole and upright, and tells its date alone', async (t) => {
  const { make } = await openStudio(t)
  for (const format of ['jpeg', 'png', 'webp'] as const) {
    const photo = await flat(300, 200)
      .withExif(TELLING)
      .withXmp(
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Make="Camera"/></rdf:RDF></x:xmpmeta>',
      )
      .withMetadata({ orientation: 6 })
      .toFormat(format)
      .toBuffer()
    const before = await sharp(photo).metadata()
    assert.ok(before.exif?.includes('Camera') && readExif(before.exif).GPSInfo, format)

    const shared = await make(photo, `image/${format}`, { variant: 'shared' })
    assert.equal(shared.type, `image/${format}`)
    const after = await sharp(shared.bytes).metadata()
    assert.deepEqual([after.width, after.height, after.orientation ?? 1], [200, 300, 1], format)
    assert.deepEqual([after.icc, after.iptc, after.xmp], [undefined, undefined, undefined], format)
    const { Image, Photo, GPSInfo, Thumbnail } = readExif(after.exif ?? assert.fail(format))
    assert.deepEqual([GPSInfo, Thumbnail, Image?.Make, Image?.Model], Array(4).fill(undefined), format)
    assert.equal(Photo?.DateTimeOriginal?.toISOString(), '2026-05-01T09:30:15.000Z', format)
    for (const secret of ['Camera', 'X100', 'Editor', 'Zoe', 'Lens', '4711']) {
      assert.ok(!Buffer.from(shared.bytes).includes(secret), `${format} tells ${secret}`)
    }
  }
})

test('what others get of a photo holds no small picture of what it was before it was cropped', async (t) => {
  const { make } = await openStudio(t)
  const photo = insertThumbnail(await flat(300, 200).withExif(TELLING).jpeg().toBuffer(), 'a small picture')
  for (const format of ['jpeg', 'png', 'webp'] as const) {
    const cropped = await sharp(photo).keepExif().toFormat(format).toBuffer()
    assert.ok(cropped.includes('a small picture'), format)
    const { bytes } = await make(cropped, `image/${format}`, { variant: 'shared' })
    assert.ok(!Buffer.from(bytes).includes('a small picture'), format)
    const { exif } = await sharp(bytes).metadata()
    assert.ok(exif && readExif(exif).Photo?.DateTimeOriginal, format)
  }
})

test('what others get of an iPhone’s photo is a JPEG that everybody opens', async (t) => {
  const { make } = await openStudio(t)
  const photo = await readFile(join(import.meta.dirname, 'iphone.heic'))
  const shared = await make(photo, 'image/heic', { variant: 'shared' })
  assert.deepEqual([shared.type, shared.width, shared.height], ['image/jpeg', 48, 64])
  const { format, width, height, exif } = await sharp(shared.bytes).metadata()
  assert.deepEqual([format, width, height], ['jpeg', 48, 64])
  assert.equal(exif && readExif(exif).GPSInfo, undefined)
  assert.ok(!Buffer.from(shared.bytes).includes('iPhone'))
})

test('an animation keeps its frames', async (t) => {
  const { make } = await openStudio(t)
  const frames = Buffer.concat([Buffer.alloc(40 * 40 * 3, 255), Buffer.alloc(40 * 40 * 3, 0)])
  const animation = await sharp(frames, { raw: { width: 40, height: 80, channels: 3, pageHeight: 40 } })
    .gif()
    .toBuffer()
  const shared = await make(animation, 'image/gif', { variant: 'shared' })
  assert.deepEqual([shared.width, shared.height], [40, 40])
  assert.equal((await sharp(shared.bytes).metadata()).pages, 2)
})

test('damaged metadata cost the date, not the picture', async (t) => {
  const { make } = await openStudio(t)
  const photo = await flat(30, 20).withExif(TELLING).jpeg().toBuffer()
  const at = photo.indexOf('II*\0', 0, 'latin1')
  photo.fill(0xff, at + 4, at + 8)
  const shared = await make(photo, 'image/jpeg', { variant: 'shared' })
  assert.equal((await sharp(shared.bytes).metadata()).width, 30)
  assert.ok(!Buffer.from(shared.bytes).includes('Camera'))
})

/** Adds what Exif calls IFD1, where cameras keep a small JPEG of the photo. */
function insertThumbnail(photo: Buffer, thumbnail: string): Buffer {
  const start = photo.indexOf('Exif\0\0', 0, 'latin1') + 6
  const end = start - 8 + photo.readUInt16BE(start - 8)
  const directory = Buffer.alloc(2 + 3 * 12 + 4)
  directory.writeUInt16LE(3)
  const picture = end - start + directory.length
  for (const [index, [tag, type, value]] of [
    [0x103, 3, 6],
    [0x201, 4, picture],
    [0x202, 4, thumbnail.length],
  ].entries()) {
    const at = 2 + index * 12
    directory.writeUInt16LE(tag ?? 0, at)
    directory.writeUInt16LE(type ?? 0, at + 2)
    directory.writeUInt32LE(1, at + 4)
    directory.writeUInt32LE(value ?? 0, at + 8)
  }
  const made = Buffer.concat([photo.subarray(0, end), directory, Buffer.from(thumbnail), photo.subarray(end)])
  made.writeUInt16BE(end - start + 8 + directory.length + thumbnail.length, start - 8)
  made.writeUInt32LE(end - start, start + 8 + 2 + photo.readUInt16LE(start + 8) * 12)
  return made
}
