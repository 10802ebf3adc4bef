import { Readable } from 'node:stream'
import { BlobAbsent, type BlobStore, newName, type StoredBlob, UploadLost } from './port.ts'

/**
 * Two stores as one: new blobs go to `written`; what `other` still holds is read, gone on with and removed there, while
 * somebody moves it over (see `move.ts`).
 */
export function layerStores(written: BlobStore, other: BlobStore): BlobStore {
  /** A blob may be moved between two looks; whoever finds it nowhere then looks once more where it went. */
  const asked = [written, other, written]

  async function append(...args: Parameters<BlobStore['append']>): Promise<number> {
    const [name, offset] = args
    const isHere = offset === 0 || (await goesOnIn(written, name, offset))
    return (isHere ? written : other).append(...args)
  }

  async function goesOnIn(store: BlobStore, name: string, offset: number): Promise<boolean> {
    const probe = store.append(name, offset, Readable.from([]), { max: Number.POSITIVE_INFINITY })
    return probe.then(() => true, unlessLost)
  }

  async function commit(name: string) {
    const here = await written.commit(name).catch(unlessLost)
    if (!here) return other.commit(name)
    await other.discard(name)
    return here
  }

  async function look<T>(at: (store: BlobStore) => Promise<T | undefined>): Promise<T | undefined> {
    for (const store of asked) {
      const found = await at(store)
      if (found) return found
    }
    return undefined
  }

  async function find<T>(name: string, at: (store: BlobStore) => Promise<T>): Promise<T> {
    const found = await look((store) => at(store).catch(unlessAbsent))
    if (!found) throw new BlobAbsent(name)
    return found
  }

  /** First where it may be moved from: what is gone from there isn't copied any more. */
  async function remove(name: string) {
    await other.remove(name)
    await written.remove(name)
  }

  /** First where blobs may be moved from, so that none is missed on its way. */
  async function* list(which?: 'committed' | 'staged'): AsyncGenerator<StoredBlob, void> {
    const seen = new Set<string>()
    for await (const blob of other.list(which)) {
      seen.add(blob.name)
      yield blob
    }
    for await (const blob of written.list(which)) if (!seen.has(blob.name)) yield blob
  }

  return {
    append,
    commit,
    async discard(name) {
      await other.discard(name)
      await written.discard(name)
    },
    put: written.put,
    open: (name, part) => find(name, (store) => store.open(name, part)),
    read: (name, size, part) => find(name, (store) => store.read(name, size, part)),
    stat: (name) => look((store) => store.stat(name)),
    remove,
    list,
    async check() {
      await other.stat(newName())
      await written.check()
    },
  }
}

function unlessLost(error: unknown): false {
  if (error instanceof UploadLost) return false
  throw error
}

function unlessAbsent(error: unknown): undefined {
  if (error instanceof BlobAbsent) return undefined
  throw error
}
