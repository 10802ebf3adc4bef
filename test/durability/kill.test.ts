import { test } from 'node:test'
import { readSeed } from './random.ts'
import { killManyTimes } from './rounds.ts'

test('killed at random moments, with its database or alone: what was acknowledged is whole, nothing else is visible, uploads go on', async (t) => {
  const seed = readSeed(t)
  const happened = await killManyTimes(t, { rounds: 15, seed, largest: 12_000_000, databaseEvery: 5 })
  t.diagnostic(JSON.stringify(happened))
})
