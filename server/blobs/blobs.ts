import { createHash, hash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  type AppendOptions,
  assertName,
  BlobDamaged,
  type BlobStore,
  BlobTooLarge,
  type Bytes,
  newName,
  type Part,
  StorageFailed,
  UploadLost,
} from './port.ts'
import { createRunningHashes } from './running-hashes.ts'
import {
  type Opening,
  openAtOnce,
  openBytes,
  openPiece,
  pieceAt,
  piecesOf,
  plainSize,
  type Seal,
  sealAtOnce,
  sealedSize,
  sealOf,
  sealPieces,
} from './seal.ts'
import { untilBroken } from './until-broken.ts'

/** Size in bytes of what was given, and its hash as 64 hexadecimal digits. */
export interface BlobFacts {
  size: number
  sha256: string
}

/**
 * How far a staged blob has come: `offset` bytes of it are durable, together with `state`, which their keeper stores
 * beside the offset, in the same write, and brings along next time.
 */
export interface Cursor {
  offset: number
  /** 16 random bytes that name this point, then the last bytes, sealed, where they don't fill a piece. */
  state: Uint8Array | null
}

const TOKEN = 16

/** Who gives secrets to seal with, and knows them again by what stands behind the name in a blob's key. */
export interface Vault {
  /** A new secret, wrapped by the key of a company; `null`: of no company. */
  newSecret(companyId: string | null): Promise<string>
  /** A new secret, wrapped as that one is. */
  newSecretBeside(wrapped: string): Promise<string>
  /** @throws {TypeError} nobody here wrapped this */
  unwrap(wrapped: string): Promise<Uint8Array>
}

/** `length` bytes as they lie in the store. */
export type StoredBytes = { stream: Readable; length: number; opening: Opening | undefined }

export type Blobs = ReturnType<typeof createBlobs>

/** Of a blob's key, the name under which its bytes lie. The rest tells how to read them, and is nobody's business. */
export function nameOf(key: string): string {
  return splitKey(key).name
}

function splitKey(key: string): { name: string; wrapped: string | undefined } {
  const dot = key.indexOf('.')
  const name = dot < 0 ? key : key.slice(0, dot)
  assertName(name)
  return { name, wrapped: dot < 0 ? undefined : key.slice(dot + 1) }
}

/**
 * Blobs by their keys: hashed as they come and, unless `seal` is off, sealed. A key is a name in the store, alone where
 * the blob lies as it was given (as those of former versions do); otherwise with the blob's own secret behind it,
 * wrapped. Once the row that holds the key is gone, nobody can read what is left of the bytes.
 *
 * The verbs are those of `BlobStore`, and so are their errors.
 */
