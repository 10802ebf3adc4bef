import { finished, PassThrough, type Readable } from 'node:stream'

/** What may come while others are dealt with: chunks, as the connection brings them. Put together, they would be copied. */
const CHUNKS_AHEAD = 4

/**
 * The body of a request, which is touched only now: whoever expects a word before sending has it. A stream of its own,
 * which may be left, or destroyed where we fail: the connection still has to carry our answer.
 */
export function openBody(coming: Readable): Readable {
  const body = coming.pipe(new PassThrough({ readableObjectMode: true, readableHighWaterMark: CHUNKS_AHEAD }))
  // Whoever reads it is told; nobody may be reading just then.
  body.on('error', () => {})
  // Its sender may be gone before this, or at any time after.
  finished(coming, { writable: false }, (error) => error && body.destroy(error))
  return body
}
