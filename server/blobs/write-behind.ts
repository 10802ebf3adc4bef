import type { FileHandle } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { free } from './freeing.ts'

/** What may wait to be written. */
const WAITING = { bytes: 1024 * 1024, chunks: 256 }

/**
 * Writes what it takes to a file from byte `start` on: at once, and together what comes while others are being written,
 * because waking a thread for each chunk that a connection brings costs more than writing it.
 */
export function writeBehind(file: FileHandle, start: number) {
  let end = start
  let waiting: Uint8Array[] = []
  let size = 0
  let step: Promise<unknown> = Promise.resolve()
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    // What comes in one turn is written together.
    step = nextTurn()
    await step
    while (size > 0) {
      step = writeAll(file, waiting, end - size)
      waiting = []
      size = 0
      await step
    }
    running = undefined
  }

  return {
    /** Where the next chunk goes. */
    get end() {
      return end
    },
    /** Chunks are the writer's from now on. @throws what an earlier one was refused for */
    async take(chunk: Uint8Array): Promise<void> {
      if (chunk.length === 0) return
      waiting.push(chunk)
      size += chunk.length
      end += chunk.length
      if (!running) {
        running = run()
        // Told to whoever waits for it next.
        running.catch(() => {})
      }
      while (size >= WAITING.bytes || waiting.length >= WAITING.chunks) await step
    },
    /** Resolves once everything is written. */
    finish: async () => running,
    /** Nothing is written any more once this resolves. */
    abandon: async () => running?.catch(() => {}),
  }
}

async function writeAll(file: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
  let left = chunks
  let at = position
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left, at)
    at += bytesWritten
    left = after(left, bytesWritten)
  }
  for (const chunk of chunks) free(chunk)
}

/** What is left of chunks once so many bytes of them are done. */
function after(chunks: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let done = bytes
  return chunks.flatMap((chunk) => {
    const skipped = Math.min(done, chunk.length)
    done -= skipped
    return skipped < chunk.length ? [chunk.subarray(skipped)] : []
  })
}
