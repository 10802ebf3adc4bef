import { createHash } from 'node:crypto'
import { layerStores } from './layered.ts'
import { BlobAbsent, BlobDamaged, type BlobStore, StorageFailed, type StoredBlob } from './port.ts'

const AT_ONCE = 4

export type Moved = { blobs: number; bytes: number }

/**
 * Moves every committed blob of a store to another, while a product that has both goes on (see `layered.ts`). A blob
 * goes from where it was once its copy is durable and was read back; whoever is interrupted begins again, and finds
 * what was done. `report` is told how much has moved, after each blob. Of what is deleted just then, a copy may stay.
 *
 * Resolves with what is left: uploads that are still arriving there, and blobs that can't be moved, with the reason; the
 * others go on meanwhile. @throws {StorageFailed} @throws {StorageFull} a store has no more to say, or no room
 */
export async function moveBlobs(
  { from, to }: { from: BlobStore; to: BlobStore },
  report: (moved: Moved) => void,
): Promise<{ arriving: number; failed: Map<string, string> }> {
  const moved: Moved = { blobs: 0, bytes: 0 }

  /** A blob's bytes, and in the end an error unless those were all: not every store says so that it broke off. */
  async function* read({ name, size }: StoredBlob): AsyncGenerator<Uint8Array, void> {
    let came = 0
    for await (const chunk of (await from.open(name)).stream) {
      came += chunk.length
      yield chunk
    }
    if (came !== size) throw new BlobDamaged(`of ${name}, ${came} bytes were read, and it has ${size}`)
  }

  /** Resolves with what the blob is, once it lies in `to` as well. @throws {BlobAbsent} it was deleted meanwhile */
  async function copy(blob: StoredBlob): Promise<{ facts: Facts; isNew: boolean }> {
    const { name, size } = blob
    const there = await to.stat(name)
    if (there && there.size >= size) return { facts: await digest(read(blob)), isNew: false }
    // Cut short by a store that keeps what came of it: nobody was told that it's there.
    if (there) await withdraw(name)
    const coming = digesting(read(blob))
    await to.put(name, coming.bytes).catch((error) => {
      throw coming.failure() ?? error
    })
    return { facts: coming.facts(), isNew: true }
  }

  /** Takes a copy away again, and never what may be the only one. */
  async function withdraw(name: string): Promise<void> {
    if (await from.stat(name)) await to.remove(name)
  }

  /** @throws {BlobAbsent} it is gone from there @throws {StorageFailed} it stays where it was */
  async function move(blob: StoredBlob): Promise<void> {
    const { name } = blob
    const { facts, isNew } = await copy(blob)
    if (!same(await digest((await to.open(name)).stream), facts)) {
      // One that was there before may be the better one: that is for a person to say.
      if (isNew) await withdraw(name)
      throw new BlobDamaged('its copy is not what was read')
    }
    // Deleted, or moved by somebody else: then the copy is all that there is.
    if (!(await from.stat(name))) throw new BlobAbsent(name)
    await from.remove(name)
    moved.blobs++
    moved.bytes += blob.size
    report(moved)
  }

  /** Why it can't be moved, where that is the blob's own affair. @throws any other error */
  async function reasonOf(error: unknown): Promise<string> {
    if (error instanceof BlobAbsent) return 'it is listed, and it is not there'
    if (!(error instanceof StorageFailed)) throw error
    // A store that is gone says nothing about any blob.
    await layerStores(to, from).check()
    return error.message
  }

  /** Every blob once, but those that could not be moved `before`; resolves with all that are still listed and can't be. */
  async function pass(before: Map<string, string>): Promise<{ tried: number; failed: Map<string, string> }> {
    const blobs = from.list()[Symbol.asyncIterator]()
    const failed = new Map<string, string>()
    let tried = 0
    let isOver = false
    const work = async () => {
      try {
        while (!isOver) {
          const { done, value } = await blobs.next()
          if (done) return
          const known = before.get(value.name)
          if (known === undefined) tried++
          const why = known ?? (await move(value).then(() => undefined, reasonOf))
          if (why !== undefined) failed.set(value.name, why)
        }
      } finally {
        isOver = true
      }
    }
    const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, work))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    return { tried, failed }
  }

  // What is arriving there may become a blob meanwhile, so it is counted before blobs are looked for: what isn't among
  // the one is among the others. What was deleted isn't listed any more.
  let arriving: number
  let done: Awaited<ReturnType<typeof pass>> = { tried: 0, failed: new Map() }
  do {
    arriving = 0
    for await (const _ of from.list('staged')) arriving++
    done = await pass(done.failed)
  } while (done.tried > 0)
  return { arriving, failed: done.failed }
}

type Facts = { size: number; sha256: string }

const same = (one: Facts, other: Facts) => one.size === other.size && one.sha256 === other.sha256

/** The same bytes, and afterwards what they were. */
function digesting(stream: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256')
  let size = 0
  let failure: unknown
  async function* bytes(): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const chunk of stream) {
        hash.update(chunk)
        size += chunk.length
        yield chunk
      }
    } catch (error) {
      failure = error
      throw error
    }
  }
  return {
    bytes: bytes(),
    facts: (): Facts => ({ size, sha256: hash.digest('hex') }),
    failure: () => failure,
  }
}

async function digest(stream: AsyncIterable<Uint8Array>): Promise<Facts> {
  const read = digesting(stream)
  for await (const _ of read.bytes);
  return read.facts()
}
