import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartError } from './start-error.ts'

/** How long requests under way may go on once the process is asked to stop. Uploads that are cut can resume. */
const DRAIN_MS = 5_000

/** A connection on which nothing moves for so long is dropped; while bytes flow, a request may take hours. */
const IDLE_MS = 120_000

const HEADERS_MS = 30_000

export interface Listener {
  port: number
  /** Until this is called, every request is answered 503. */
  serve(handler: RequestListener): void
  /** Stops accepting, lets requests under way finish for a bounded time, then cuts them. */
  close(): Promise<void>
}

/**
 * Takes the port before anything slow or lasting begins, so that a second start fails at once and changes nothing.
 * @throws {StartError} the port can't be had
 */
export async function listen(host: string, port: number, drainMs = DRAIN_MS): Promise<Listener> {
  let handler: RequestListener = answerStarting
  const server = createServer(
    // No limit on a whole request: 5 GB over a slow line take long. The idle timeout holds all the same.
    { headersTimeout: HEADERS_MS, requestTimeout: 0, keepAliveTimeout: 65_000 },
    (request, response) => {
      response.on('close', () => closing && setImmediate(() => server.closeIdleConnections()))
      handler(request, response)
    },
  )
  let closing = false
  server.timeout = IDLE_MS

  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (error: NodeJS.ErrnoException) => reject(new StartError(explain(error, host, port))))
  server.listen(port, host, resolve)
  await promise

  return {
    port: (server.address() as AddressInfo).port,
    serve(next) {
      handler = next
    },
    async close() {
      closing = true
      const closed = new Promise((resolve) => server.close(resolve))
      const cut = setTimeout(() => server.closeAllConnections(), drainMs)
      await closed
      clearTimeout(cut)
    },
  }
}

function explain({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE')
    return `PORT: ${port} is already in use on ${host}; stop the other program or choose another`
  if (code === 'EACCES') return `PORT: ${port} is reserved for root; choose one from 1024 on`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST: ${host} is not an address of this machine`
  return `PORT: can't serve on ${host}:${port}: ${message}`
}

const answerStarting: RequestListener = (_request, response) => {
  response.writeHead(503, {
    'Content-Type': 'application/json',
    'Retry-After': '2',
    'Cache-Control': 'no-store',
  })
  response.end('{"status":"starting"}\n')
}
