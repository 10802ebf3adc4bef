import { deflateSync } from 'node:zlib'
import type { Point, Shape } from './shapes.ts'

/** Letter paper, in points; y downwards from the top, as in `Shape`. */
export const paper = { width: 612, height: 792 }

type TextStyle = { size?: number; bold?: boolean; colour?: string; width?: number }

export type Sheet = {
  addPage(): void
  /** Writes from the baseline of the first line, wrapped at `width` points; answers the next baseline. */
  addText(text: string, at: Point, style?: TextStyle): number
  addShapes(shapes: Shape[]): void
  toBuffer(): Buffer
}

/** A PDF in Helvetica, which every reader has, so that no font file is needed. Western European text only. */
export function createSheet({ title, language }: { title: string; language: string }): Sheet {
  const pages: string[][] = []
  const add = (operators: string) => {
    const page = pages.at(-1)
    if (!page) throw new Error('A sheet needs a page before anything is put on it')
    page.push(operators)
  }
  return {
    addPage: () => void pages.push([]),
    addText(text, [x, y], { size = 10.5, bold = false, colour = '#1c1b19', width = paper.width - x } = {}) {
      const leading = size * 1.45
      for (const line of wrapped(text, width, size * (bold ? 1.06 : 1))) {
        const font = `/${bold ? 'Bold' : 'Plain'} ${size} Tf`
        add(`BT ${paint(colour)} ${font} ${place([x, y])} Td <${winAnsi(line).toString('hex')}> Tj ET`)
        y += leading
      }
      return y
    },
    addShapes(shapes) {
      for (const { fill, points } of shapes) {
        const path = points.map((point, index) => `${place(point)} ${index === 0 ? 'm' : 'l'}`)
        add(`${paint(fill)} ${path.join(' ')} f`)
      }
    },
    toBuffer: () => assemble(pages, title, language),
  }
}

function assemble(pages: string[][], title: string, language: string): Buffer {
  const first = 6
  const references = pages.map((_, index) => `${first + index * 2} 0 R`)
  const font = (name: string) =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`
  const resources = '<< /Font << /Plain 3 0 R /Bold 4 0 R >> >>'
  const objects: Array<string | Buffer> = [
    `<< /Type /Catalog /Pages 2 0 R /Lang (${language}) /ViewerPreferences << /DisplayDocTitle true >> >>`,
    `<< /Type /Pages /Kids [${references.join(' ')}] /Count ${pages.length} /MediaBox [0 0 ${paper.width} ${paper.height}] >>`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    `<< /Title <feff${Buffer.from(title, 'utf16le').swap16().toString('hex')}> >>`,
  ]
  pages.forEach((operators, index) => {
    const stream = deflateSync(operators.join('\n'))
    objects.push(
      `<< /Type /Page /Parent 2 0 R /Resources ${resources} /Contents ${first + index * 2 + 1} 0 R >>`,
      Buffer.concat([
        Buffer.from(`<< /Length ${stream.length} /Filter /FlateDecode >>\nstream\n`),
        stream,
        Buffer.from('\nendstream'),
      ]),
    )
  })

  // The bytes of the second line tell transfer programs that the file is binary.
  const parts = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')]
  const offsets: number[] = []
  let length = parts[0]?.length ?? 0
  for (const [index, object] of objects.entries()) {
    const part = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object),
      Buffer.from('\nendobj\n'),
    ])
    offsets.push(length)
    parts.push(part)
    length += part.length
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`)
  const size = objects.length + 1
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${length}\n%%EOF\n`
  return Buffer.concat([
    ...parts,
    Buffer.from(`xref\n0 ${size}\n0000000000 65535 f \n${rows.join('')}${trailer}`),
  ])
}

function place([x, y]: Point): string {
  return `${x.toFixed(2)} ${(paper.height - y).toFixed(2)}`
}

function paint(colour: string): string {
  const channels = [1, 3, 5].map((at) => (Number.parseInt(colour.slice(at, at + 2), 16) / 255).toFixed(3))
  return `${channels.join(' ')} rg`
}

function wrapped(text: string, width: number, size: number): string[] {
  const lines = ['']
  for (const word of text.replace(/ (?=[:;])/g, '\u00a0').split(' ')) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word
    if (widthOf(longer) * size <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

// Widths of Helvetica's characters 32 to 126, in thousandths; a letter with an accent is as wide as without.
const widths =
  '278278355556556889667191333333389584278333278278556556556556556556556556556556278278584584584556' +
  '1015667667722722667611778722278500667556833722778667778722667611722667944667667611278278278469556' +
  '333556556500556556278556556222222500222833556556556556333500278556500722500500500334260334584'
const widthByCode = new Map(
  (widths.match(/1015|\d{3}/g) ?? []).map((width, index) => [index + 32, Number(width) / 1000]),
)

function widthOf(text: string): number {
  const plain = text.normalize('NFD').replace(/\p{Mn}/gu, '')
  return [...plain].reduce((sum, character) => sum + (widthByCode.get(character.charCodeAt(0)) ?? 0.556), 0)
}

const beyondLatin1 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'

function winAnsi(text: string): Buffer {
  return Buffer.from(
    [...text.replaceAll('\u202f', '\u00a0')].map((character) => {
      const code = character.charCodeAt(0)
      if (code < 0x100) return code
      const at = beyondLatin1.indexOf(character)
      if (at < 0) throw new Error(`“${character}” is not in this PDF's character set`)
      return 0x80 + at
    }),
  )
}
