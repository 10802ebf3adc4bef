import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { addAbortSignal, type Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { StoredBytes } from '../blobs/blobs.ts'
import { free, give } from '../blobs/freeing.ts'
import { BlobDamaged } from '../blobs/port.ts'
import { PreviewFailed, PreviewsBusy } from './failures.ts'
import {
  areBlanks,
  type Blanks,
  BYTES_FD,
  type Coming,
  PICTURE_TYPES,
  type Preview,
  type Task,
  type WorkerMessage,
} from './messages.ts'

export interface WorkerLimits {
  /** Bytes of memory for one preview, over what the process needs by itself. */
  memory: number
  /** Seconds for one preview, and for the start of a process. */
  seconds: number
}

/** What comes of a task. */
export type Answer = { made: Preview } | { blanks: Blanks }

const root = resolve(import.meta.dirname, '../..')
const MB = 1024 * 1024
// Node takes this much writable address space at its start (620 MB measured) and hardly touches it, but it counts.
const RESERVED = 700 * MB
// Stops a worker whose server was killed while it was in an endless loop. Far more than its share of previews needs.
const CPU_SECONDS = 600

const position = z.int().nonnegative()
/** As PostgreSQL can keep it. */
const length = z
  .int()
  .positive()
  .max(2 ** 31 - 1)

/** A worker has read hostile bytes: what it says is checked like anything from outside. */
const workerMessage: z.ZodType<WorkerMessage> = z.union([
  z.strictObject({ ready: z.literal(true) }),
  z.strictObject({ wants: z.strictObject({ start: position, end: position }) }),
  z.strictObject({ unreadable: z.string() }),
  z.strictObject({ damaged: z.string() }),
  z.strictObject({ blanks: z.instanceof(Float64Array).refine(areBlanks) }),
  z.strictObject({
    made: z.strictObject({
      type: z.enum(PICTURE_TYPES),
      bytes: z.instanceof(Uint8Array).refine((bytes) => bytes.length <= 64 * MB),
      width: length,
      height: length,
      hash: z.base64().max(48).exactOptional(),
      original: z.strictObject({ width: length, height: length }),
      duration: z.number().nonnegative().exactOptional(),
    }),
  }),
])

/**
 * A process that decodes what strangers sent: no secrets in its environment, no files but its own program,
 * no room on the disk, no core dump, and an end to its memory and its time.
 */
export function startWorker(folder: string, { memory, seconds }: WorkerLimits) {
  const limits = ['-c 0', '-f 0', `-t ${CPU_SECONDS}`, `-d ${Math.round((RESERVED + memory) / 1024)}`]
  // Asked in a subshell first, for a shell ends when it may not set a limit.
  const script = `for l in ${limits.map((limit) => `"${limit}"`).join(' ')}; do (ulimit $l) && ulimit $l; done; exec "$@"`
  const node = [
    process.execPath,
    '--max-old-space-size=128',
    '--no-warnings',
    '--permission',
    '--allow-addons',
  ]
  const readable = [
    'node_modules',
    'server/previews',
    'server/blobs/seal.ts',
    'server/blobs/freeing.ts',
    'server/blobs/port.ts',
    'core',
    'package.json',
  ].map((path) => `--allow-fs-read=${join(root, path)}`)
  const program = fileURLToPath(import.meta.resolve('./worker.ts'))
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...node, ...readable, program], {
    cwd: folder,
    env: { UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
    serialization: 'advanced',
  })

  let lastWords = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-2000)
  })
  const gone = new AbortController()
  const end = (how: string) => gone.abort(new PreviewFailed('crashed', `${how}: ${lastWords}`))
  child.on('error', (error) => end(error.message))
  child.on('exit', (code, signal) => end(signal ?? `exit ${code}`))

  /** Aborted when the time for one thing is over, or the process is. */
  const deadline = () => AbortSignal.any([AbortSignal.timeout(seconds * 1000), gone.signal])

  async function hear(ended: AbortSignal): Promise<WorkerMessage> {
    try {
      const [message] = await once(child, 'message', { signal: ended })
      return workerMessage.parse(message)
    } catch (error) {
      if (gone.signal.aborted) throw gone.signal.reason
      throw ended.aborted ? new PreviewFailed('timeout') : new PreviewFailed('crashed', String(error))
    }
  }

  const pipe = child.stdio[BYTES_FD] as Writable
  pipe.on('error', () => {})

  /** Rejects when the source fails. What becomes of the worker is for `hear` to tell. */
  async function pour({ stream: source, length, opening }: StoredBytes, ended: AbortSignal) {
    addAbortSignal(ended, source)
    child.send({ length, opening } satisfies Coming)
    try {
      for await (const chunk of source) {
        if (!pipe.write(chunk, (error) => error ?? free(give(chunk))))
          await once(pipe, 'drain', { signal: ended })
      }
    } catch {
      if (source.errored && !ended.aborted) throw source.errored
    }
  }

  const ready = hear(deadline()).catch((error) => {
    throw new PreviewsBusy(`no worker starts: ${error.message}`)
  })
  ready.catch(() => {})

  return {
    /** Aborted when the process is no more. */
    gone: gone.signal,

    /** One task at a time; `open` reads from `start` to `end`, both included. After a rejection the worker is of no more use. */
    async make(task: Task, open: (start: number, end: number) => Promise<StoredBytes>): Promise<Answer> {
      await ready
      const ended = deadline()
      let heard = hear(ended)
      child.send(task)
      for (;;) {
        const message = await heard
        if ('made' in message || 'blanks' in message) return message
        if ('unreadable' in message) throw new PreviewFailed('unreadable', message.unreadable)
        if ('damaged' in message) throw new BlobDamaged(message.damaged)
        if (!('wants' in message)) throw new PreviewFailed('crashed', 'out of turn')
        const { start, end } = message.wants
        if (end >= task.size) throw new PreviewFailed('crashed', 'out of bounds')
        // The worker may answer before all is poured, and a store may hang or fail: whichever comes first.
        heard = hear(ended)
        const poured = open(start, end).then((bytes) => pour(bytes, ended))
        await Promise.race([heard, poured.then(() => heard)])
      }
    },

    async kill() {
      if (gone.signal.aborted) return
      child.kill('SIGKILL')
      await once(gone.signal, 'abort')
    },
  }
}
