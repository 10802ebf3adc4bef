import { finished, type Readable, Transform } from 'node:stream'
import { give } from '../blobs/freeing.ts'

/** What may come while others are dealt with: chunks, as the connection brings them. Put together, they would be copied. */
const CHUNKS_AHEAD = 4

/**
 * The body of a request, which is touched only now: whoever expects a word before sending has it. A stream of its own,
 * which may be left, or destroyed where we fail: the connection still has to carry our answer. Its chunks are given.
 */
export function openBody(coming: Readable): Readable {
  const body = coming.pipe(
    new Transform({
      readableObjectMode: true,
      readableHighWaterMark: CHUNKS_AHEAD,
      transform: (chunk, _encoding, done) => done(null, give(chunk)),
    }),
  )
  // Whoever reads it is told; nobody may be reading just then.
  body.on('error', () => {})
  // Its sender may be gone before this, or at any time after.
  finished(coming, { writable: false }, (error) => error && body.destroy(error))
  return body
}
