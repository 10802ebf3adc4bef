/** PDFs written by hand, to be what no tool of ours makes. */

function write(objects: readonly (string | Buffer)[], trailer = ''): Buffer {
  const parts = [Buffer.from('%PDF-1.5\n')]
  const offsets: number[] = []
  const length = () => parts.reduce((sum, part) => sum + part.length, 0)
  objects.forEach((object, index) => {
    offsets.push(length())
    parts.push(Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n'))
  })
  const start = length()
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  )
  return Buffer.concat(parts)
}

function stream(bytes: Buffer | string, entries = ''): Buffer {
  const body = Buffer.from(bytes)
  return Buffer.concat([
    Buffer.from(`<< ${entries} /Length ${body.length} >>\nstream\n`),
    body,
    Buffer.from('\nendstream'),
  ])
}

/** 64 lines of one colour, a bit each, and the end of the facsimile. */
const FAX = Buffer.concat([Buffer.alloc(8, 0xff), Buffer.from([0x00, 0x10, 0x01])])

/**
 * A scan as facsimiles are stored, which pdf.js decodes by a program of its own, painted black over the upper left
 * quarter; words in a font that it doesn't hold; a link out and one to its second page, which lies on its side.
 */
export function scannedPdf(): Buffer {
  return write([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R 7 0 R] /Count 2 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Contents 6 0 R /Annots [9 0 R 10 0 R] /Resources << /XObject << /Scan 4 0 R >> /Font << /Words 5 0 R >> >> >>',
    stream(
      FAX,
      '/Type /XObject /Subtype /Image /Width 64 /Height 64 /ImageMask true /BitsPerComponent 1 /Decode [1 0] /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 64 /Rows 64 >>',
    ),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    stream('q 200 0 0 300 0 300 cm /Scan Do Q BT /Words 24 Tf 40 200 Td (Referred by telefax) Tj ET'),
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Rotate 90 /Contents 8 0 R /Resources << /Font << /Words 5 0 R >> >> >>',
    stream('BT /Words 24 Tf 40 200 Td (On its side) Tj ET'),
    '<< /Type /Annot /Subtype /Link /Rect [40 190 240 220] /A << /S /URI /URI (https://clinic.example/) >> >>',
    '<< /Type /Annot /Subtype /Link /Rect [40 140 240 170] /Dest [7 0 R /Fit] >>',
  ])
}

/** Encrypted with a password that nobody knows. */
export function lockedPdf(): Buffer {
  const bytes = (pair: string) => `<${pair.repeat(32)}>`
  return write(
    [
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [] /Count 0 >>',
      `<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O ${bytes('41')} /U ${bytes('42')} >>`,
    ],
    `/Encrypt 3 0 R /ID [<${'00'.repeat(16)}> <${'00'.repeat(16)}>]`,
  )
}

const SHEETS = 12
const LINKED = 9

/** Sheets on their side, but for the first and the one to which it has a link. */
export function mixedPdf(): Buffer {
  const objectOf = (sheet: number) => sheet + 2
  const sheets = Array.from({ length: SHEETS }, (_, index) => index + 1)
  const pages = sheets.map((sheet) => {
    const upright = sheet === 1 || sheet === LINKED
    return `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${upright ? '400 600' : '600 400'}] ${sheet === 1 ? `/Annots [${objectOf(SHEETS) + 1} 0 R]` : ''} >>`
  })
  return write([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${sheets.map((sheet) => `${objectOf(sheet)} 0 R`).join(' ')}] /Count ${SHEETS} >>`,
    ...pages,
    `<< /Type /Annot /Subtype /Link /Rect [40 140 240 170] /Dest [${objectOf(LINKED)} 0 R /Fit] >>`,
  ])
}
