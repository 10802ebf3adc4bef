import libheif from 'libheif-js/wasm-bundle.js'
import sharp from 'sharp'
import { encode } from './image.ts'
import type { Decoder } from './messages.ts'

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
  const images = new HeifDecoder().decode(await source.read(0, source.size - 1))
  const [photo] = images
  if (!photo) throw new Error('no picture inside')
  const original = { width: photo.get_width(), height: photo.get_height() }
  const { width, height } = original
  // Asked before anything is decoded.
  if (!(width > 0 && height > 0 && width * height <= pixels)) throw new Error(`claims ${width} × ${height}`)
  const { data } = await drawn(photo, { ...original, data: new Uint8ClampedArray(width * height * 4) })
  for (const image of images) image.free()
  return { ...(await encode(sharp(data, { raw: { ...original, channels: 4 } }), variant)), original }
}

function drawn(photo: HeifImage, into: ImageData): Promise<ImageData> {
  return new Promise((resolve, reject) => {
    photo.display(into, (filled) => (filled ? resolve(filled) : reject(new Error('cannot be decoded'))))
  })
}
