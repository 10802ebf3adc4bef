import { createHash, type Hash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'

/**
 * Hashes of staged files that this process is in the middle of, so that `commit` needn't read gigabytes again.
 * A hash only counts while the file is still exactly as we left it: another process may have dropped our last
 * bytes and written others, to the same length. The time of change (ctime) tells; nobody can set it.
 */
export function createRunningHashes() {
  const kept = new Map<string, { hash: Hash; size: bigint; changed: bigint; inode: bigint }>()

  /** The hash of the first `offset` bytes, or undefined when only reading them can tell. It is no longer kept. */
  function take(key: string, offset: number, file: BigIntStats): Hash | undefined {
    const found = kept.get(key)
    kept.delete(key)
    if (offset === 0) return createHash('sha256')
    const same =
      found?.size === BigInt(offset) &&
      found.size === file.size &&
      found.changed === file.ctimeNs &&
      found.inode === file.ino
    return same ? found.hash : undefined
  }

  function keep(key: string, hash: Hash, file: BigIntStats) {
    kept.set(key, { hash, size: file.size, changed: file.ctimeNs, inode: file.ino })
    // Uploads are abandoned without a word; the one left alone the longest pays with a second reading.
    const [oldest] = kept.keys()
    if (kept.size > 1000 && oldest) kept.delete(oldest)
  }

  return { take, keep }
}
