import { pipeline, type Readable, Transform } from 'node:stream'
import { type Blanks, FREE } from '../previews/messages.ts'

/** A stream of a file from byte `start` on, with some of its bytes blank. */
export function blanked(stream: Readable, start: number, blanks: Blanks): Readable {
  let at = start
  let next = 0
  const blanking = new Transform({
    transform(chunk: Buffer, _, done) {
      const from = at
      at += chunk.length
      let bytes = chunk
      for (; next < blanks.length; next += 2) {
        const [begin, length] = [blanks[next] ?? 0, blanks[next + 1] ?? 0]
        if (begin >= at) break
        const end = begin + (length || FREE.length)
        if (end <= from) continue
        // The bytes of a chunk may be somebody else's too.
        if (bytes === chunk) bytes = Buffer.from(chunk)
        const [first, last] = [Math.max(begin - from, 0), Math.min(end - from, bytes.length)]
        if (length > 0) bytes.fill(0, first, last)
        else
          for (let index = first; index < last; index++) bytes[index] = FREE.charCodeAt(from + index - begin)
        // The rest of it lies in what comes.
        if (end > at) break
      }
      done(null, bytes)
    },
  })
  return pipeline(stream, blanking, () => {}) as unknown as Readable
}
