import { paper, type Sheet } from './pdf.ts'
import { boundsOf, circle, moved, rectangle, type Shape } from './shapes.ts'

export const ink2 = '#5f5b54'
export const accent = '#0d6e62'
export const margin = 54
export const column = paper.width - 2 * margin

export function addBanner(sheet: Sheet, title: string, subtitle: string, colour: string): void {
  sheet.addShapes([rectangle([0, 0], paper.width, 132, colour)])
  sheet.addText(title, [margin, 70], { size: 27, bold: true, colour: '#ffffff' })
  sheet.addText(subtitle, [margin, 96], { size: 11, colour: '#ffffff' })
}

export function addList(sheet: Sheet, y: number, title: string, entries: string[]): number {
  sheet.addText(title, [margin, y], { size: 14, bold: true })
  let next = y + 24
  for (const entry of entries) {
    sheet.addShapes([circle([margin + 3, next - 3.5], 2, accent)])
    next = sheet.addText(entry, [margin + 14, next], { size: 11, width: column - 14 }) + 3
  }
  return next
}

/** Shapes as large as the box allows, standing on its lower edge. */
export function fitted(
  shapes: Shape[],
  [x, y, width, height]: readonly [number, number, number, number],
): Shape[] {
  const { left, right, top, bottom } = boundsOf(shapes)
  const scale = Math.min(width / (right - left), height / (bottom - top))
  return moved(shapes, [x + width / 2 - ((left + right) / 2) * scale, y + height - bottom * scale], scale)
}
