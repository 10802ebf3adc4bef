import type { MiddlewareHandler } from 'hono'
import { Problem } from '../../core/errors.ts'
import { free, give } from '../blobs/freeing.ts'

type Bounds = { bytes: number; seconds: number; atOnce: number }

/**
 * Reads whole bodies: at most `bytes`, within `seconds`, and `atOnce` of them, beyond which the one that has been coming
 * the longest gives way. So nobody holds the server by sending slowly or without end, and many who send slowly hold up
 * each other only. What it makes throws too_large, bad_request, unavailable; what that answers is given.
 */
export function readBodies({ bytes, seconds, atOnce }: Bounds) {
  const coming = new Set<(reason: Problem) => void>()

  return async (body: AsyncIterable<Uint8Array>): Promise<Buffer<ArrayBuffer>> => {
    const { promise: late, reject: giveUp } = Promise.withResolvers<never>()
    const timer = setTimeout(() => giveUp(new Problem('bad_request')), seconds * 1000)
    coming.add(giveUp)
    const [longest] = coming
    if (coming.size > atOnce) longest?.(new Problem('unavailable'))
    try {
      return await readAll(body, bytes, late)
    } finally {
      clearTimeout(timer)
      coming.delete(giveUp)
    }
  }
}

/** Reads the body of a JSON request before anything else happens, within these bounds. @throws what `readBodies` throws */
export function readJsonBodies(bounds: Bounds): MiddlewareHandler {
  const read = readBodies(bounds)
  return async (c, next) => {
    const { raw } = c.req
    // What these bring along is never looked at.
    if (raw.method === 'GET' || raw.method === 'HEAD') return next()
    const type = c.req.header('Content-Type')
    if (raw.body && type && !/^application\/json\b/i.test(type)) throw new Problem('bad_request')
    if (Number(c.req.header('Content-Length') ?? 0) > bounds.bytes) throw new Problem('too_large')
    if (raw.body) {
      const body = await read(raw.body)
      if (!isJson(body)) throw new Problem('bad_request')
      c.req.raw = new Request(raw, { body })
    }
    await next()
  }
}

async function readAll(body: AsyncIterable<Uint8Array>, bytes: number, late: Promise<never>) {
  // What is left unread is its connection's business, which still has to carry our answer.
  const reader = body[Symbol.asyncIterator]()
  // Copied: of chunks of a byte each, the buffers around them would take hundreds of times as much.
  let all = Buffer.allocUnsafeSlow(Math.min(bytes, 16 * 1024))
  for (let size = 0; ; ) {
    const { done, value } = await Promise.race([reader.next(), late])
    if (done) return give(all).subarray(0, size)
    const end = size + value.length
    if (end > bytes) throw new Problem('too_large')
    if (end > all.length) {
      const larger = Buffer.allocUnsafeSlow(Math.min(bytes, Math.max(end, all.length * 2)))
      larger.set(all.subarray(0, size))
      free(give(all))
      all = larger
    }
    all.set(value, size)
    size = end
    free(value)
  }
}

/** Whether it is JSON, or nothing. */
function isJson(body: Buffer): boolean {
  try {
    if (body.length > 0) JSON.parse(body.toString())
    return true
  } catch {
    return false
  }
}
