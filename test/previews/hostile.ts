import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'

// Inputs that are made to hurt, built here so that none has to be stored.

/** A real JPEG of 16 × 16 whose header claims otherwise. */
export async function jpegClaiming(width: number, height: number): Promise<Buffer> {
  const bytes = await flat(16, 16).jpeg().toBuffer()
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]))
  bytes.writeUInt16BE(height, frame + 5)
  bytes.writeUInt16BE(width, frame + 7)
  return bytes
}

/** A few kilobytes that unpack to a black picture; interlaced, it must be held whole while it is decoded. */
export function pngBomb(width: number, height: number, { interlaced = false } = {}): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, interlaced ? 1 : 0], 8)
  // Zeros serve as rows of any length; a few too many don't matter.
  const pixels = deflateSync(Buffer.alloc(Math.min((3 * width + 2) * height, 400e6)), { level: 9 })
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function pngChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  checksum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, checksum])
}

/** A real GIF whose screen and frame claim otherwise. */
export async function gifClaiming(width: number, height: number): Promise<Buffer> {
  const bytes = await flat(16, 16).gif().toBuffer()
  const frame = bytes.lastIndexOf(0x2c)
  for (const at of [6, frame + 5]) {
    bytes.writeUInt16LE(width, at)
    bytes.writeUInt16LE(height, at + 2)
  }
  return bytes
}

export function flat(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: '#3a7' } })
}

/** Objects are numbered from 1, the first is the catalog; the reader rebuilds the missing table itself. */
function pdf(...objects: string[]): Buffer {
  const body = objects.map((object, index) => `${index + 1} 0 obj ${object} endobj\n`).join('')
  return Buffer.from(`%PDF-1.7\n${body}trailer <</Root 1 0 R>>\n%%EOF\n`)
}

const stream = (entries: string, content: string) =>
  `<<${entries} /Length ${content.length}>> stream\n${content}\nendstream`
const tree = ['<</Type/Catalog /Pages 2 0 R>>', '<</Type/Pages /Kids [3 0 R] /Count 1>>']
const font = '/Font <</F <</Type/Font /Subtype/Type1 /BaseFont/Helvetica>>>>'

export function pdfPage(text: string, box = '0 0 612 792', before = ''): Buffer {
  const page = `<</Type/Page /Parent 2 0 R /MediaBox [${box}] /Contents 4 0 R /Resources <<${font}>>>>`
  return pdf(...tree, page, stream('', `${before} BT /F 48 Tf 100 500 Td (${text}) Tj ET`))
}

/** A page tiled with itself, a hair's breadth apart: a few hundred bytes, and more work than there is time. */
export function pdfWithoutEnd(): Buffer {
  const pattern = '/Pattern <</P 5 0 R>>'
  const page = `<</Type/Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources <<${pattern}>>>>`
  const filled = '/Pattern cs /P scn 0 0 612 792 re f'
  const tile =
    '/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 999 999] /XStep 0.01 /YStep 0.01 /Resources <<>>'
  return pdf(...tree, page, stream('', filled), stream(tile, '1 0 0 rg 0 0 999 999 re f'))
}

export function pdfWithLoops(): Buffer {
  const page =
    '<</Type/Page /Parent 3 0 R /MediaBox 5 0 R /Contents [4 0 R 4 0 R] /Resources <</XObject <</X 4 0 R>>>>>>'
  const form = '/Type/XObject /Subtype/Form /BBox [0 0 9 9] /Resources <</XObject <</X 4 0 R>>>>'
  return pdf(
    tree[0] ?? '',
    '<</Type/Pages /Kids [2 0 R 3 0 R] /Parent 2 0 R /Count 9>>',
    page,
    stream(form, '/X Do'),
    '5 0 R',
  )
}

export function pdfNested(depth: number): Buffer {
  const page = `<</Type/Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents ${'['.repeat(depth)}${']'.repeat(depth)}>>`
  return pdf(...tree, page)
}
