import { create as contentDisposition } from 'content-disposition'
import type { Kysely } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { kindOf } from '../../core/kinds.ts'
import type { Actor } from '../access.ts'
import { createOpenings, type ViewingAction } from '../audit.ts'
import { type Blobs, nameOf } from '../blobs/blobs.ts'
import type { Database } from '../db/schema.ts'
import type { Blanks } from '../previews/messages.ts'
import { knownLately } from './access-watch.ts'
import { blanked } from './blanked.ts'
import { judge } from './conditional.ts'
import { type Content, heldBack } from './contents.ts'
import type { Items } from './items.ts'
import { limitAnswers } from './limit-each.ts'
import {
  type Answer,
  AT_ONCE_BYTES,
  breakOff,
  findOutgoing,
  prepare,
  type Reads,
  remaking,
} from './outgoing.ts'
import type { PreviewJobs } from './preview-jobs.ts'

/** Of what a browser shows by itself, that which runs nothing. Images are shown as previews, which are re-encoded. */
const SHOWN = new Set(['audio', 'video', 'pdf', 'text'])

/** That one person may be sent at once: of files, which are asked about as long as they go out, and of small images. */
const FILES_AT_ONCE = 40
const PREVIEWS_AT_ONCE = 200

/**
 * What of a blob goes out, and how it is called. `record` writes down that it does, or nothing goes out; `ask`
 * throws once they may have it no more.
 */
type Bytes = {
  key: string
  size: number
  etag: string
  modified?: Date
  blanks?: Blanks
  headers: Record<string, string>
  record?: () => Promise<void>
  ask?: () => Promise<unknown>
}

/** nginx would judge these once more, by what it knows of the file. */
const ASKED_OF_US = ['If-Match', 'If-Unmodified-Since']

export type Downloads = ReturnType<typeof createDownloads>

