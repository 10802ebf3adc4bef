import { pipeline, type Readable, Transform } from 'node:stream'
import type { Blank } from '../previews/messages.ts'

const FREE = Buffer.from('free')

/** A stream of a file from byte `start` on, with some of its bytes blank: these in their order. */
export function blanked(stream: Readable, start: number, blanks: readonly Blank[]): Readable {
  let at = start
  let first = 0
  const blanking = new Transform({
    transform(chunk: Buffer, _, done) {
      const from = at
      at += chunk.length
      // They are in order, and there may be many.
      while (endOf(blanks[first]) <= from) first++
      let bytes = chunk
      for (let index = first; (blanks[index]?.[0] ?? at) < at; index++) {
        // The bytes of a chunk may be somebody else's too.
        if (bytes === chunk) bytes = Buffer.from(chunk)
        blank(bytes, from, blanks[index])
      }
      done(null, bytes)
    },
  })
  return pipeline(stream, blanking, () => {}) as unknown as Readable
}

function endOf(blank: Blank | undefined): number {
  return blank ? blank[0] + blank[1] : Number.POSITIVE_INFINITY
}

function blank(bytes: Buffer, from: number, [begin, length, how]: Blank = [0, 0, 'zero']): void {
  const [first, end] = [Math.max(begin - from, 0), Math.min(begin + length - from, bytes.length)]
  if (how === 'zero') bytes.fill(0, first, Math.max(first, end))
  else for (let index = first; index < end; index++) bytes[index] = FREE[from + index - begin] ?? 0
}
