import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StartError } from './start-error.ts'

/** How long requests under way may go on once the process is asked to stop. Uploads that are cut can resume. */
const DRAIN_MS = 5_000

/** A connection on which nothing moves for so long is dropped; while bytes flow, a request may take hours. */
const IDLE_MS = 120_000

const HEADERS_MS = 30_000

/**
 * Whoever sends or reads less than this in such a time is dropped too: a byte every now and then would hold a
 * connection, and what is open for it, for ever. Uploads and downloads that are cut can resume.
 */
export const TOO_SLOW = { bytes: 64 * 1024, ms: 120_000 }

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
      watch(request, response)
      response.once('finish', () => dropTheRest(request))
      handler(request, response)
    },
  )
  // Whoever asks before sending is told to go on once somebody reads, and spares the bytes when refused.
  server.on('checkContinue', (request, response) => {
    request.once('resume', () => {
      if (!response.headersSent) response.writeContinue()
    })
    server.emit('request', request, response)
  })
  const { watch, stop } = dropTheSlow()
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
      stop()
    },
  }
}

/**
 * Once answered, nobody reads on. Left where it stopped, a body would keep its connection from whatever its sender asks
 * next on it, until it is closed.
 */
function dropTheRest(request: IncomingMessage): void {
  if (request.complete) return
  request.removeAllListeners('data')
  request.resume()
}

/** Watches requests while it is the other side's turn: to go on sending a body, or to read what waits for it. */
function dropTheSlow() {
  const underWay = new Map<ServerResponse, { request: IncomingMessage; moved: number | undefined }>()
  const timer = setInterval(() => {
    for (const [response, { request, moved: before }] of underWay) {
      const { bytesRead, bytesWritten } = request.socket
      const waited = !request.complete || response.writableLength > 0
      const moved = waited ? bytesRead + bytesWritten : undefined
      underWay.set(response, { request, moved })
      if (moved !== undefined && before !== undefined && moved - before < TOO_SLOW.bytes) response.destroy()
    }
  }, TOO_SLOW.ms).unref()
  return {
    watch(request: IncomingMessage, response: ServerResponse) {
      underWay.set(response, { request, moved: undefined })
      response.once('close', () => underWay.delete(response))
    },
    stop: () => clearInterval(timer),
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
