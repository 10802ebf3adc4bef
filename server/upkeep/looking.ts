import { createHash } from 'node:crypto'
import type { Blobs } from '../blobs/blobs.ts'
import { BlobAbsent, BlobDamaged, type BlobStore, SecretLost } from '../blobs/port.ts'
import type { Pace } from './pace.ts'
import { assertWorks } from './trust.ts'

/** What became of bytes: gone, altered, not to be read from where they lie, or sealed by a key that is lost. */
export type Damage = 'missing' | 'damaged' | 'unreadable' | 'locked'

/** What a row says of bytes. */
export type Stored = { key: string; size: number; sha256?: Buffer }

export type Look = ReturnType<typeof createLooking>

/**
 * Reads bytes from the first to the last and says what is wrong with them. That they are missing is what the store says:
 * whether it may be believed is to be asked of it once for many (`trust.ts`). @throws where the store itself fails
 */
export function createLooking({
  blobs,
  store,
}: {
  blobs: Pick<Blobs, 'open'>
  store: Pick<BlobStore, 'check'>
}) {
  async function read({ key, size, sha256 }: Stored, pace: Pace): Promise<boolean> {
    const hash = createHash('sha256')
    let found = 0
    const { stream } = await blobs.open(key)
    try {
      for await (const chunk of stream) {
        hash.update(chunk)
        found += chunk.length
        await pace(chunk.length)
      }
    } finally {
      stream.destroy()
    }
    return found === size && (!sha256 || hash.digest().equals(sha256))
  }

  return async (stored: Stored, pace: Pace): Promise<Damage | null> => {
    try {
      return (await read(stored, pace)) ? null : 'damaged'
    } catch (error) {
      if (error instanceof BlobAbsent) return 'missing'
      if (error instanceof BlobDamaged) return 'damaged'
      if (error instanceof SecretLost) return 'locked'
      // A store that is gone says nothing about any file.
      await assertWorks(store).catch(() => {
        throw error
      })
      return 'unreadable'
    }
  }
}
