import { test } from 'node:test'
import { killManyTimes } from './rounds.ts'

test('killed a thousand times at random moments, with its database or alone', async (t) => {
  const seed = Number(process.env.DURABILITY_SEED ?? Date.now() % 1e9)
  const rounds = Number(process.env.DURABILITY_ROUNDS ?? 1000)
  console.log(`DURABILITY_SEED=${seed} DURABILITY_ROUNDS=${rounds}`)
  const happened = await killManyTimes(t, {
    rounds,
    seed,
    largest: Number.POSITIVE_INFINITY,
    databaseEvery: 10,
    tell: console.log,
  })
  t.diagnostic(JSON.stringify(happened))
})