export function createBlobs({ store, vault, seal }: { store: BlobStore; vault: Vault; seal: boolean }) {
  const hashes = createRunningHashes()

  async function sealFor(key: string): Promise<{ name: string; seal: Seal | undefined }> {
    const { name, wrapped } = splitKey(key)
    return { name, seal: wrapped === undefined ? undefined : sealOf(name, await vault.unwrap(wrapped)) }
  }

  async function newKey(companyId: string | null, name = newName()): Promise<string> {
    return seal ? `${name}.${await vault.newSecret(companyId)}` : name
  }

  /** For what is made of a blob: whose that one is, this is. */
  async function newKeyBeside(key: string): Promise<string> {
    const { wrapped } = splitKey(key)
    if (!seal || wrapped === undefined) return newKey(null)
    return `${newName()}.${await vault.newSecretBeside(wrapped)}`
  }

  /** From where the blob begins on, `from` is `{ offset: 0, state: null }`. `max` is the size that the whole blob has in the end. */
  async function append(
    key: string,
    from: Cursor,
    bytes: Bytes,
    { max, signal }: AppendOptions,
  ): Promise<Cursor> {
    const { name, seal } = await sealFor(key)
    const hash = hashes.take(key, from)
    const begun = pieceAt(from.offset)
    const last = from.state?.subarray(TOKEN) ?? new Uint8Array()
    if (seal && from.offset > begun.plain && last.length === 0)
      throw new UploadLost('its last bytes are lost')
    let offset = from.offset
    let rest: Uint8Array = new Uint8Array()
    let failure: unknown

    // To the store, a stream that fails is one whose sender broke off: whatever is our own fault must be told apart.
    async function* coming(): AsyncGenerator<Uint8Array, void> {
      try {
        if (seal && offset > begun.plain) yield openPiece(seal, begun.number, last)
        for await (const chunk of untilBroken(bytes, { signal })) {
          if (offset + chunk.length > max) throw new BlobTooLarge(`more than ${max} bytes`)
          offset += chunk.length
          hash?.update(chunk)
          yield chunk
        }
      } catch (error) {
        failure = error
        throw error
      }
    }
    const sealed = () =>
      seal &&
      sealPieces(seal, begun.number, coming(), {
        isEnd: () => offset === max,
        rest: (sealed) => {
          rest = sealed
        },
      })

    const start = seal ? begun.sealed : offset
    const size = { max: seal ? sealedSize(max) : max }
    await store.append(name, start, sealed() ?? coming(), size)
    if (failure) {
      // Gives the room back at once; should even this fail, the next append drops these bytes.
      await store.append(name, start, Readable.from([]), size).catch(() => {})
      throw failure
    }
    const cursor = { offset, state: Buffer.concat([randomBytes(TOKEN), rest]) }
    if (hash) hashes.keep(key, cursor, hash)
    return cursor
  }

  /** `at` is what the last append answered, which had come to its `max`. */
  async function commit(key: string, at: Cursor): Promise<BlobFacts> {
    const { name, seal } = await sealFor(key)
    const hash = hashes.take(key, at)
    const stored = await store.commit(name)
    const assertAll = (size: number) => {
      if (size !== at.offset)
        throw new StorageFailed(`${size} bytes are there, ${at.offset} were acknowledged`)
    }
    const size = seal ? plainSize(stored.size) : stored.size
    assertAll(size)
    if (hash) return { size, sha256: hash.digest('hex') }
    const read = await digest(key)
    assertAll(read.size)
    return read
  }

  /** What is really there, as far as the store gives it. @throws {StorageFailed} it is damaged */
  async function digest(key: string): Promise<BlobFacts> {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of (await open(key)).stream) {
      hash.update(chunk)
      size += chunk.length
    }
    return { size, sha256: hash.digest('hex') }
  }

  /** Bytes that are all there are given up, if they were given. */
  async function put(key: string, bytes: Bytes | Uint8Array): Promise<BlobFacts> {
    const { name, seal } = await sealFor(key)
    if (bytes instanceof Uint8Array) {
      const facts = { size: bytes.length, sha256: hash('sha256', bytes) }
      await store.put(name, seal ? sealAtOnce(seal, bytes) : bytes)
      return facts
    }
    const running = createHash('sha256')
    let size = 0
    async function* coming() {
      for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
        running.update(chunk)
        size += chunk.length
        yield chunk
      }
    }
    await store.put(name, seal ? sealPieces(seal, 0, coming(), { isEnd: () => true }) : coming())
    return { size, sha256: running.digest('hex') }
  }

  async function open(key: string, part?: Part): Promise<{ stream: Readable; size: number }> {
    const { name, wrapped } = splitKey(key)
    if (wrapped === undefined) return store.open(name, part)
    if (part) {
      const size = plainSize((await store.stat(name))?.size ?? 0)
      if (size > 0 && !(0 <= part.start && part.start <= part.end && part.end < size))
        throw new RangeError(`bytes ${part.start}-${part.end} of ${size}`)
      const { stored, opening } = await sealedPart(name, wrapped, size, part)
      const { stream } = await store.open(name, stored)
      return { stream: follow(stream, openBytes(opening, stream)), size }
    }
    // Before anything is open that would have to be closed.
    const secret = await vault.unwrap(wrapped)
    const { stream, size: stored } = await store.open(name)
    try {
      const size = plainSize(stored)
      const all = { name, secret, first: 0, start: 0, end: size }
      return { stream: follow(stream, openBytes(all, stream)), size }
    } catch (error) {
      stream.destroy()
      throw error
    }
  }

  /** A blob that has `size` bytes, or a part of it. @throws {BlobDamaged} it has another size */
  async function openWhole(key: string, size: number, part?: Part): Promise<Readable> {
    const opened = await open(key, part).catch(ofSize(key, size))
    if (opened.size === size) return opened.stream
    opened.stream.destroy()
    throw notOfSize(key, size)
  }

  /**
   * A part of a blob that has `size` bytes as it is stored, and what opens it: for whoever does so elsewhere.
   * @throws {BlobDamaged} it doesn't have that size, as far as the part tells
   */
  async function openStored(key: string, size: number, part: Part): Promise<StoredBytes> {
    const { name, wrapped } = splitKey(key)
    const { stored, opening } =
      wrapped === undefined ? { stored: part } : await sealedPart(name, wrapped, size, part)
    const { stream } = await store.open(name, stored).catch(ofSize(key, size))
    return { stream, length: stored.end - stored.start + 1, opening }
  }

  /** A small blob of `size` bytes, or a part of it, at once. */
  async function read(key: string, size: number, part?: Part): Promise<Uint8Array> {
    const { name, wrapped } = splitKey(key)
    if (wrapped === undefined) return store.read(name, size, part)
    const { stored, opening } = await sealedPart(name, wrapped, size, part)
    return openAtOnce(opening, await store.read(name, sealedSize(size), part && stored))
  }

  /** Where a part of a sealed blob of `size` bytes is stored, and what opens it. */
  async function sealedPart(name: string, wrapped: string, size: number, part?: Part) {
    const { stored, ...opening } = piecesOf(size, part)
    return { stored, opening: { name, secret: await vault.unwrap(wrapped), ...opening } satisfies Opening }
  }

  async function stat(key: string): Promise<{ size: number; modified: Date } | undefined> {
    const { name, wrapped } = splitKey(key)
    const found = await store.stat(name)
    return found && wrapped !== undefined ? { ...found, size: plainSize(found.size) } : found
  }

  return {
    newKey,
    newKeyBeside,
    append,
    commit,
    digest,
    put,
    open,
    openWhole,
    openStored,
    read,
    stat,
    discard: async (key: string) => store.discard(nameOf(key)),
    remove: async (key: string) => store.remove(nameOf(key)),
    check: () => store.check(),
  }
}

function notOfSize(key: string, size: number, cause?: unknown): BlobDamaged {
  return new BlobDamaged(`${nameOf(key)} doesn't have ${size} bytes`, { cause })
}

/** To catch errors with: a part that isn't there is damage, where it should be. */
function ofSize(key: string, size: number) {
  return (error: unknown): never => {
    throw error instanceof RangeError ? notOfSize(key, size, error) : error
  }
}

/** Ends its source with itself, even if nobody ever read from it. */
function follow(source: Readable, bytes: AsyncIterable<Uint8Array>): Readable {
  const stream = Readable.from(bytes, { objectMode: false })
  return stream.once('close', () => source.destroy())
}
