import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** The harmless text that every scanner takes for malware; in two pieces, lest one take this file for it. */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('')

/**
 * A clamd that speaks INSTREAM and finds EICAR. `state.refuses`: hangs up on whoever comes; `state.holds`: reads, and
 * answers only once that is false again; `state.max`: its StreamMaxLength; `state.answers`: what it says of any file.
 */
export async function startClamd(t: Pick<TestContext, 'after'>) {
  const state = { refuses: false, holds: false, max: 1024 * 1024, answers: undefined as string | undefined }
  /** How many bytes each stream had, and the largest chunk of all. */
  const seen = { streams: [] as number[], chunk: 0 }
  const sockets = new Set<Socket>()
  const held: (() => void)[] = []

  const server = createServer((socket) => {
    if (state.refuses) return socket.destroy()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    const say = (reply: string) => {
      const answer = () => socket.end(`${reply}\0`)
      if (state.holds) held.push(answer)
      else answer()
    }
    let pending: Buffer = Buffer.alloc(0)
    let streaming = false
    const pieces: Buffer[] = []
    let size = 0
    socket.on('data', (bytes) => {
      pending = Buffer.concat([pending, bytes])
      if (!streaming) {
        const end = pending.indexOf('\0')
        if (end < 0) return
        const command = pending.toString('latin1', 0, end)
        pending = pending.subarray(end + 1)
        if (command === 'zPING') return socket.end('PONG\0')
        if (command !== 'zINSTREAM') return socket.end('UNKNOWN COMMAND\0')
        streaming = true
      }
      while (pending.length >= 4) {
        const length = pending.readUInt32BE()
        seen.chunk = Math.max(seen.chunk, length)
        if (length === 0) {
          seen.streams.push(size)
          const found = Buffer.concat(pieces).includes(EICAR)
          return say(state.answers ?? (found ? 'stream: Eicar-Test-Signature FOUND' : 'stream: OK'))
        }
        if (size + length > state.max) return say('INSTREAM size limit exceeded. ERROR')
        if (pending.length < 4 + length) return
        size += length
        pieces.push(pending.subarray(4, 4 + length))
        pending = pending.subarray(4 + length)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    seen,
    /** Answers whoever was kept waiting. */
    letGo() {
      state.holds = false
      for (const answer of held.splice(0)) answer()
    },
  }
}
