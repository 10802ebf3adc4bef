import { BlobAbsent, type BlobStore } from '../blobs/port.ts'
import type { Copies, Copy } from './copies.ts'
import { writeCompressed } from './files.ts'
import { type Listed, lineOf } from './list.ts'
import { DAMAGED } from './manifest.ts'
import { type Named, readNamed } from './names.ts'
import { byShard, eachOf } from './shards.ts'

/** How many are copied before they are written down: what a cut loses. */
const BATCH = 32
const AT_ONCE = 4

export interface Copied {
  blobs: { count: number; bytes: number }
  /** What was not there already. */
  added: { count: number; bytes: number }
  problems: { name: string; what: string }[]
}

/**
 * Copies every blob of the list `named` from the store that hasn't been copied before, and writes which they are to
 * `list`. A blob that can't be read, or isn't what its row says, is reported and holds up no other.
 */
export async function copyBlobs(
  { store, copies }: { store: Pick<BlobStore, 'open' | 'list'>; copies: Copies },
  named: string,
  list: string,
): Promise<Copied> {
  const copied: Copied = { blobs: { count: 0, bytes: 0 }, added: { count: 0, bytes: 0 }, problems: [] }
  await writeCompressed(list, listLines(listed()))
  return copied

  async function* listed(): AsyncGenerator<Listed> {
    for await (const { shard, lists } of byShard([readNamed(named)])) {
      const [wanted = []] = lists
      const known = await copies.read(shard)
      const missing = []
      for (const one of wanted) {
        const copy = known.get(one.name)
        if (copy && isRight(one, copy) && (await copies.isThere(copy))) continue
        known.delete(one.name)
        missing.push(one)
      }
      while (missing.length > 0) {
        const { right, best } = await copyBatch(missing.splice(0, BATCH))
        await copies.writeDown(shard, right)
        for (const copy of [...right, ...best]) known.set(copy.name, copy)
      }
      for (const { name } of wanted) {
        const copy = known.get(name)
        if (!copy) continue
        copied.blobs.count++
        copied.blobs.bytes += copy.size
        yield copy
      }
    }
  }

  /**
   * What doesn't come as it should is listed as it is there, if at all: the best there is of it. That is never written
   * down, so that each backup asks for it again.
   */
  async function copyBatch(batch: readonly Named[]): Promise<{ right: Copy[]; best: Copy[] }> {
    const right: Copy[] = []
    const best: Copy[] = []
    await eachOf(batch, AT_ONCE, async (one) => {
      const made = await copyOne(one)
      if (typeof made === 'object') {
        right.push(made)
        copied.added.count++
        copied.added.bytes += made.size
        return
      }
      const there = await copies.readBack(one.name)
      if (there) best.push(there)
      copied.problems.push({ name: one.name, what: there ? DAMAGED : made })
    })
    return { right, best }
  }

  /** Resolves with what was amiss, where something was. */
  async function copyOne(one: Named): Promise<Copy | string> {
    let failure: unknown
    async function* reading() {
      try {
        yield* (await store.open(one.name)).stream
      } catch (error) {
        failure = error
        throw error
      }
    }
    try {
      const made = await copies.make(one.name, reading(), (copy) => isRight(one, copy))
      return isRight(one, made) ? made : DAMAGED
    } catch (error) {
      // What fails in the folder of backups is another matter.
      if (!failure) throw error
      // A store that is gone for a while, with all it has, is to be waited for.
      for await (const _ of store.list()) break
      return failure instanceof BlobAbsent ? 'missing' : 'unreadable'
    }
  }
}

/** Whether it is what the row says. */
function isRight(wanted: Named, copy: Copy): boolean {
  return copy.size === wanted.size && (wanted.sha256 === null || copy.sha256 === wanted.sha256)
}

async function* listLines(entries: AsyncIterable<Listed>) {
  for await (const entry of entries) yield lineOf(entry)
}
