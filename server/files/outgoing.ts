import type { Readable } from 'node:stream'
import { Problem } from '../../core/errors.ts'
import { hasBlanks, hasPreview, kindOf } from '../../core/kinds.ts'
import { splitName } from '../../core/names.ts'
import { PreviewsBusy } from '../previews/failures.ts'
import type { Blank } from '../previews/messages.ts'
import { watchAccess } from './access-watch.ts'
import type { Content } from './contents.ts'
import type { PreviewJobs } from './preview-jobs.ts'

/** What is sent: all at once, or as it comes. */
export type Body = Uint8Array | Readable

/** So much goes out at once: whoever may have it a moment ago may have it. */
export const AT_ONCE_BYTES = 256 * 1024

export type Answer = { status: number; headers: Record<string, string>; body?: Body }

export type Outgoing = Pick<Content, 'key' | 'size' | 'type' | 'name'> & {
  etag: string
  /** Of somebody else's film, the bytes that tell where and with what it was taken. */
  blanks?: Blank[]
}

/**
 * The bytes of a file that this actor is to be given: the ones uploaded or, of an image or a film of somebody
 * else's, what doesn't tell where and with what it was taken. @throws image_kept_back, film_kept_back, unavailable
 */
export async function findOutgoing(
  previewJobs: PreviewJobs,
  content: Content,
  signal: AbortSignal,
): Promise<Outgoing> {
  const { blobId, key, size, type, name, own } = content
  const how = { urgent: true, signal }
  if (!own && hasBlanks(type)) {
    const blanks = await previewJobs.readBlanks(content, how).catch(refuseBusy)
    if (!blanks) throw new Problem('film_kept_back')
    return { key, size, type, name, etag: `"${blobId}-shared"`, blanks }
  }
  if (own || kindOf(type) !== 'image') return { key, size, type, name, etag: `"${blobId}"` }
  const made = hasPreview(type) ? await previewJobs.make(content, 'shared', how).catch(refuseBusy) : undefined
  if (!made?.key || !made.type || made.size === null) throw new Problem('image_kept_back')
  const copy = { key: made.key, size: made.size, type: made.type, etag: `"${blobId}-shared"` }
  // Phones' own formats become one that everybody opens.
  return made.type === 'image/jpeg' && type !== made.type
    ? { ...copy, name: `${splitName(name).stem}.jpg` }
    : { ...copy, name }
}

export function refuseBusy(error: unknown): never {
  throw error instanceof PreviewsBusy ? new Problem('unavailable') : error
}

/** Breaks a stream off with the Problem that `ask` throws: its reader may have it no more. */
export function breakOff(stream: Readable, ask: () => Promise<unknown>) {
  stream.once(
    'close',
    watchAccess(ask, (problem) => stream.destroy(problem)),
  )
}
