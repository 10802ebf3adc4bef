import sharp, { type Sharp } from 'sharp'
import { seededRandom } from './shapes.ts'

/** A picture before it is a photograph: its size in pixels, and what an SVG of that size contains. */
export type Scene = { width: number; height: number; content: string }

type Format = 'jpeg' | 'png' | 'webp'

/** Photographs a scene: its light falls off to the corners, and it has grain. */
export async function takePhoto(scene: Scene, format: Format): Promise<Buffer> {
  return encode(await expose(scene), format)
}

/** As a phone held upright stores it: the pixels lie on their side, and the EXIF says how to turn them. */
export async function takePhoneSnapshot(scene: Scene, takenAt: string): Promise<Buffer> {
  return (await expose(scene))
    .rotate(270)
    .withExif({ IFD0: { DateTime: takenAt }, IFD2: { DateTimeOriginal: takenAt } })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 84 })
    .toBuffer()
}

async function expose({ width, height, content }: Scene) {
  const vignette = `<radialGradient id="lens" r="0.75"><stop offset="0.3" stop-color="#000" stop-opacity="0"/><stop offset="0.7" stop-color="#000" stop-opacity="0.05"/><stop offset="1" stop-color="#000" stop-opacity="0.22"/></radialGradient>`
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}<defs>${vignette}</defs><rect width="${width}" height="${height}" fill="url(#lens)"/></svg>`
  const drawn = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const random = seededRandom(width + content.length)
  for (let at = 0; at < drawn.data.length; at += 3) {
    const grain = (random() + random() - 1) * 9
    for (let channel = at; channel < at + 3; channel++)
      drawn.data[channel] = Math.min(255, Math.max(0, (drawn.data[channel] ?? 0) + grain))
  }
  return sharp(drawn.data, { raw: drawn.info })
}

function encode(image: Sharp, format: Format): Promise<Buffer> {
  if (format === 'png') return image.png({ compressionLevel: 7 }).toBuffer()
  if (format === 'webp') return image.webp({ quality: 82 }).toBuffer()
  return image.jpeg({ quality: 84 }).toBuffer()
}
