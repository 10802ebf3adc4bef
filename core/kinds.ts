/** How an item is shown, by the media type found in its bytes. */
export type Kind = 'image' | 'pdf' | 'video' | 'audio' | 'text' | 'other'

const BY_TYPE: Record<string, Kind> = { 'application/pdf': 'pdf', 'text/plain': 'text' }
const FAMILIES: readonly Kind[] = ['image', 'video', 'audio']

/** SVG is text with a program in it: it never counts as an image. */
export function kindOf(type: string): Kind {
  if (type === 'image/svg+xml') return 'other'
  const family = type.slice(0, type.indexOf('/'))
  return BY_TYPE[type] ?? FAMILIES.find((kind) => kind === family) ?? 'other'
}