/** Bytes for whoever sees the item they belong to: asked anew for each request, of each part too. */
export function createDownloads(needs: {
  db: Kysely<Database>
  items: Items
  blobs: Blobs
  previewJobs: PreviewJobs
  now: () => Date
  /** Where a proxy in front of us finds the blobs that lie plain on this disk. */
  accelPrefix: string | undefined
}) {
  const { db, items, blobs, previewJobs, now, accelPrefix } = needs
  const recordOpening = createOpenings(db)
  const filesInTurn = limitAnswers(FILES_AT_ONCE, 'too_many_requests')
  const previewsInTurn = limitAnswers(PREVIEWS_AT_ONCE, 'too_many_requests')

  /** What is fetched again, or in parts, is one viewing, which was written down when it began. */
  const recordViewing =
    ({ id, logged }: Content, by: Actor, action: ViewingAction) =>
    async () => {
      if (!logged.includes(action)) await recordOpening({ by, action, itemId: id, now: now() })
    }

  return {
    /**
     * A file, to be saved or, where `inline` and harmless, to be shown. `readActor` tells who is calling by now: a
     * download breaks off once they may not; `over`, when it is. @throws not_found, range_unsatisfiable, too_many_requests
     */
    async content(
      request: Request,
      actor: Actor,
      itemId: string,
      {
        inline,
        readActor,
        over,
      }: { inline: boolean; readActor: () => Promise<Actor>; over: Promise<unknown> },
    ): Promise<Answer> {
      const read = (by: Actor) => items.content(by, itemId)
      const attempt = async (reads: Reads) => {
        const { by, content } = await whenPrepared(actor, read, { signal: request.signal, readActor })
        const { etag, key, size, type, name, blanks } = await findOutgoing(previewJobs, content, reads)
        const shown = inline && SHOWN.has(kindOf(type))
        return send({ blobs, accelPrefix }, request, {
          key,
          size,
          etag,
          modified: content.addedAt,
          ...(blanks && { blanks }),
          record: recordViewing(content, by, shown ? 'file_opened' : 'file_downloaded'),
          ask: async () => read(await readActor()),
          headers: {
            'Content-Type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
            'Content-Disposition': contentDisposition(name, { type: shown ? 'inline' : 'attachment' }),
          },
        })
      }
      return filesInTurn(actor.personId, over, () => remaking(previewJobs, attempt))
    },

    /**
     * A small image of a file or, of an office file, its pages as a PDF; made now if need be. As with `content`, it is
     * for whoever may have it by then. @throws not_found, no_preview, unavailable, too_many_requests
     */
    async preview(
      request: Request,
      actor: Actor,
      itemId: string,
      how: { variant: string; readActor: () => Promise<Actor>; over: Promise<unknown> },
    ): Promise<Answer> {
      const { variant, readActor, over } = how
      if (variant !== 'thumb' && variant !== 'view' && variant !== 'pages') throw new Problem('not_found')
      const attempt = async (reads: Reads) => {
        const { by, content } = await whenPrepared(actor, (by) => showable(by, itemId), {
          signal: request.signal,
          readActor,
          wanted: variant,
        })
        reads(content, variant)
        const { key, type, size } = content.kept[variant] ?? {}
        if (!key || !type || typeof size !== 'number') throw new Problem('no_preview')
        return send({ blobs, accelPrefix }, request, {
          key,
          size,
          etag: `"${content.blobId}-${variant}"`,
          // A listing's small images open no file.
          ...(variant !== 'thumb' && { record: recordViewing(content, by, 'file_opened') }),
          ask: async () => items.content(await readActor(), itemId),
          headers: { 'Content-Type': type, 'Content-Disposition': 'inline' },
        })
      }
      return previewsInTurn(actor.personId, over, () => remaking(previewJobs, attempt))
    },
  }

  /** Who calls and what they may have, once all is made that has to be: asked anew then, for it may have taken long. */
  async function whenPrepared(
    actor: Actor,
    read: (by: Actor) => Promise<Content>,
    { readActor, ...how }: { readActor: () => Promise<Actor> } & Parameters<typeof prepare>[2],
  ): Promise<{ by: Actor; content: Content }> {
    const ask = knownLately(actor, readActor)
    const content = await read(actor)
    if (!(await prepare(previewJobs, content, { ...how, missed: true }))) return { by: actor, content }
    const by = await ask()
    return { by, content: await read(by) }
  }

  /** Its owner may have the bytes before they were scanned; the decoders may not. */
  async function showable(actor: Actor, itemId: string): Promise<Content> {
    const content = await items.shown(actor, itemId)
    if (content.scan) throw heldBack({ scan: content.scan, damaged: false })
    return content
  }
}

async function send(
  { blobs, accelPrefix }: { blobs: Blobs; accelPrefix: string | undefined },
  { method, headers: asked }: Request,
  bytes: Bytes,
): Promise<Answer> {
  const { key, size, etag, modified, blanks, record, ask } = bytes
  const headers = {
    ...bytes.headers,
    ETag: etag,
    ...(modified && { 'Last-Modified': modified.toUTCString() }),
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
  }
  const part = judge(method, asked, bytes)
  if (part === 'not_modified') {
    // The browser shows what it has kept.
    await record?.()
    return { status: 304, headers }
  }
  const length = part ? part.end - part.start + 1 : size
  const answer = {
    status: part ? 206 : 200,
    headers: {
      ...headers,
      'Content-Length': String(length),
      ...(part && { 'Content-Range': `bytes ${part.start}-${part.end}/${size}` }),
    },
  }
  if (method === 'HEAD') return answer
  await record?.()
  if (accelPrefix && !blanks && nameOf(key) === key && !ASKED_OF_US.some((name) => asked.has(name))) {
    // nginx says itself that it takes ranges.
    const { 'Accept-Ranges': _, ...handedOver } = headers
    return { status: 200, headers: { ...handedOver, 'X-Accel-Redirect': accelPrefix + key } }
  }
  if (length <= AT_ONCE_BYTES && !blanks) return { ...answer, body: await blobs.read(key, size, part) }
  const stream = await blobs.openWhole(key, size, part)
  if (ask) breakOff(stream, ask)
  return { ...answer, body: blanks ? blanked(stream, part?.start ?? 0, blanks) : stream }
}
