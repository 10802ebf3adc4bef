import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Problem } from '../../core/errors.ts'
import { free } from '../blobs/freeing.ts'
import type { Answer } from '../files/outgoing.ts'
import type { Log } from '../log.ts'
import { withoutValues } from './problems.ts'

/**
 * Answers a request past the HTTP library, whose web streams cost more than the bytes themselves. A body that ends too
 * early breaks its connection off, so that nobody takes what came for the whole. Why is logged, unless it is a Problem,
 * which means on purpose.
 */
export function sendAnswer({ status, headers, body }: Answer, outgoing: ServerResponse, log: Log): Response {
  if (outgoing.req.method === 'HEAD') {
    // Nobody will read it, nor say so.
    if (body instanceof Readable) body.destroy()
    return new Response(null, { status, headers })
  }
  outgoing.writeHead(status, headers)
  if (!(body instanceof Readable)) {
    outgoing.end(body, () => body && free(body))
    return RESPONSE_ALREADY_SENT
  }
  // The first bytes may take their time.
  outgoing.flushHeaders()
  const promised = Number(headers['Content-Length'] ?? 0)
  let sent = 0
  const underWay: { chunk: Uint8Array; end: number }[] = []
  const freeWritten = () => {
    // What still waits, or is being written, comes last.
    const written = outgoing.destroyed ? 0 : sent - outgoing.writableLength
    for (let [first] = underWay; first && first.end <= written; [first] = underWay) {
      free(first.chunk)
      underWay.shift()
    }
  }
  body.on('data', (chunk: Uint8Array) => {
    freeWritten()
    sent += chunk.length
    underWay.push({ chunk, end: sent })
  })
  outgoing.on('drain', freeWritten)
  pipeline(body, outgoing, { end: false })
    .then(() => {
      if (sent < promised) throw new Error(`${sent} bytes of ${promised} were there to be sent`)
      outgoing.end()
    })
    .catch((error) => {
      // Then nobody waits for the rest.
      if (outgoing.destroyed) return
      if (!(error instanceof Problem)) log.error({ err: withoutValues(error) }, 'an answer broke off')
      outgoing.destroy()
    })
  return RESPONSE_ALREADY_SENT
}

/** Resolves once an answer is out, or its connection gone. */
export function whenOver(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (outgoing.closed) resolve()
    else outgoing.once('close', resolve)
  })
}
