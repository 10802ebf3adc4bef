import { createHash, type Hash } from 'node:crypto'
import type { Cursor } from './blobs.ts'

/**
 * Hashes of staged blobs that this process is in the middle of, so that committing needn't read gigabytes again.
 * A hash only counts from the very cursor that it was kept at: another process may have gone on from an earlier one,
 * and written others to the same length.
 */
export function createRunningHashes() {
  const kept = new Map<string, { hash: Hash; state: Uint8Array }>()

  /** The hash of all below a cursor, or undefined when only reading can tell. It is no longer kept. */
  function take(key: string, at: Cursor): Hash | undefined {
    const found = kept.get(key)
    kept.delete(key)
    if (at.offset === 0) return createHash('sha256')
    return found && at.state && Buffer.compare(found.state, at.state) === 0 ? found.hash : undefined
  }

  function keep(key: string, { state }: Cursor, hash: Hash) {
    if (!state) return
    kept.set(key, { hash, state })
    // Uploads are abandoned without a word; the one left alone the longest pays with a second reading.
    const [oldest] = kept.keys()
    if (kept.size > 1000 && oldest) kept.delete(oldest)
  }

  return { take, keep }
}
