import readExif from 'exif-reader'
import type { Sharp } from 'sharp'
import type { Picture } from './messages.ts'

/** Of what we can write. What phones alone read, HEIC and AVIF, becomes a JPEG, which everybody opens. */
const TYPES = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
} as const satisfies Record<string, Picture['type']>

/** What others than its owner get: all its pixels, and of its metadata the date of capture alone. */
export async function encodeShared(
  image: Sharp,
  format: string,
  exif: Uint8Array | undefined,
): Promise<Picture> {
  const known = isKnown(format) ? format : 'jpeg'
  const taken = dateOfCapture(exif)
  const { data, info } = await (taken ? image.withExif({ IFD2: { DateTimeOriginal: taken } }) : image)
    .toFormat(known, known === 'png' || known === 'gif' ? {} : { quality: 93 })
    .toBuffer({ resolveWithObject: true })
  return { type: TYPES[known], bytes: data, width: info.width, height: info.pageHeight ?? info.height }
}

function isKnown(format: string): format is keyof typeof TYPES {
  return Object.hasOwn(TYPES, format)
}

/** As Exif writes it: `2026:05:01 09:30:00`, in whatever zone the camera was set to. */
function dateOfCapture(exif: Uint8Array | undefined): string | undefined {
  if (!exif) return undefined
  try {
    const taken = readExif(Buffer.from(exif)).Photo?.DateTimeOriginal
    return taken?.toISOString().slice(0, 19).replaceAll('-', ':').replace('T', ' ')
  } catch {
    // Damaged: the picture may be whole nevertheless.
    return undefined
  }
}
