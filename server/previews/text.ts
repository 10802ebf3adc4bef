import type { Decoder } from './messages.ts'
import { decodePdf } from './pdf.ts'

/** More than fits on the page. */
const READ = 8000
const PAGE = { width: 360, height: 466, margin: 30 }
const SIZE = 13
const LEADING = 19

/**
 * The first lines on a page, drawn by the fonts that PDFium has in itself: no machine's fonts are asked for. Words
 * that these can't write, such as Chinese, are grey bars as long.
 */
export const decodeText: Decoder = async ({ size, read }, variant, pixels) => {
  const bytes = writePdf(readLines(await read(0, Math.min(size, READ) - 1)))
  return await decodePdf({ size: bytes.length, read: async () => bytes }, variant, pixels)
}

function readLines(bytes: Uint8Array): string[] {
  // What isn't UTF-8 is what Windows wrote.
  const encoding = isUtf8(bytes) ? 'utf-8' : 'windows-1252'
  const text = new TextDecoder(encoding).decode(bytes, { stream: true }).normalize('NFC')
  const most = Math.ceil((PAGE.height - PAGE.margin) / LEADING)
  return text
    .split(/\r\n|[\n\r\f]/, most)
    .flatMap((line) => wrap(line.replaceAll('\t', '    ')))
    .slice(0, most)
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** About how wide a letter of Helvetica is, of its size. */
function widthOf(letter: string): number {
  if (letter > '\u2fff') return 1
  if (/[ iljtfrI.,:;'|!()[\]]/.test(letter)) return 0.3
  return /[A-Zmw@%]/.test(letter) ? 0.75 : 0.55
}

const widthOfAll = (text: string) => [...text].reduce((sum, letter) => sum + widthOf(letter), 0)

function wrap(line: string): string[] {
  const room = (PAGE.width - 2 * PAGE.margin) / SIZE
  const lines = ['']
  let width = 0
  // Words that are longer than a line are cut.
  for (const word of line.match(/\s+|[^\s]{1,30}/g) ?? []) {
    const more = widthOfAll(word)
    if (width > 0 && width + more > room) {
      lines.push('')
      width = 0
      if (word.trim() === '') continue
    }
    lines.push(`${lines.pop()}${word}`)
    width += more
  }
  return lines
}

function writePdf(lines: readonly string[]): Uint8Array {
  const top = PAGE.height - PAGE.margin - SIZE
  const drawn = lines.map((line, index) => drawLine(line, top - index * LEADING)).join('\n')
  const objects = [
    '<</Type/Catalog /Pages 2 0 R>>',
    '<</Type/Pages /Kids [3 0 R] /Count 1>>',
    `<</Type/Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Contents 4 0 R
      /Resources <</Font <</F 5 0 R>>>>>>`,
    `<</Length ${drawn.length}>> stream\n${drawn}\nendstream`,
    '<</Type/Font /Subtype/Type1 /BaseFont/Helvetica /Encoding/WinAnsiEncoding>>',
  ]
  const body = objects.map((object, index) => `${index + 1} 0 obj ${object} endobj\n`).join('')
  // The reader finds the objects by itself.
  return Buffer.from(`%PDF-1.7\n${body}trailer <</Root 1 0 R>>\n%%EOF\n`)
}

/** As text where it can be, as bars elsewhere. */
function drawLine(line: string, y: number): string {
  const runs: { text: string; written: boolean }[] = []
  for (const text of line.match(/\s+|\S+/g) ?? []) {
    const written = [...text].every((letter) => codeOf(letter) !== undefined)
    const last = runs.at(-1)
    if (last?.written === written) last.text += text
    else runs.push({ text, written })
  }
  let x = PAGE.margin
  return runs
    .map(({ text, written }) => {
      const at = x
      const width = widthOfAll(text) * SIZE
      x += width
      if (!written) return `0.8 0.8 0.8 rg ${at} ${y - 1} ${width} ${SIZE * 0.6} re f`
      const hex = [...text].map((letter) => (codeOf(letter) ?? 0).toString(16).padStart(2, '0')).join('')
      return `0.2 0.2 0.2 rg BT /F ${SIZE} Tf ${at} ${y} Td <${hex}> Tj ET`
    })
    .join('\n')
}

/** From 0x80 to 0x9f in the encoding of Windows, in which the fonts of PDF are. */
const WINDOWS = new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 32 }, (_, at) => 0x80 + at))

function codeOf(letter: string): number | undefined {
  const code = letter.codePointAt(0) ?? 0
  if ((code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff)) return code
  const at = WINDOWS.indexOf(letter)
  if (at >= 0) return 0x80 + at
  // A letter that lacks only its accent reads well without.
  const [plain = ''] = letter.normalize('NFD')
  return plain !== letter ? codeOf(plain) : undefined
}
