import { Readable } from 'node:stream'
import { create as contentDisposition } from 'content-disposition'
import type { Kysely } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { hasPreview, kindOf } from '../../core/kinds.ts'
import type { Actor } from '../access.ts'
import { recordOpening } from '../audit.ts'
import type { Blobs } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import type { Items } from './items.ts'
import { breakOff, findOutgoing, refuseBusy } from './outgoing.ts'
import type { PreviewJobs } from './preview-jobs.ts'

/** Of what a browser shows by itself, that which runs nothing. Images are shown as previews, which are re-encoded. */
const SHOWN = new Set(['audio', 'video', 'pdf', 'text'])

/**
 * What of a blob goes out, and how it is called. `record` writes down that it does, or nothing goes out; `ask`
 * throws once they may have it no more.
 */
type Bytes = {
  key: string
  size: number
  etag: string
  headers: Record<string, string>
  record?: () => Promise<void>
  ask?: () => Promise<unknown>
}

export type Downloads = ReturnType<typeof createDownloads>

/** Bytes for whoever sees the item they belong to: asked anew for each request, of each part too. */
export function createDownloads(needs: {
  db: Kysely<Database>
  items: Items
  blobs: Blobs
  previewJobs: PreviewJobs
  now: () => Date
}) {
  const { db, items, blobs, previewJobs, now } = needs

  return {
    /**
     * A file, to be saved or, where `inline` and harmless, to be shown. `readActor` tells who is calling by now: a
     * download breaks off once they may not. @throws not_found, range_unsatisfiable
     */
    async content(
      request: Request,
      actor: Actor,
      itemId: string,
      { inline, readActor }: { inline: boolean; readActor: () => Promise<Actor> },
    ) {
      const content = await items.content(actor, itemId)
      const { etag, key, size, type, name } = await findOutgoing(previewJobs, content, request.signal)
      const shown = inline && SHOWN.has(kindOf(type))
      return send(blobs, request, {
        key,
        size,
        etag,
        record: () =>
          recordOpening(db, actor, shown ? 'file_opened' : 'file_downloaded', { itemId, now: now() }),
        ask: async () => items.content(await readActor(), itemId),
        headers: {
          'Content-Type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
          'Content-Disposition': contentDisposition(name, { type: shown ? 'inline' : 'attachment' }),
        },
      })
    },

    /** A small image of a file, made now if need be. @throws not_found, no_preview, unavailable */
    async preview(request: Request, actor: Actor, itemId: string, variant: string) {
      if (variant !== 'thumb' && variant !== 'view') throw new Problem('not_found')
      const { blobId, key, type } = await items.content(actor, itemId)
      const how = { urgent: true, signal: request.signal }
      const preview = hasPreview(type)
        ? await previewJobs.make({ id: blobId, key, type }, variant, how).catch(refuseBusy)
        : undefined
      if (!preview?.key || !preview.type || preview.size === null) throw new Problem('no_preview')
      return send(blobs, request, {
        key: preview.key,
        size: preview.size,
        etag: `"${blobId}-${variant}"`,
        // A listing's small images open no file.
        ...(variant === 'view' && {
          record: () => recordOpening(db, actor, 'file_opened', { itemId, now: now() }),
        }),
        headers: { 'Content-Type': preview.type, 'Content-Disposition': 'inline' },
      })
    },
  }
}

/** Conditional and ranged requests as in RFC 9110. */
async function send(blobs: Blobs, { method, headers: asked }: Request, bytes: Bytes): Promise<Response> {
  const { key, size, etag, record, ask } = bytes
  const headers = {
    ...bytes.headers,
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
  }
  const ifMatch = asked.get('If-Match')
  if (ifMatch !== null && !lists(ifMatch, etag)) throw new Problem('precondition_failed')
  const ifNoneMatch = asked.get('If-None-Match')
  if (ifNoneMatch !== null && lists(ifNoneMatch, etag)) {
    // The browser shows what it has kept.
    await record?.()
    return new Response(null, { status: 304, headers })
  }

  const ifRange = asked.get('If-Range')
  const range = method === 'GET' && (ifRange === null || ifRange === etag) ? asked.get('Range') : null
  const part = range === null ? undefined : readRange(range, size)
  const whole = { ...headers, 'Content-Length': String(size) }
  if (method === 'HEAD') return new Response(null, { headers: whole })
  await record?.()
  const { stream } = await blobs.open(key, part)
  if (ask) breakOff(stream, ask)
  const body = Readable.toWeb(stream) as ReadableStream
  if (!part) return new Response(body, { headers: whole })
  return new Response(body, {
    status: 206,
    headers: {
      ...headers,
      'Content-Length': String(part.end - part.start + 1),
      'Content-Range': `bytes ${part.start}-${part.end}/${size}`,
    },
  })
}

/** Whether a list of entity tags has this one; the weak sign of a tag makes no difference to what never changes. */
function lists(header: string, etag: string): boolean {
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
}

/** The one range asked for; undefined, which means all, for several or for what is no range. @throws range_unsatisfiable */
function readRange(header: string, size: number): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header) ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  // A range that ends before it begins is no range; one that begins after the end can't be satisfied.
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  if (start >= size) throw new Problem('range_unsatisfiable', { size })
  return { start, end }
}
