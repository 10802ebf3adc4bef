import { test } from 'node:test'
import { killManyTimes } from './rounds.ts'

test('killed at random moments, with its database or alone: what was acknowledged is whole, nothing else is visible, uploads go on', async (t) => {
  const seed = Number(process.env.DURABILITY_SEED ?? 20_260_914)
  t.diagnostic(`DURABILITY_SEED=${seed}`)
  const happened = await killManyTimes(t, { rounds: 15, seed, largest: 12_000_000, databaseEvery: 5 })
  t.diagnostic(JSON.stringify(happened))
})
