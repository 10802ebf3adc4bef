import sharp, { type Sharp } from 'sharp'
import { BOXES, type Decoder, type Picture, type Variant } from './messages.ts'

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

/** The first frame or page, upright, in sRGB, without any metadata. */
export const decodeImage: Decoder = async (source, variant, pixels) => {
  const bytes = await source.read(0, source.size - 1)
  const image = sharp(bytes, { sequentialRead: true, failOn: 'error', limitInputPixels: pixels }).autoOrient()
  const { width, height } = (await image.metadata()).autoOrient
  return { ...(await encode(image, variant)), original: { width, height } }
}

/** WebP that fits the variant's box; never larger than the picture is. */
export async function encode(image: Sharp, variant: Variant): Promise<Picture> {
  const box = BOXES[variant]
  const { data, info } = await image
    .resize(box, box, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 80, effort: 2 })
    .toBuffer({ resolveWithObject: true })
  return { bytes: data, width: info.width, height: info.height }
}
