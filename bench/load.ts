import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { free, give } from '../server/blobs/freeing.ts'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** Runs `work` for 0, 1 … `count` - 1, so many at once. Resolves with milliseconds. */
export async function timeEach(
  count: number,
  atOnce: number,
  work: (i: number) => Promise<unknown>,
): Promise<number> {
  let next = 0
  const start = performance.now()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await work(next++)
    }),
  )
  return performance.now() - start
}

/** Sends a body and reads the answer, which is dropped as it comes. Resolves with how many bytes it had. @throws unless it is 2xx */
export async function send(
  url: string,
  { body, ...options }: RequestOptions & { body?: Uint8Array | Readable },
): Promise<{ status: number; location: string | undefined; bytes: number }> {
  const sending = request(url, { agent, ...options })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sending.once('response', resolve)
    sending.once('error', reject)
  })
  if (body instanceof Readable) await pipeline(body, sending)
  else sending.end(body)
  const answer = await answered
  let bytes = 0
  for await (const chunk of answer) {
    bytes += chunk.length
    // Or it is the garbage of this process that is measured, whose heap is large: a server's no more than another's.
    free(give(chunk))
  }
  const { statusCode: status = 0 } = answer
  if (status >= 300) throw new Error(`${options.method ?? 'GET'} ${url}: ${status}`)
  return { status, location: answer.headers.location, bytes }
}

/** `size` bytes that no disk and no line compresses, made as they are read. */
export function noise(block: Uint8Array, size: number): Readable {
  let left = size
  return new Readable({
    highWaterMark: 1024 * 1024,
    read() {
      const part = block.subarray(0, Math.min(left, block.length))
      left -= part.length
      this.push(part)
      if (left === 0) this.push(null)
    },
  })
}
