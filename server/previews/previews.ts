import { rm } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { hasBlanks, hasPreview, kindOf } from '../../core/kinds.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Log } from '../log.ts'
import { PreviewFailed, PreviewsBusy } from './failures.ts'
import { type Asking, createLine } from './line.ts'
import type { Blanks, Preview, Variant } from './messages.ts'
import { findOffice, type Office, type OfficeLimits } from './office.ts'
import { makeTempFolder } from './temp-folder.ts'
import { type Answer, startWorker, type WorkerLimits } from './worker-process.ts'

export interface PreviewRequest extends Asking {
  key: string
  /** Bytes. */
  size: number
  /** The media type found in the bytes. */
  type: string
  variant: Variant
}

type Asked = Omit<PreviewRequest, 'variant'> & { variant: Variant | 'blanks' }

interface Limits extends WorkerLimits {
  /** Of what is read whole: all but films, recordings and texts. */
  bytes: number
  /** That a picture may claim. */
  pixels: number
  /** Requests that may wait. */
  waiting: number
}

const MB = 1024 * 1024
const LIMITS: Limits = { bytes: 200 * MB, pixels: 250e6, memory: 768 * MB, seconds: 20, waiting: 200 }
/** Native decoders leak and scatter their memory: a new process once it has worked so long. */
const WORK_MS = 60_000
const IDLE_MS = 60_000
const STREAMED = new Set(['video', 'audio', 'text'])

interface Worker {
  process: ReturnType<typeof startWorker>
  worked: number
}

/** Pictures of files, made by a bounded pool of confined processes. */
export function createPreviews(parts: {
  blobs: Pick<Blobs, 'open' | 'openStored'>
  log: Log
  workers?: number
  /** SOFFICE_PATH. */
  officePath?: string | undefined
  limits?: Partial<Limits>
  officeLimits?: Partial<OfficeLimits>
}) {
  const { blobs, log, workers = workersFor(availableParallelism(), memoryOfMachine()) } = parts
  const limits = { ...LIMITS, ...parts.limits }
  const folder = makeTempFolder()
  const idle = new Map<Worker, NodeJS.Timeout>()
  const busy = new Set<Worker>()
  const line = createLine({ places: workers, most: limits.waiting, work: produce })
  let office: Office | undefined | null = null
  // Looked for by whoever has an office file to show: most that start us have none.
  const openOffice = () => {
    if (office === null)
      office = findOffice({ path: parts.officePath, folder, log, limits: parts.officeLimits ?? {} })
    return office
  }
  // By itself in a line of its own: it takes seconds, and hundreds of megabytes.
  const officeLine = createLine({ places: 1, most: limits.waiting, work: produceConverted })
  let closed = false

  /**
   * A WebP picture that fits the variant's box, or the whole image for others than its owner.
   * @throws {PreviewFailed} this file has none
   * @throws {PreviewsBusy} not now
   * Rejects with the blob store's own errors when the blob is absent or the store fails.
   */
  async function make(request: PreviewRequest): Promise<Preview> {
    const { key, type, variant } = request
    if (!hasPreview(type) || kindOf(type) === 'office' || (variant !== 'thumb' && kindOf(type) !== 'image'))
      throw new PreviewFailed('unsupported')
    const answer = await line.ask(`${variant} ${key}`, request, request)
    if (!('made' in answer)) throw new PreviewFailed('crashed', 'out of turn')
    return answer.made
  }

  /** What of a film goes to nobody but its owner. Rejects like `make`. */
  async function findBlanks(request: Omit<PreviewRequest, 'variant'>): Promise<Blanks> {
    if (!hasBlanks(request.type)) throw new PreviewFailed('unsupported')
    const answer = await line.ask(`blanks ${request.key}`, { ...request, variant: 'blanks' }, request)
    if (!('blanks' in answer)) throw new PreviewFailed('crashed', 'out of turn')
    return answer.blanks
  }

  /** An office file as a PDF. Rejects like `make`. */
  async function convert(request: Omit<PreviewRequest, 'variant'>): Promise<Uint8Array> {
    if (kindOf(request.type) !== 'office') throw new PreviewFailed('unsupported')
    return await officeLine.ask(request.key, request, request)
  }

  async function produceConverted({ key, size, type }: Omit<PreviewRequest, 'variant'>): Promise<Uint8Array> {
    const converter = openOffice()
    if (!converter) throw new PreviewFailed('unconverted')
    if (size > limits.bytes) throw new PreviewFailed('too_large')
    try {
      return await converter.convert((await blobs.open(key)).stream, type)
    } catch (error) {
      if (closed) throw new PreviewsBusy('closing')
      log.warn({ err: error, key, type }, 'no pages')
      throw error
    }
  }

  async function produce({ key, size, type, variant }: Asked): Promise<Answer> {
    if (size === 0) throw new PreviewFailed('unreadable')
    if (size > limits.bytes && !STREAMED.has(kindOf(type))) throw new PreviewFailed('too_large')
    if (closed) throw new PreviewsBusy('closing')
    const worker = takeWorker()
    const since = performance.now()
    try {
      const task = { type, variant, size, pixels: limits.pixels }
      const answer = await worker.process.make(task, (start, end) =>
        blobs.openStored(key, size, { start, end }),
      )
      worker.worked += performance.now() - since
      return answer
    } catch (error) {
      // Whatever it was, its process has seen something odd.
      worker.worked = Number.POSITIVE_INFINITY
      if (closed) throw new PreviewsBusy('closing')
      log.warn({ err: error, key, type, variant }, 'no preview')
      throw error
    } finally {
      await putBack(worker)
    }
  }

  function takeWorker(): Worker {
    const [rested] = idle.keys()
    const worker = rested ?? newWorker()
    clearTimeout(idle.get(worker))
    idle.delete(worker)
    busy.add(worker)
    return worker
  }

  function newWorker(): Worker {
    const worker = { process: startWorker(folder, limits), worked: 0 }
    worker.process.gone.addEventListener('abort', () => {
      clearTimeout(idle.get(worker))
      idle.delete(worker)
    })
    return worker
  }

  async function putBack(worker: Worker) {
    if (closed || worker.worked >= WORK_MS) await worker.process.kill()
    busy.delete(worker)
    if (worker.process.gone.aborted) return
    const rest = () => {
      idle.delete(worker)
      void worker.process.kill()
    }
    idle.set(worker, setTimeout(rest, IDLE_MS).unref())
  }

  async function close() {
    closed = true
    line.close()
    officeLine.close()
    await office?.close()
    await Promise.all([...idle.keys(), ...busy].map((worker) => worker.process.kill()))
    await rm(folder, { recursive: true, force: true })
  }

  return { make, convert, findBlanks, close }
}

/** Of which each may grow to most of it, by a single picture. */
const MEMORY_EACH = 1024 * MB

/**
 * One more than there are processors, because each waits a part of its time for bytes; on a machine with little memory
 * (bytes) fewer, but one: docs/decisions/0039-how-many-make-previews.md.
 */
export function workersFor(processors: number, memory: number): number {
  return Math.max(1, Math.min(processors + 1, Math.floor(memory / MEMORY_EACH)))
}

function memoryOfMachine(): number {
  return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
}
