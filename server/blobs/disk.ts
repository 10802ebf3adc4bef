import { closeSync, constants, fdatasync, fsync, open as openDescriptorOf, readv, writev } from 'node:fs'
import { type FileHandle, lstat, mkdir, open as openPath, readdir, rename, unlink } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Batch, inBatches } from '../batches.ts'
import { free, give } from './freeing.ts'
import {
  type AppendOptions,
  assertName,
  BlobAbsent,
  BlobDamaged,
  BlobTooLarge,
  type Bytes,
  isName,
  type MarkedStore,
  newName,
  type Part,
  StorageFailed,
  UploadLost,
} from './port.ts'
import { SEALED_PIECE } from './seal.ts'
import { asStorageError, isSystemError, translated } from './system-errors.ts'
import { untilBroken } from './until-broken.ts'
import { writeBehind } from './write-behind.ts'

const openDescriptor = promisify(openDescriptorOf)
const readDescriptor = promisify(readv)
const writeDescriptor = promisify(writev)
const flushDescriptor = promisify(fdatasync)
const flushFolderDescriptor = promisify(fsync)

const { O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_RDWR, O_TRUNC } = constants
/** How what is put is opened before it has its place. */
const STAGED = O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW
/** What is read at once: a whole number of sealed pieces, which then needn't be put together. */
const READ_BYTES = 16 * SEALED_PIECE
/** Beside the folders of blobs. */
const MARK = 'belongs-to'
/** A folder that was one so long ago (ms) is one still, to who reads: it takes a hand to replace it. */
const STILL_A_FOLDER_MS = 10_000

/**
 * Blobs as files, on one file system: `folder` for what is committed, `staging` for what is on its way.
 * Both are created when absent.
 */
