import libheif from 'libheif-js/wasm-bundle.js'
import sharp from 'sharp'
import { encode } from './image.ts'
import type { Decoder } from './messages.ts'
import { encodeShared } from './shared.ts'

/** What we use of libheif, whose package has no types of its decoder. */
interface HeifImage {
  get_width(): number
  get_height(): number
  display(into: ImageData, done: (filled: ImageData | null) => void): void
  free(): void
}
type ImageData = { data: Uint8ClampedArray; width: number; height: number }
const { HeifDecoder } = libheif as { HeifDecoder: new () => { decode(bytes: Uint8Array): HeifImage[] } }

/** The photo that a phone took: upright, since libheif turns it, without any metadata. */
export const decodeHeic: Decoder = async (source, variant, pixels) => {
  const bytes = await source.read(0, source.size - 1)
  const images = new HeifDecoder().decode(bytes)
  const [photo] = images
  if (!photo) throw new Error('no picture inside')
  const original = { width: photo.get_width(), height: photo.get_height() }
  const { width, height } = original
  // Asked before anything is decoded.
  if (!(width > 0 && height > 0 && width * height <= pixels)) throw new Error(`claims ${width} × ${height}`)
  const { data } = await drawn(photo, { ...original, data: new Uint8ClampedArray(width * height * 4) })
  for (const image of images) image.free()
  const image = sharp(data, { raw: { ...original, channels: 4 } })
  const picture =
    variant === 'shared'
      ? await encodeShared(image.removeAlpha(), 'heic', findExif(bytes))
      : await encode(image, variant)
  return { ...picture, original }
}

/** libheif's JavaScript hands out no metadata; they begin with these bytes. */
function findExif(bytes: Uint8Array): Uint8Array | undefined {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const start = ['Exif\0\0II*\0', 'Exif\0\0MM\0*']
    .map((mark) => all.indexOf(mark, 0, 'latin1'))
    .find((at) => at >= 0)
  return start === undefined ? undefined : all.subarray(start)
}

function drawn(photo: HeifImage, into: ImageData): Promise<ImageData> {
  return new Promise((resolve, reject) => {
    photo.display(into, (filled) => (filled ? resolve(filled) : reject(new Error('cannot be decoded'))))
  })
}
