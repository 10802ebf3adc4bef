import { PDFiumLibrary } from '@hyzyla/pdfium'
import sharp from 'sharp'
import { encode } from './image.ts'
import { BOXES, type Decoder } from './messages.ts'

const library = await PDFiumLibrary.init()

/** Some 350 metres. */
const MOST_POINTS = 1_000_000

/** The first page; `original` is its size in points or, of a page of no sensible size, as it is drawn. */
export const decodePdf: Decoder = async (source) => {
  const file = await library.loadDocument(await source.read(0, source.size - 1))
  const page = file.getPage(0)
  const { originalWidth, originalHeight } = page.getOriginalSize()
  // Drawn twice as large as shown, whatever size the page claims: text drawn at the size of a thumbnail is mush.
  const scale = (2 * BOXES.thumb) / Math.max(originalWidth, originalHeight)
  const width = Math.max(1, Math.round(originalWidth * scale))
  const height = Math.max(1, Math.round(originalHeight * scale))
  const drawn = await page.render({ width, height, render: 'bitmap' })
  file.destroy()
  const image = sharp(drawn.data, { raw: { width, height, channels: 4 } }).removeAlpha()
  const points = { width: Math.round(originalWidth), height: Math.round(originalHeight) }
  const isSensible = Object.values(points).every((length) => length >= 1 && length <= MOST_POINTS)
  return { ...(await encode(image, 'thumb')), original: isSensible ? points : { width, height } }
}
