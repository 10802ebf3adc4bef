import type { Blobs } from '../blobs/blobs.ts'
import type { Damage } from './looking.ts'
import type { Pace } from './pace.ts'

/** Something that isn't as it should be. `what` is for the operator: names in the store and ids, no names of people's. */
export type Finding = {
  kind:
    | Damage
    | 'preview'
    | 'extra'
    | 'staged'
    | 'lost_upload'
    | 'unused'
    | 'lost_key'
    | 'folder_count'
    | 'quota_use'
  what: string
  repaired: boolean
}

/** How a check goes about it. */
export type Round = {
  pace: Pace
  /** Bytes that are read side by side. */
  atOnce: number
  repair: boolean
  /** What nothing refers to goes at once, instead of a week after that was first seen. */
  extras: boolean
  /** Small images that are broken are made again even where nothing else is repaired. */
  remake: boolean
  /** Where to look for what is lost. */
  backup: Pick<Blobs, 'open'> | undefined
  tell: (finding: Finding) => void
}

/** What one step has done: `next` is where it goes on, null when it is through. */
export type Batch = { next: string | null; files?: number; previews?: number; bytes?: number }

/** A part of a check, a batch at a time. Each finding was looked at a second time before it is told. */
export type Step = (after: string, round: Round) => Promise<Batch>

/** All of them, so many at once. */
export async function each<T>(all: readonly T[], atOnce: number, work: (one: T) => Promise<void>) {
  const left = all.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const one of left) await work(one)
    }),
  )
}

/** The page of rows that was read, `limit` at most: where it goes on. */
export function nextOf(rows: readonly { name: string }[], limit: number): string | null {
  return rows.length < limit ? null : (rows.at(-1)?.name ?? null)
}
