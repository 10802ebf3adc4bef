import { randomBytes } from 'node:crypto'
import { mkdir, open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { translated } from './system-errors.ts'
import { writeBehind } from './write-behind.ts'

const READ_BYTES = 256 * 1024

/**
 * Bytes on the way to somewhere that wants to know beforehand how many they are, and maybe wants them twice. They wait
 * in a file that has no name any more: it goes with the process, whatever ends it.
 */
export const openSpool = translated(async (folder: string) => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, randomBytes(12).toString('hex'))
  const file = await open(path, 'wx+', 0o600)
  await unlink(path)
  let writer = writeBehind(file, 0)

  return {
    get size() {
      return writer.end
    },
    write: translated((chunk: Uint8Array) => writer.take(chunk)),
    /** Before it is read: all that was written so far is there. */
    finish: translated(() => writer.finish()),
    /** All of it, each time it is asked for. */
    read: (): Readable =>
      writer.end === 0
        ? Readable.from([])
        : file.createReadStream({
            start: 0,
            end: writer.end - 1,
            autoClose: false,
            highWaterMark: READ_BYTES,
          }),
    empty: translated(async () => {
      await file.truncate(0)
      writer = writeBehind(file, 0)
    }),
    async [Symbol.asyncDispose]() {
      await writer.abandon()
      await file.close()
    },
  }
})
