import sharp, { type Sharp } from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'
import { free } from '../blobs/freeing.ts'
import { BOXES, type Decoder, type Picture, type Variant } from './messages.ts'
import { encodeShared } from './shared.ts'

// Each picture comes once, and memory is scarcer than time; parallel work is for the pool to share out.
sharp.cache(false)
sharp.concurrency(1)
// Only what we mean to read: no SVG, no file names, none of the exotic formats that a build may bring along.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff'].map(
    (format) => `VipsForeignLoad${format}Buffer`,
  ),
})

/** Upright, in sRGB, without any metadata; the first frame or page but for what is shared, which keeps them all. */
export const decodeImage: Decoder = async (source, variant, pixels) => {
  const bytes = await source.read(0, source.size - 1)
  const frames = variant === 'shared' ? -1 : 1
  const image = sharp(bytes, {
    sequentialRead: true,
    failOn: 'error',
    limitInputPixels: pixels,
    pages: frames,
  })
  const { format, exif, pages = 1, autoOrient: original } = await image.metadata()
  // Frames stand one below the other meanwhile: they can't be turned.
  const upright = frames === -1 && pages > 1 ? image : image.autoOrient()
  const picture =
    variant === 'shared'
      ? exif && pages === 1
        ? await encodeShared(await copyPixels(upright), format, exif)
        : await encodeShared(upright, format, undefined)
      : await encode(upright, variant)
  // Nothing is decoded any more.
  free(bytes)
  return { ...picture, original: { width: original.width, height: original.height } }
}

/** What goes beside new metadata must hold nothing of the old: the library would keep the thumbnail inside. */
async function copyPixels(image: Sharp): Promise<Sharp> {
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  // Of pixels that had been transparent once, `info` says what would spoil their colours.
  return sharp(data, { raw: { width, height, channels } })
}

/** WebP that fits the variant's box; never larger than the picture is. */
export async function encode(image: Sharp, variant: Exclude<Variant, 'shared'>): Promise<Picture> {
  const box = BOXES[variant]
  const fitting = image.resize(box, box, { fit: 'inside', withoutEnlargement: true })
  if (variant === 'view') return await encodeWebp(fitting)
  const small = await copyPixels(fitting)
  return { ...(await encodeWebp(small.clone())), hash: await hashOf(small) }
}

async function encodeWebp(image: Sharp): Promise<Picture> {
  const { data, info } = await image.webp({ quality: 80, effort: 2 }).toBuffer({ resolveWithObject: true })
  return { type: 'image/webp', bytes: data, width: info.width, height: info.height }
}

/** About 25 bytes that stand for a picture until it is there. */
async function hashOf(image: Sharp): Promise<string> {
  const { data, info } = await image
    .resize(HASHED, HASHED, { fit: 'inside', withoutEnlargement: true })
    .toColorspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64')
}

/** A ThumbHash keeps no more of a picture than seven waves each way. */
const HASHED = 32
