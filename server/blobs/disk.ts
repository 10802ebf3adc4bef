import { createHash, type Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open as openPath, readdir, rename, unlink } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { addAbortSignal, Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import {
  type AppendOptions,
  assertKey,
  BlobAbsent,
  type BlobFacts,
  type Blobs,
  BlobTooLarge,
  type Bytes,
  isKey,
  newKey,
  StorageFailed,
  StorageFull,
  UploadLost,
} from './port.ts'
import { createRunningHashes } from './running-hashes.ts'

const { O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants

/**
 * Blobs as files, on one file system: `folder` for what is committed, `staging` for what is on its way.
 * Both are created when absent.
 */
export async function openDiskBlobs(at: { folder: string; staging: string }): Promise<Blobs> {
  const folder = resolve(at.folder)
  const staging = resolve(at.staging)
  const shards = Array.from({ length: 256 }, (_, byte) => join(folder, byte.toString(16).padStart(2, '0')))
  const hashes = createRunningHashes()

  // Every shard is made and flushed now, so that no write has to flush the parents of a new folder.
  for (const path of [staging, ...shards]) await mkdir(path, { recursive: true, mode: 0o700 })
  for (const path of [staging, folder, `${staging}/..`, `${folder}/..`]) await flushFolder(path)

  function stagedPath(key: string): string {
    assertKey(key)
    return join(staging, key.replace('/', ''))
  }

  async function committedPath(key: string): Promise<{ shard: string; path: string }> {
    assertKey(key)
    const shard = join(folder, key.slice(0, 2))
    await assertFolder(shard)
    return { shard, path: join(folder, key) }
  }

  async function stage(
    stagingKey: string,
    offset: number,
    bytes: Bytes,
    { max, signal }: AppendOptions,
  ): Promise<{ offset: number; broken?: unknown }> {
    const path = stagedPath(stagingKey)
    await using file = await openFile(path, offset === 0 ? O_RDWR | O_CREAT : O_RDWR)
    if (!file) throw new UploadLost('nothing is staged')
    if (offset === 0) await flushFolder(staging)
    const before = await file.stat({ bigint: true })
    if (before.size < offset) throw new UploadLost(`${before.size} bytes are staged, ${offset} were expected`)
    const hash = hashes.take(stagingKey, offset, before)
    if (before.size > offset) await file.truncate(offset)
    let end = offset
    let broken: unknown
    try {
      const chunks = untilBroken(bytes, signal, (error) => {
        broken = error
      })
      for await (const chunk of chunks) {
        if (end + chunk.length > max) throw new BlobTooLarge(`more than ${max} bytes`)
        await writeAll(file, chunk, end)
        hash?.update(chunk)
        end += chunk.length
      }
      await file.datasync()
    } catch (error) {
      // Gives the room back at once; should even this fail, the next append drops these bytes.
      await file.truncate(offset).catch(() => {})
      throw error
    }
    if (hash) hashes.keep(stagingKey, hash, await file.stat({ bigint: true }))
    return { offset: end, broken }
  }

  async function commit(stagingKey: string, key: string): Promise<BlobFacts> {
    const staged = stagedPath(stagingKey)
    const { shard, path } = await committedPath(key)
    await using file = await openFile(staged, O_RDWR)
    if (!file) {
      // A crash between renaming and the caller's row: the folder may not have been flushed yet either.
      await using committed = await openFile(path, O_RDONLY)
      if (!committed) throw new UploadLost('nothing is staged')
      await flushFolder(shard)
      return await digest(committed)
    }
    if (await stat(key)) throw new StorageFailed(`${key} is written already`)
    const now = await file.stat({ bigint: true })
    const facts = await digest(file, hashes.take(stagingKey, Number(now.size), now))
    await file.sync()
    await rename(staged, path)
    await flushFolder(shard)
    await flushFolder(staging)
    return facts
  }

  async function discard(stagingKey: string) {
    await unlink(stagedPath(stagingKey)).catch(absent)
  }

  async function put(key: string, bytes: Bytes | Uint8Array): Promise<BlobFacts> {
    assertKey(key)
    const temporary = newKey()
    try {
      const stream = bytes instanceof Uint8Array ? Readable.from([bytes]) : bytes
      const { broken } = await stage(temporary, 0, stream, { max: Number.POSITIVE_INFINITY })
      if (broken) throw new Error('the bytes broke off', { cause: broken })
      return await commit(temporary, key)
    } catch (error) {
      await discard(temporary).catch(() => {})
      throw error
    }
  }

  async function open(key: string, part?: { start: number; end: number }) {
    const file = await openFile((await committedPath(key)).path, O_RDONLY)
    if (!file) throw new BlobAbsent(key)
    try {
      const { size } = await file.stat()
      if (part && !(0 <= part.start && part.start <= part.end && part.end < size)) {
        throw new RangeError(`bytes ${part.start}-${part.end} of ${size}`)
      }
      return { stream: file.createReadStream({ ...part, highWaterMark: 256 * 1024 }), size }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  async function stat(key: string) {
    const found = await lstat((await committedPath(key)).path).catch(absent)
    if (found && !found.isFile()) throw new StorageFailed(`${key} is not a file`)
    return found && { size: found.size, modified: found.mtime }
  }

  async function remove(key: string) {
    const { shard, path } = await committedPath(key)
    await unlink(path).catch(absent)
    await flushFolder(shard)
  }

  async function* list(which: 'committed' | 'staged' = 'committed') {
    if (which === 'staged') yield* await listFolder(staging, (name) => `${name.slice(0, 2)}/${name.slice(2)}`)
    else for (const shard of shards) yield* await listFolder(shard, (name) => `${basename(shard)}/${name}`)
  }

  const listFolder = translated(async (path: string, keyOf: (name: string) => string) => {
    await assertFolder(path)
    const blobs = []
    for (const name of await readdir(path)) {
      const key = keyOf(name)
      const found = isKey(key) ? await lstat(join(path, name)).catch(absent) : undefined
      if (found?.isFile()) blobs.push({ key, size: found.size, modified: found.mtime })
    }
    return blobs
  })

  async function check() {
    const key = newKey()
    await put(key, Buffer.from('ok'))
    await remove(key)
  }

  return {
    append: translated(async (...args: Parameters<Blobs['append']>) => (await stage(...args)).offset),
    commit: translated(commit),
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

/** Ends where the sender breaks off. The stream isn't destroyed when we fail: its socket still has to carry our answer. */
async function* untilBroken(
  bytes: Bytes,
  signal: AbortSignal | undefined,
  onBroken: (error: unknown) => void,
) {
  const stream = bytes instanceof Readable ? bytes : Readable.fromWeb(bytes as NodeReadableStream)
  if (signal) addAbortSignal(signal, stream)
  try {
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
  } catch (error) {
    onBroken(error)
  }
}

/** Size and hash of an open file; reads it unless the hash of all its bytes is known already. */
async function digest(file: FileHandle, known?: Hash): Promise<BlobFacts> {
  const { size } = await file.stat()
  const hash = known ?? createHash('sha256')
  if (!known) {
    const stream = file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1024 * 1024 })
    for await (const chunk of stream) hash.update(chunk)
  }
  return { size, sha256: hash.digest('hex') }
}

function absent(error: unknown): undefined {
  if (isSystemError(error) && error.code === 'ENOENT') return undefined
  throw error
}

function translated<Args extends unknown[], Result>(verb: (...args: Args) => Promise<Result>) {
  return async (...args: Args): Promise<Result> => {
    try {
      return await verb(...args)
    } catch (error) {
      if (!isSystemError(error)) throw error
      const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(error.code ?? '')
      throw new (full ? StorageFull : StorageFailed)(`${error.syscall}: ${error.code}`, { cause: error })
    }
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
