import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open as openPath, readdir, rename, unlink } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import {
  type AppendOptions,
  assertName,
  BlobAbsent,
  type BlobStore,
  BlobTooLarge,
  type Bytes,
  isName,
  newName,
  type Part,
  StorageFailed,
  UploadLost,
} from './port.ts'
import { SEALED_PIECE } from './seal.ts'
import { asStorageError, isSystemError, translated } from './system-errors.ts'
import { untilBroken } from './until-broken.ts'

const { O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants
/** What is read at once: a whole number of sealed pieces, which then needn't be put together. */
const READ_BYTES = 16 * SEALED_PIECE

/**
 * Blobs as files, on one file system: `folder` for what is committed, `staging` for what is on its way.
 * Both are created when absent.
 */
export async function openDiskStore(at: { folder: string; staging: string }): Promise<BlobStore> {
  const folder = resolve(at.folder)
  const staging = resolve(at.staging)
  const shards = Array.from({ length: 256 }, (_, byte) => join(folder, byte.toString(16).padStart(2, '0')))

  // Every shard is made and flushed now, so that no write has to flush the parents of a new folder.
  for (const path of [staging, ...shards]) await mkdir(path, { recursive: true, mode: 0o700 })
  for (const path of [staging, folder, `${staging}/..`, `${folder}/..`]) await flushFolder(path)

  function stagedPath(name: string): string {
    assertName(name)
    return join(staging, name.replace('/', ''))
  }

  async function committedPath(name: string): Promise<{ shard: string; path: string }> {
    assertName(name)
    const shard = join(folder, name.slice(0, 2))
    await assertFolder(shard)
    return { shard, path: join(folder, name) }
  }

  async function stage(
    name: string,
    offset: number,
    bytes: Bytes,
    { max, signal, once = false }: AppendOptions & { once?: boolean },
  ): Promise<{ offset: number; broken?: unknown }> {
    const path = stagedPath(name)
    await using file = await openFile(path, offset === 0 ? O_RDWR | O_CREAT : O_RDWR)
    if (!file) throw new UploadLost('nothing is staged')
    if (offset === 0 && !once) await flushFolder(staging)
    const { size } = await file.stat()
    if (size < offset) throw new UploadLost(`${size} bytes are staged, ${offset} were expected`)
    if (size > offset) await file.truncate(offset)
    let end = offset
    let broken: unknown
    try {
      const onBroken = (error: unknown) => {
        broken = error
      }
      for await (const chunk of untilBroken(bytes, { signal, onBroken })) {
        if (end + chunk.length > max) throw new BlobTooLarge(`more than ${max} bytes`)
        await writeAll(file, chunk, end)
        end += chunk.length
      }
      await file.datasync()
    } catch (error) {
      // Gives the room back at once; should even this fail, the next append drops these bytes.
      await file.truncate(offset).catch(() => {})
      throw error
    }
    return { offset: end, broken }
  }

  async function commit(name: string, { once = false } = {}) {
    const staged = stagedPath(name)
    const { shard, path } = await committedPath(name)
    await using file = await openFile(staged, O_RDWR)
    if (!file) {
      // A crash between renaming and the caller's row: the folder may not have been flushed yet either.
      const committed = await stat(name)
      if (!committed) throw new UploadLost('nothing is staged')
      await flushFolder(shard)
      return { size: committed.size }
    }
    if (await stat(name)) throw new StorageFailed(`${name} is written already`)
    const { size } = await file.stat()
    // Its bytes were flushed as they came.
    await rename(staged, path)
    await flushFolder(shard).catch(async (error) => {
      // Who puts a blob at once never learns its name: nobody would ever remove it.
      if (once) await unlink(path).catch(() => {})
      throw error
    })
    if (!once) await flushFolder(staging)
    return { size }
  }

  async function discard(name: string) {
    await unlink(stagedPath(name)).catch(absent)
  }

  async function put(name: string, bytes: Bytes | Uint8Array) {
    assertName(name)
    try {
      const stream = bytes instanceof Uint8Array ? Readable.from([bytes]) : bytes
      // Of one that is cut off nobody knows: its name in the staging area needn't outlive a power cut.
      const { broken } = await stage(name, 0, stream, { max: Number.POSITIVE_INFINITY, once: true })
      if (broken) throw new Error('the bytes broke off', { cause: broken })
      return await commit(name, { once: true })
    } catch (error) {
      await discard(name).catch(() => {})
      throw error
    }
  }

  async function open(name: string, part?: Part) {
    const file = await openFile((await committedPath(name)).path, O_RDONLY)
    if (!file) throw new BlobAbsent(name)
    try {
      const { size } = await file.stat()
      if (part && !(0 <= part.start && part.start <= part.end && part.end < size)) {
        throw new RangeError(`bytes ${part.start}-${part.end} of ${size}`)
      }
      const stream = file.createReadStream({ ...part, highWaterMark: READ_BYTES })
      // Whatever fails while it is read ends here, and is told in the words of every store.
      const destroy = stream.destroy.bind(stream)
      stream.destroy = (error) => destroy(error && asStorageError(error))
      return { stream, size }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async function stat(name: string) {
    const found = await lstat((await committedPath(name)).path).catch(absent)
    if (found && !found.isFile()) throw new StorageFailed(`${name} is not a file`)
    return found && { size: found.size, modified: found.mtime }
  }

  async function remove(name: string) {
    const { shard, path } = await committedPath(name)
    await unlink(path).catch(absent)
    await flushFolder(shard)
  }

  async function* list(which: 'committed' | 'staged' = 'committed') {
    if (which === 'staged')
      yield* await listFolder(staging, (entry) => `${entry.slice(0, 2)}/${entry.slice(2)}`)
    else for (const shard of shards) yield* await listFolder(shard, (entry) => `${basename(shard)}/${entry}`)
  }

  const listFolder = translated(async (path: string, nameOf: (entry: string) => string) => {
    await assertFolder(path)
    const blobs = []
    for (const entry of await readdir(path)) {
      const name = nameOf(entry)
      const found = isName(name) ? await lstat(join(path, entry)).catch(absent) : undefined
      if (found?.isFile()) blobs.push({ name, size: found.size, modified: found.mtime })
    }
    return blobs
  })

  async function check() {
    const name = newName()
    await put(name, Buffer.from('ok'))
    await remove(name)
  }

  return {
    append: translated(async (...args: Parameters<BlobStore['append']>) => (await stage(...args)).offset),
    commit: translated((name: string) => commit(name)),
    discard: translated(discard),
    put: translated(put),
    open: translated(open),
    stat: translated(stat),
    remove: translated(remove),
    list,
    check: translated(check),
  }
}

async function openFile(path: string, flags: number): Promise<FileHandle | undefined> {
  return await openPath(path, flags | O_NOFOLLOW, 0o600).catch(absent)
}

async function assertFolder(path: string) {
  if (!(await lstat(path)).isDirectory()) throw new StorageFailed(`${path} is not a folder`)
}

async function flushFolder(path: string) {
  await using folder = await openPath(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  await folder.sync()
}

async function writeAll(file: FileHandle, chunk: Uint8Array, position: number) {
  let done = 0
  while (done < chunk.length) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done)
    done += bytesWritten
  }
}

function absent(error: unknown): undefined {
  if (isSystemError(error) && error.code === 'ENOENT') return undefined
  throw error
}
