import { BlobAbsent, type BlobStore } from '../blobs/port.ts'
import type { Copies, Copy } from './copies.ts'
import { writeCompressed } from './files.ts'
import { type Listed, lineOf } from './list.ts'
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
      await copies.prepare(shard)
      const known = await copies.read(shard)
      const missing = []
      for (const one of wanted) {
        const copy = known.get(one.name)
        if (copy && (await copies.isThere(copy))) continue
        known.delete(one.name)
        missing.push(one)
      }
      while (missing.length > 0) {
        const batch = await copyBatch(missing.splice(0, BATCH))
        await copies.writeDown(shard, batch)
        for (const copy of batch) known.set(copy.name, copy)
      }
      for (const one of wanted) {
        const copy = known.get(one.name)
        if (!copy) continue
        check(one, copy)
        copied.blobs.count++
        copied.blobs.bytes += copy.size
        yield copy
      }
    }
  }

  async function copyBatch(batch: readonly Named[]): Promise<Copy[]> {
    const made: Copy[] = []
    await eachOf(batch, AT_ONCE, async ({ name }) => {
      const copy = await copyOne(name)
      if (!copy) return
      made.push(copy)
      copied.added.count++
      copied.added.bytes += copy.size
    })
    return made
  }

  async function copyOne(name: string): Promise<Copy | undefined> {
    let failure: unknown
    async function* reading() {
      try {
        yield* (await store.open(name)).stream
      } catch (error) {
        failure = error
        throw error
      }
    }
    return copies.make(name, reading()).catch(async (error) => {
      // What fails in the folder of backups is another matter.
      if (!failure) throw error
      // A store that is gone for a while, with all it has, is to be waited for.
      for await (const _ of store.list()) break
      copied.problems.push({ name, what: failure instanceof BlobAbsent ? 'missing' : 'unreadable' })
      return undefined
    })
  }

  function check(wanted: Named, copy: Copy): void {
    if (copy.size !== wanted.size || (wanted.sha256 !== null && copy.sha256 !== wanted.sha256))
      copied.problems.push({ name: wanted.name, what: 'damaged' })
  }
}

async function* listLines(entries: AsyncIterable<Listed>) {
  for await (const entry of entries) yield lineOf(entry)
}
