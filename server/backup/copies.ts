import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { appendFile, lstat, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isName } from '../blobs/port.ts'
import { syncFolder } from '../data-folder.ts'
import { StartError } from '../start-error.ts'
import { digestFile, writeWhole } from './files.ts'

/** Of a copy: what was read from the store when it was made. */
export interface Copy {
  name: string
  size: number
  sha256: string
}

export type Copies = ReturnType<typeof createCopies>

const PART = '.part'

/**
 * Copies of blobs as they lie in the store, under `blobs`; what they must be like is written down under `hashes`, a file
 * a shard, once they are durable and right. A copy that isn't written down doesn't count.
 */
export function createCopies(folder: string) {
  const pathOf = (name: string) => join(folder, 'blobs', name)
  const shardPath = (shard: string) => join(folder, 'blobs', shard)
  const hashesPath = (shard: string) => join(folder, 'hashes', shard)

  /** Those of a shard, by name. */
  async function read(shard: string): Promise<Map<string, Copy>> {
    const text = await readFile(hashesPath(shard), 'utf8').catch(absent)
    const copies = new Map<string, Copy>()
    for (const line of text?.split('\n') ?? []) {
      const [, name, size, sha256] = /^(\S+) (\d+) ([0-9a-f]{64})$/.exec(line) ?? []
      if (name && sha256 && isName(name) && name.startsWith(shard))
        copies.set(name, { name, size: Number(size), sha256 })
    }
    return copies
  }

  async function write(shard: string, copies: Map<string, Copy>): Promise<void> {
    const lines = [...copies.values()].map(lineOf).join('')
    await writeWhole(hashesPath(shard), lines)
  }

  return {
    read,

    /** Whether it is there, by its size. */
    async isThere({ name, size }: Copy): Promise<boolean> {
      const found = await lstat(pathOf(name)).catch(absent)
      return found?.isFile() === true && found.size === size
    },

    /**
     * Writes a copy and flushes it. It counts only once it is written down. One that isn't right displaces nothing:
     * what is there may be all there is. Resolves with what came.
     */
    async make(
      name: string,
      bytes: AsyncIterable<Uint8Array>,
      isRight: (copy: Copy) => boolean,
    ): Promise<Copy> {
      const path = pathOf(name)
      const hash = createHash('sha256')
      let size = 0
      async function* hashed() {
        for await (const chunk of bytes) {
          hash.update(chunk)
          size += chunk.length
          yield chunk
        }
      }
      try {
        await pipeline(hashed(), createWriteStream(path + PART, { flush: true, mode: 0o600 }))
        const made = { name, size, sha256: hash.digest('hex') }
        if (isRight(made) || !(await lstat(path).catch(absent))) await rename(path + PART, path)
        else await rm(path + PART)
        return made
      } catch (error) {
        await rm(path + PART, { force: true })
        throw error
      }
    },

    /** From here on these count, even after a power cut. */
    async writeDown(shard: string, copies: readonly Copy[]): Promise<void> {
      await syncFolder(shardPath(shard))
      // A line that was cut off must not swallow the first.
      const lines = ['\n', ...copies.map(lineOf)].join('')
      await appendFile(hashesPath(shard), lines, { mode: 0o600, flush: true })
      await syncFolder(dirname(hashesPath(shard)))
    },

    /**
     * Reads a copy to its last byte, whatever is written down of it; undefined: there is none.
     * @throws {StartError} it can't be read, which doesn't tell that it is altered
     */
    async readBack(name: string): Promise<Copy | undefined> {
      try {
        return { name, ...(await digestFile(pathOf(name))) }
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException
        if (code === 'ENOENT') return undefined
        throw new StartError(
          `${pathOf(name)} can't be read (${message}): try again; should the disk have lost it for good, remove it, and the next backup copies it again`,
        )
      }
    },

    open: (name: string) => createReadStream(pathOf(name), { highWaterMark: 1024 * 1024 }),

    /** It counts no more, and is made again. What there is of it stays until then: it may be all there is. */
    async forget(name: string): Promise<void> {
      const shard = name.slice(0, 2)
      const copies = await read(shard)
      if (copies.delete(name)) await write(shard, copies)
    },

    /** Removes from a shard all but these names. Resolves with how many copies went. */
    async keepOnly(shard: string, names: ReadonlySet<string>): Promise<number> {
      const copies = await read(shard)
      const kept = new Map([...copies].filter(([name]) => names.has(name)))
      // First what is written down: a copy that is there but not written down is nobody's.
      if (kept.size < copies.size) await write(shard, kept)
      let gone = 0
      for (const entry of (await readdir(shardPath(shard)).catch(absent)) ?? []) {
        if (names.has(`${shard}/${entry}`)) continue
        await rm(join(shardPath(shard), entry))
        gone++
      }
      return gone
    },
  }
}

function lineOf({ name, size, sha256 }: Copy): string {
  return `${name} ${size} ${sha256}\n`
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
