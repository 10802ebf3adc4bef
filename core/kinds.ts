/** How an item is shown, by the media type found in its bytes. */
export type Kind = 'image' | 'pdf' | 'video' | 'audio' | 'text' | 'office' | 'other'

// Only what browsers play: a player that stays black is worse than a download.
const BY_TYPE = new Map<string, Kind>([
  ['application/pdf', 'pdf'],
  ['text/plain', 'text'],
  ['video/mp4', 'video'],
  ['video/ogg', 'video'],
  ['video/quicktime', 'video'],
  ['video/webm', 'video'],
  ['video/x-m4v', 'video'],
  ['audio/aac', 'audio'],
  ['audio/flac', 'audio'],
  ['audio/mp4', 'audio'],
  ['audio/mpeg', 'audio'],
  ['audio/ogg', 'audio'],
  ['audio/wav', 'audio'],
  ['audio/x-m4a', 'audio'],
])

const PREVIEWED = new Set([
  'application/pdf',
  'audio/aac',
  'audio/flac',
  'audio/mp4',
  'audio/mpeg',
  'audio/ogg',
  'audio/wav',
  'audio/x-m4a',
  'image/apng',
  'image/avif',
  'image/gif',
  'image/heic',
  'image/heif',
  'image/jpeg',
  'image/png',
  'image/tiff',
  'image/webp',
  'text/plain',
  'video/mp4',
  'video/quicktime',
  'video/webm',
  'video/x-m4v',
])

/** What is shown as pages where there is LibreOffice, and how such files are called. */
export const OFFICE_KINDS: ReadonlyMap<string, string> = new Map([
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'pptx'],
  ['application/vnd.oasis.opendocument.text', 'odt'],
  ['application/vnd.oasis.opendocument.spreadsheet', 'ods'],
  ['application/vnd.oasis.opendocument.presentation', 'odp'],
])

/** SVG is text with a program in it: it never counts as an image. */
export function kindOf(type: string): Kind {
  if (type.startsWith('image/') && type !== 'image/svg+xml') return 'image'
  if (OFFICE_KINDS.has(type)) return 'office'
  return BY_TYPE.get(type) ?? 'other'
}

/** Whether the server can make a picture of it. An image without one, such as BMP, can only be downloaded. */
export function hasPreview(type: string): boolean {
  return PREVIEWED.has(type) || OFFICE_KINDS.has(type)
}

/** Of films and recordings, those in whose boxes phones and cameras write where and with what they were taken. */
export function hasBlanks(type: string): boolean {
  return /^(?:video|audio)\/(?:mp4|quicktime|x-m4[av]|3gpp2?)$/.test(type)
}
