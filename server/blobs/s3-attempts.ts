import { setTimeout as wait } from 'node:timers/promises'
import type { S3ServiceException } from '@aws-sdk/client-s3'
import { StorageFailed, StorageFull, UploadLost } from './port.ts'

const TRIES = 3
const FIRST_PAUSE_MS = 200

export type Attempt = {
  signal: AbortSignal
  /** To be called whenever bytes move: only silence counts. */
  alive(): void
  /** Gives this attempt up. */
  abort(error: unknown): void
}

/**
 * Asks a store over a network: once more, and once more, of what may pass; but of a store that is silent for `patience`
 * (ms) no second time, lest whoever waits for us waits in vain.
 * @throws {StorageFailed} @throws {StorageFull} @throws {UploadLost} the parts of an object were given up there
 */
export async function attempt<T>(verb: (attempt: Attempt) => Promise<T>, patience: number): Promise<T> {
  for (let tries = 1; ; tries++) {
    const over = new AbortController()
    const silent = new StorageFailed(`S3 is silent for ${patience / 1000} seconds`)
    const timer = setTimeout(() => over.abort(silent), patience)
    const { signal } = over
    try {
      return await verb({ signal, alive: () => timer.refresh(), abort: (error) => over.abort(error) })
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (tries === TRIES || !mayPass(error)) throw translate(error)
    } finally {
      clearTimeout(timer)
    }
    await wait(FIRST_PAUSE_MS * 4 ** (tries - 1))
  }
}

export function statusOf(error: unknown): number | undefined {
  return (error as Partial<S3ServiceException>).$metadata?.httpStatusCode
}

/** Of a server, or of the way to it; anything else is a mistake of ours. */
function isOfTheStore(error: unknown): error is Error {
  return error instanceof Error && ('$metadata' in error || 'code' in error || error.name === 'TimeoutError')
}

function mayPass(error: unknown): boolean {
  if (!isOfTheStore(error)) return false
  if (['RequestTimeout', 'RequestTimeTooSkewed', 'SlowDown', 'OperationAborted'].includes(error.name))
    return true
  const status = statusOf(error)
  return status === undefined || status === 429 || [500, 502, 503, 504].includes(status)
}

function translate(error: unknown): unknown {
  if (error instanceof StorageFailed || error instanceof StorageFull || !isOfTheStore(error)) return error
  if (['NoSuchUpload', 'InvalidPart'].includes(error.name))
    return new UploadLost('S3 gave its parts up', { cause: error })
  const status = statusOf(error)
  const full = status === 507 || /quota|storagefull|insufficientstorage/i.test(error.name)
  const what =
    status === undefined ? ((error as NodeJS.ErrnoException).code ?? error.name) : `${status} ${error.name}`
  return new (full ? StorageFull : StorageFailed)(`S3: ${what}`, { cause: error })
}
