import { createFollowing } from './following.ts'
import type { Needs } from './managed.ts'
import { createMerging } from './merging.ts'

/** What becomes of clients' records, the operations of core/api/lives.ts: docs/decisions/0016. */
export function createLives(needs: Needs) {
  return { ...createFollowing(needs), ...createMerging(needs) }
}
