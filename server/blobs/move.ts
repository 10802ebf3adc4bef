import { createHash } from 'node:crypto'
import { BlobAbsent, BlobDamaged, type BlobStore, type StoredBlob } from './port.ts'

const AT_ONCE = 4

export type Moved = { blobs: number; bytes: number }

/**
 * Moves every committed blob of a store to another, while a product that has both goes on (see `layered.ts`). A blob
 * goes from where it was once its copy is durable and was read back; whoever is interrupted begins again, and finds
 * what was done. `report` is told how much has moved, after each blob. Of what is deleted just then, a copy may stay.
 *
 * Resolves with what is left: uploads that are still arriving there, and blobs whose copy isn't what they are.
 */
export async function moveBlobs(
  { from, to }: { from: BlobStore; to: BlobStore },
  report: (moved: Moved) => void,
): Promise<{ arriving: number; different: string[] }> {
  const moved: Moved = { blobs: 0, bytes: 0 }
  const different = new Set<string>()

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

  async function move(blob: StoredBlob): Promise<void> {
    const { name } = blob
    const { facts, isNew } = await copy(blob)
    if (!same(await digest((await to.open(name)).stream), facts)) {
      different.add(name)
      // One that was there before may be the better one: that is for a person to say.
      if (isNew) await withdraw(name)
      return
    }
    // Deleted, or moved by somebody else: then the copy is all that there is.
    if (!(await from.stat(name))) return
    await from.remove(name)
    moved.blobs++
    moved.bytes += blob.size
    report(moved)
  }

  async function pass(): Promise<number> {
    const blobs = from.list()[Symbol.asyncIterator]()
    let seen = 0
    const work = async () => {
      for (;;) {
        const { done, value } = await blobs.next()
        if (done) return
        if (different.has(value.name)) continue
        seen++
        await move(value).catch((error) => {
          if (!(error instanceof BlobAbsent)) throw error
        })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    return seen
  }

  // What was still arriving there may have become a blob meanwhile.
  while ((await pass()) > 0);
  let arriving = 0
  for await (const _ of from.list('staged')) arriving++
  return { arriving, different: [...different] }
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
