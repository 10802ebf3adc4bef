import { readProblem } from '../api.ts'
import { requireUnchanged } from './picked-files.ts'

/** A connection that moves nothing for this long is dead, whatever it says. */
const STALLED_MS = 60_000

interface Order {
  file: File
  metadata: Record<string, string>
  /** The professional or client who sends. */
  as: string
  /** Where an earlier attempt was sent, to go on from there. */
  url: string | null
}

interface Events {
  begun: (url: string) => void
  /** Bytes of the file that have left. */
  moved: (sent: number) => void
}

/** The new item, and whether it stands at the root, be it that its folder was gone by then. */
interface Sent {
  itemId: string
  atRoot: boolean
}

/** Fetches what sending takes ahead of time: a browser that once failed to will not try again on this page. */
export function prepareTransfer(): void {
  import('tus-js-client').catch(() => {})
}

/**
 * Sends a file, going on where an earlier attempt ended, and tells what became of it.
 * @throws Problem of the server; upload_changed; TypeError where it can't be reached; the signal's reason
 */
export async function transfer(order: Order, events: Events, signal: AbortSignal): Promise<Sent> {
  const { Upload } = await import('tus-js-client')
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Sent>()
  const stalled = () => reject(new TypeError('The upload does not move'))
  let watch: ReturnType<typeof setTimeout> | undefined
  const moves = (sent: number) => {
    clearTimeout(watch)
    // Once all is sent, the server may take its time to make it durable.
    watch = sent < order.file.size ? setTimeout(stalled, STALLED_MS) : undefined
  }

  // Not with its bytes in the first request: if the answer got lost, they would be sent again, as another file.
  const upload = new Upload(order.file, {
    endpoint: '/api/uploads',
    uploadUrl: order.url,
    metadata: order.metadata,
    headers: { 'Carnet-As': order.as },
    // Both are ours to keep: addresses with the files, patience with the whole queue.
    storeFingerprintForResuming: false,
    retryDelays: null,
    onUploadUrlAvailable: () => upload.url && events.begun(upload.url),
    onProgress: (sent) => {
      moves(sent)
      events.moved(sent)
    },
    onSuccess: ({ lastResponse }) =>
      resolve({
        itemId: lastResponse.getHeader('Carnet-Item') ?? '',
        atRoot: lastResponse.getHeader('Carnet-Folder') === 'root',
      }),
    onError: (error) => void readFailure(error, order.file).then(reject, reject),
  })
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop)
  try {
    moves(0)
    upload.start()
    return await promise
  } finally {
    clearTimeout(watch)
    signal.removeEventListener('abort', stop)
    // Lets a request under way go, and nothing else: what the server has stays for the next attempt.
    void upload.abort().catch(() => {})
  }
}

async function readFailure(error: Error, file: File): Promise<Error> {
  const response = 'originalResponse' in error ? error.originalResponse : null
  if (isResponse(response) && response.getStatus() > 0) {
    return readProblem(new Response(response.getBody() || null, { status: response.getStatus() }))
  }
  // The browser reports a file that changed under its hands as a broken connection.
  await requireUnchanged(file)
  return new TypeError('The server can’t be reached', { cause: error })
}

function isResponse(value: unknown): value is { getStatus(): number; getBody(): string } {
  return typeof value === 'object' && value !== null && 'getStatus' in value && 'getBody' in value
}

/** Tells the server to drop what it has of an upload; what never arrives expires there by itself. */
export async function giveUp(url: string, as: string): Promise<void> {
  const headers = { 'Tus-Resumable': '1.0.0', 'Carnet-As': as }
  await fetch(url, { method: 'DELETE', headers, credentials: 'same-origin', keepalive: true }).catch(() => {})
}
