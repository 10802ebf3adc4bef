import type { MiddlewareHandler } from 'hono'
import { Problem } from '../../core/errors.ts'

/**
 * Reads the whole body of a JSON request before anything else happens: at most `bytes`, within `seconds`, so that
 * nobody holds the server by sending slowly or without end. @throws too_large, bad_request
 */
export function readJsonBodies({ bytes, seconds }: { bytes: number; seconds: number }): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req
    const type = c.req.header('Content-Type')
    if (raw.body && type && !/^application\/json\b/i.test(type)) throw new Problem('bad_request')
    if (Number(c.req.header('Content-Length') ?? 0) > bytes) throw new Problem('too_large')
    if (raw.body) {
      const body = await readAll(raw.body, bytes, seconds)
      if (!isJson(body)) throw new Problem('bad_request')
      c.req.raw = new Request(raw, { body })
    }
    await next()
  }
}

async function readAll(body: ReadableStream<Uint8Array>, bytes: number, seconds: number) {
  const chunks: Uint8Array[] = []
  const reader = body.getReader()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Problem('bad_request')), seconds * 1000)
  try {
    for (let size = 0; ; ) {
      const { done, value } = await Promise.race([reader.read(), late.promise])
      if (done) return Buffer.concat(chunks)
      size += value.length
      if (size > bytes) throw new Problem('too_large')
      chunks.push(value)
    }
  } finally {
    clearTimeout(timer)
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
