import { fileTypeFromBuffer } from 'file-type'

/** How many bytes of the beginning tell the type; office files hide theirs behind some compressed parts. */
export const SNIFFED_BYTES = 64 * 1024

/**
 * The media type found in the first bytes of a file, without parameters. Whatever a browser might run (HTML, SVG,
 * any XML) is plain text, as are CSV and all other text in UTF-8; what nobody knows is application/octet-stream.
 */
export async function sniffType(firstBytes: Uint8Array): Promise<string> {
  const found = await fileTypeFromBuffer(firstBytes).catch(() => undefined)
  const type = found?.mime.split(';')[0] ?? ''
  if (type && !/^text\/|xml$/.test(type)) return type
  return isText(firstBytes) ? 'text/plain' : 'application/octet-stream'
}

function isText(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false
  try {
    // The last character may be cut in two.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return !/[^\P{Cc}\t\n\f\r]/u.test(text)
  } catch {
    return false
  }
}
