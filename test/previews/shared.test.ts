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