export async function openDiskStore(at: { folder: string; staging: string }): Promise<MarkedStore> {
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

  async function committedPath(name: string, assert = assertFolder) {
    assertName(name)
    const shard = join(folder, name.slice(0, 2))
    await assert(shard)
    return { shard, path: join(folder, name) }
  }

  async function append(name: string, offset: number, bytes: Bytes, options: AppendOptions) {
    await using file = await openFile(stagedPath(name), offset === 0 ? O_RDWR | O_CREAT : O_RDWR)
    if (!file) throw new UploadLost('nothing is staged')
    if (offset === 0) await flushFolder(staging)
    const { size } = await file.stat()
    if (size < offset) throw new UploadLost(`${size} bytes are staged, ${offset} were expected`)
    if (size > offset) await file.truncate(offset)
    return (await write(file, offset, bytes, options)).end
  }

  async function write(
    file: FileHandle,
    offset: number,
    bytes: Bytes,
    { max, signal }: AppendOptions,
  ): Promise<{ end: number; broken?: unknown }> {
    const writer = writeBehind(file, offset)
    let broken: unknown
    try {
      const onBroken = (error: unknown) => {
        broken = error
      }
      for await (const chunk of untilBroken(bytes, { signal, onBroken })) {
        if (writer.end + chunk.length > max) throw new BlobTooLarge(`more than ${max} bytes`)
        await writer.take(chunk)
      }
      await writer.finish()
      await file.datasync()
    } catch (error) {
      await writer.abandon()
      // Gives the room back at once; should even this fail, the next append drops these bytes.
      await file.truncate(offset).catch(() => {})
      throw error
    }
    return { end: writer.end, broken }
  }

  async function commit(name: string) {
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
    await refuseWritten(name, path)
    const { size } = await file.stat()
    // Its bytes were flushed as they came.
    await rename(staged, path)
    await flushFolder(shard)
    await flushFolder(staging)
    return { size }
  }

  async function discard(name: string) {
    await unlink(stagedPath(name)).catch(absent)
  }

  /** Of one that is cut off nobody knows: its name in the staging area needn't outlive a power cut. */
  async function put(name: string, bytes: Bytes | Uint8Array) {
    const staged = stagedPath(name)
    const { shard, path } = await committedPath(name, assertFolderLately)
    try {
      const size = await (bytes instanceof Uint8Array ? putAtOnce(staged, bytes) : putStaged(staged, bytes))
      await refuseWritten(name, path)
      await rename(staged, path)
      // Should it be a folder no more, this is where it shows.
      await flushFolder(shard).catch(async (error) => {
        lookedAt.delete(shard)
        // Its name is never learnt: nobody would ever remove it.
        await unlink(path).catch(() => {})
        throw error
      })
      return { size }
    } catch (error) {
      await discard(name).catch(() => {})
      throw error
    }
  }

  /** Each call takes a thread: as few as can be, and none to close what has been flushed. */
  async function putAtOnce(path: string, bytes: Uint8Array): Promise<number> {
    const size = bytes.length
    const descriptor = await openDescriptor(path, STAGED, 0o600)
    try {
      for (let done = 0; done < size; ) {
        const { bytesWritten } = await writeDescriptor(descriptor, [bytes.subarray(done)], done)
        done += bytesWritten
      }
      await flushDescriptor(descriptor)
    } finally {
      closeSync(descriptor)
    }
    free(bytes)
    return size
  }

  async function putStaged(path: string, bytes: Bytes): Promise<number> {
    await using file = await openPath(path, STAGED, 0o600)
    const { end, broken } = await write(file, 0, bytes, { max: Number.POSITIVE_INFINITY })
    if (broken) throw new Error('the bytes broke off', { cause: broken })
    return end
  }

  async function open(name: string, part?: Part) {
    const file = await openFile((await committedPath(name)).path, O_RDONLY)
    if (!file) throw new BlobAbsent(name)
    try {
      const { size } = await file.stat()
      if (part && !(0 <= part.start && part.start <= part.end && part.end < size)) {
        throw new RangeError(`bytes ${part.start}-${part.end} of ${size}`)
      }
      // An empty one has no last byte.
      const { start, end } = part ?? { start: 0, end: Math.max(0, size - 1) }
      const stream = file.createReadStream({ start, end, highWaterMark: READ_BYTES })
      // Whatever fails while it is read ends here, and is told in the words of every store.
      const destroy = stream.destroy.bind(stream)
      stream.destroy = (error) => destroy(error && asStorageError(error))
      // It keeps none of its chunks.
      const push = stream.push.bind(stream)
      stream.push = (chunk) => push(chunk && give(chunk))
      return { stream, size }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Each call takes a thread: as few as can be, and none to close what nothing was written to. */
  async function read(name: string, size: number, { start, end }: Part = { start: 0, end: size - 1 }) {
    const { path } = await committedPath(name, assertFolderLately)
    const descriptor = await openDescriptor(path, O_RDONLY | O_NOFOLLOW).catch(absent)
    if (descriptor === undefined) throw new BlobAbsent(name)
    try {
      const bytes = Buffer.allocUnsafeSlow(end - start + 1)
      // Where it should end, one byte more is asked for.
      const beyond = Buffer.allocUnsafe(end === size - 1 ? 1 : 0)
      let done = 0
      while (done < bytes.length) {
        const { bytesRead } = await readDescriptor(descriptor, [bytes.subarray(done), beyond], start + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      if (done !== bytes.length) throw new BlobDamaged(`${name} doesn't have ${size} bytes`)
      return give(bytes)
    } finally {
      closeSync(descriptor)
    }
  }

  const lookedAt = new Map<string, number>()
  async function assertFolderLately(path: string) {
    const now = performance.now()
    if (now - (lookedAt.get(path) ?? Number.NEGATIVE_INFINITY) < STILL_A_FOLDER_MS) return
    await assertFolder(path)
    lookedAt.set(path, now)
  }

  async function stat(name: string) {
    return findFile(name, (await committedPath(name)).path)
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

  const marked = join(folder, MARK)

  async function readMark() {
    await using file = await openFile(marked, O_RDONLY)
    return (await file?.readFile('utf8'))?.trim()
  }

  async function writeMark(mark: string | null) {
    if (mark === null) await unlink(marked).catch(absent)
    else {
      const staged = stagedPath(newName())
      await putAtOnce(staged, Buffer.from(`${mark}\n`))
      await rename(staged, marked)
    }
    await flushFolder(folder)
  }

  return {
    append: translated(append),
    commit: translated(commit),
    discard: translated(discard),
    put: translated(put),
    open: translated(open),
    read: translated(read),
    stat: translated(stat),
    remove: translated(remove),
    list,
    check: translated(check),
    readMark: translated(readMark),
    writeMark: translated(writeMark),
  }
}

async function openFile(path: string, flags: number): Promise<FileHandle | undefined> {
  return await openPath(path, flags | O_NOFOLLOW, 0o600).catch(absent)
}

async function assertFolder(path: string) {
  if (!(await lstat(path)).isDirectory()) throw new StorageFailed(`${path} is not a folder`)
}

/** @throws {StorageFailed} a blob is written once */
async function refuseWritten(name: string, path: string) {
  if (await findFile(name, path)) throw new StorageFailed(`${name} is written already`)
}

async function findFile(name: string, path: string) {
  const found = await lstat(path).catch(absent)
  if (found && !found.isFile()) throw new StorageFailed(`${name} is not a file`)
  return found && { size: found.size, modified: found.mtime }
}

const flushFolders = inBatches(
  async (paths: Batch<string>) => {
    const [flushed] = await Promise.allSettled([flushFolderNow(paths[0])])
    // Not tried again: a disk that failed once may then say "flushed" of what it has lost.
    return paths.map(() => flushed)
  },
  { most: Number.POSITIVE_INFINITY },
)

/** Each flush serves all who came before it began. */
const flushFolder = (path: string) => flushFolders(path, path)

async function flushFolderNow(path: string) {
  // Links are none.
  const folder = await openDescriptor(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  try {
    await flushFolderDescriptor(folder)
  } finally {
    closeSync(folder)
  }
}

function absent(error: unknown): undefined {
  if (isSystemError(error) && error.code === 'ENOENT') return undefined
  throw error
}
