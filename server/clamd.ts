import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What clamd says of some bytes; `unscannable`: that it can't look, or not at all of it. */
export type Verdict = { is: 'clean' } | { is: 'unscannable' } | { is: 'infected'; malware: string }

export type Clamd = ReturnType<typeof createClamd>

/** No answer, or one that says nothing about the bytes. */
export class ClamdFailed extends Error {
  override name = 'ClamdFailed'
}

/** How long nothing may happen: while connecting and sending; after the last byte, while it looks; for a ping. */
const PATIENCE = { sendMs: 60_000, lookMs: 300_000, pingMs: 3_000 }
/** Of one chunk; clamd refuses any that is larger than all it takes. */
const CHUNK = 64 * 1024
const MAX_REPLY = 4096

/** A client of clamd: `address` is `tcp://host:port` or `unix:/path`. Nothing is kept open in between. */
export function createClamd(address: string, patience: Partial<typeof PATIENCE> = {}) {
  const { sendMs, lookMs, pingMs } = { ...PATIENCE, ...patience }

  /** Sends a command and all that belongs to it, as fast as it is taken, until there is an answer. */
  async function ask(command: AsyncIterable<Uint8Array>, idleMs: number, answerMs: number): Promise<string> {
    const socket = connect(placeOf(address))
    socket.setTimeout(idleMs, () => socket.destroy(new ClamdFailed('clamd keeps us waiting')))
    const over = new AbortController()
    const answer = readReply(socket).finally(() => over.abort())
    try {
      // Of an answer before the end, what is left to be sent is of no interest.
      await Promise.race([answer, send()])
      return await answer
    } finally {
      socket.destroy()
    }

    async function send() {
      for await (const bytes of command) {
        if (over.signal.aborted) return
        if (!socket.write(bytes)) await once(socket, 'drain', { signal: over.signal }).catch(() => {})
      }
      socket.setTimeout(answerMs)
    }
  }

  return {
    /** @throws {ClamdFailed}, and whatever reading the bytes throws */
    scan: async (bytes: AsyncIterable<Uint8Array>): Promise<Verdict> =>
      toVerdict(await ask(stream(bytes), sendMs, lookMs)),

    /** @throws {ClamdFailed} unless it answers now */
    async ping(): Promise<void> {
      const reply = await ask(one('zPING\0'), pingMs, pingMs)
      if (reply !== 'PONG') throw new ClamdFailed(`clamd answers a ping with ${JSON.stringify(reply)}`)
    },
  }
}

/** @throws where it is no address of clamd's */
function placeOf(address: string): { host: string; port: number } | { path: string } {
  const { protocol, hostname, port, pathname } = new URL(address)
  if (protocol === 'unix:') return { path: decodeURIComponent(pathname) }
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

async function* one(text: string) {
  yield Buffer.from(text)
}

/** As INSTREAM wants it: chunks, each after its length in four bytes, and an empty one at the end. */
async function* stream(bytes: AsyncIterable<Uint8Array>) {
  yield Buffer.from('zINSTREAM\0')
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length; at += CHUNK) {
      const chunk = piece.subarray(at, at + CHUNK)
      yield lengthOf(chunk.length)
      yield chunk
    }
  }
  yield lengthOf(0)
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes)
  return length
}

function readReply(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let reply = ''
  socket.on('data', (bytes) => {
    reply += bytes.toString('latin1')
    const end = reply.indexOf('\0')
    if (end >= 0) resolve(reply.slice(0, end))
    else if (reply.length > MAX_REPLY) reject(new ClamdFailed('clamd’s answer has no end'))
  })
  socket.once('error', (error) =>
    reject(error instanceof ClamdFailed ? error : new ClamdFailed(error.message, { cause: error })),
  )
  socket.once('close', () => reject(new ClamdFailed('clamd hung up without an answer')))
  // Whoever asks may have failed by itself before.
  promise.catch(() => {})
  return promise
}

/** By default clamd says "OK" of what is beyond its limits; with `AlertExceedsMax` it says so, as of malware. */
const NOT_LOOKED = /^Heuristics\.(Limits\.Exceeded|Encrypted)/

/** @throws {ClamdFailed} */
function toVerdict(reply: string): Verdict {
  if (reply === 'stream: OK') return { is: 'clean' }
  if (/^INSTREAM size limit exceeded/.test(reply)) return { is: 'unscannable' }
  const malware = /^stream: (.+) FOUND$/.exec(reply)?.[1]
  if (!malware) throw new ClamdFailed(`clamd answers ${JSON.stringify(reply.slice(0, 200))}`)
  return NOT_LOOKED.test(malware) ? { is: 'unscannable' } : { is: 'infected', malware: malware.slice(0, 200) }
}
