import { Readable } from 'node:stream'
import { Problem } from '../../core/errors.ts'
import { hasBlanks, hasPreview, kindOf } from '../../core/kinds.ts'
import { splitName } from '../../core/names.ts'
import { isUnreadable } from '../blobs/port.ts'
import { PreviewsBusy } from '../previews/failures.ts'
import type { Blanks } from '../previews/messages.ts'
import { watchAccess } from './access-watch.ts'
import type { Content } from './contents.ts'
import type { Kept, PreviewJobs } from './preview-jobs.ts'

/** What is sent: all at once, or as it comes. */
export type Body = Uint8Array | Readable

/** So much goes out at once: whoever may have it a moment ago may have it. */
export const AT_ONCE_BYTES = 256 * 1024

export type Answer = { status: number; headers: Record<string, string>; body?: Body }

export type Outgoing = Pick<Content, 'key' | 'size' | 'type' | 'name'> & {
  etag: string
  /** Of somebody else's film, the bytes that tell where and with what it was taken. */
  blanks?: Blanks
}

/** What stands for a file of somebody else's where it tells where or with what it was taken. */
function standInOf({ own, type }: Content): 'shared' | 'blanks' | undefined {
  if (own) return undefined
  return hasBlanks(type) ? 'blanks' : kindOf(type) === 'image' ? 'shared' : undefined
}

/**
 * Sees to it that what is wanted of a file is kept; or else what is needed to fetch it. True where it had to be made,
 * which may have taken long: who may have it is then to be asked anew. `missed` says that `content` was read just now.
 * @throws unavailable
 */
export async function prepare(
  previewJobs: PreviewJobs,
  content: Content,
  {
    wanted = standInOf(content),
    ...how
  }: { signal: AbortSignal; wanted?: Kept | undefined; missed?: boolean },
): Promise<boolean> {
  if (!wanted || content.kept[wanted] || (wanted !== 'blanks' && !hasPreview(content.type))) return false
  await previewJobs.make(content, wanted, { ...how, urgent: true }).catch(refuseBusy)
  return true
}

/**
 * The bytes of a file that was prepared, as this actor is to be given them: the ones uploaded or, of an image or a film
 * of somebody else's, what doesn't tell where and with what it was taken. `reads` is told which of what is kept of it
 * they hang on. @throws image_kept_back, film_kept_back
 */
export async function findOutgoing(
  previewJobs: PreviewJobs,
  content: Content,
  reads: Reads,
): Promise<Outgoing> {
  const { blobId, key, size, type, name, kept } = content
  const standIn = standInOf(content)
  if (!standIn) return { key, size, type, name, etag: `"${blobId}"` }
  reads(content, standIn)
  const made = kept[standIn]
  const etag = `"${blobId}-shared"`
  if (standIn === 'blanks') {
    if (!made?.key) throw new Problem('film_kept_back')
    const blanks = await previewJobs.readBlanks({ ...made, key: made.key })
    // What is read from here on is the film itself.
    reads(content, undefined)
    return { key, size, type, name, etag, blanks }
  }
  if (!made?.key || !made.type || made.size === null) throw new Problem('image_kept_back')
  const copy = { key: made.key, size: made.size, type: made.type, etag }
  // Phones' own formats become one that everybody opens.
  return made.type === 'image/jpeg' && type !== made.type
    ? { ...copy, name: `${splitName(name).stem}.jpg` }
    : { ...copy, name }
}

/** Tells which of what is kept of a file is about to be read, if any. */
export type Reads = (content: Content, kept: Kept | undefined) => void

/**
 * Opens by `attempt` what may be kept of a file. What of that can't be read is given up: the file itself may be whole,
 * and gives another at once, or to whoever asks again where it shows only on the way.
 */
export async function remaking<Opened extends { body?: Body }>(
  previewJobs: PreviewJobs,
  attempt: (reads: Reads) => Promise<Opened>,
): Promise<Opened> {
  let drop: (() => Promise<unknown>) | undefined
  const reads: Reads = ({ blobId, kept }, variant) => {
    const key = variant && kept[variant]?.key
    drop = key ? () => previewJobs.drop({ blobId, variant, key }) : undefined
  }
  try {
    const opened = await attempt(reads)
    if (opened.body instanceof Readable)
      opened.body.once('error', (error) => isUnreadable(error) && drop?.().catch(() => {}))
    return opened
  } catch (error) {
    if (!drop || !isUnreadable(error)) throw error
    await drop()
    return attempt(reads)
  }
}

function refuseBusy(error: unknown): never {
  throw error instanceof PreviewsBusy ? new Problem('unavailable') : error
}

/** Breaks a stream off with the Problem that `ask` throws: its reader may have it no more. */
export function breakOff(stream: Readable, ask: () => Promise<unknown>) {
  stream.once(
    'close',
    watchAccess(ask, (problem) => stream.destroy(problem)),
  )
}
