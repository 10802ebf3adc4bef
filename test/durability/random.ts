import { createCipheriv, createHash } from 'node:crypto'
import type { TestContext } from 'node:test'
import { SEED } from '../properties.ts'

export type Random = ReturnType<typeof createRandom>

/** The same choices for the same seed: mulberry32, which is random enough to choose by. */
export function createRandom(seed: number) {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    /** A whole number from `min` to `max`, both included. */
    between: (min: number, max: number) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability: number) => next() < probability,
    pick: <T>(of: readonly T[]): T | undefined => of[Math.floor(next() * of.length)],
  }
}

/** The same each time, unless another is asked for by `DURABILITY_SEED`; told. */
export function readSeed(t: TestContext): number {
  const seed = Number(process.env.DURABILITY_SEED ?? SEED)
  t.diagnostic(`DURABILITY_SEED=${seed}`)
  return seed
}

/** Bytes `start` to `end`, the latter not included, of the endless content that a number stands for. */
export function contentOf(seed: number, start: number, end: number): Uint8Array<ArrayBuffer> {
  const key = createHash('sha256').update(String(seed)).digest().subarray(0, 16)
  const counter = Buffer.alloc(16)
  counter.writeBigUInt64BE(BigInt(Math.floor(start / 16)), 8)
  const stream = createCipheriv('aes-128-ctr', key, counter)
  stream.update(Buffer.alloc(start % 16))
  return new Uint8Array(stream.update(Buffer.alloc(end - start)))
}

export function hashOf(seed: number, size: number): string {
  const hash = createHash('sha256')
  const STEP = 4 * 1024 * 1024
  for (let at = 0; at < size; at += STEP) hash.update(contentOf(seed, at, Math.min(size, at + STEP)))
  return hash.digest('hex')
}
