import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inBatches } from '../server/batches.ts'

const done = <T>(value: T): PromiseSettledResult<T> => ({ status: 'fulfilled', value })

test('what comes while the same is being done is done together, up to fifty at once, each answered as its own', async () => {
  const batches: number[][] = []
  const double = inBatches(async (inputs: readonly number[]) => {
    batches.push([...inputs])
    return inputs.map((input) =>
      input === 13 ? { status: 'rejected' as const, reason: new Error('13') } : done(2 * input),
    )
  })
  const numbers = Array.from({ length: 70 }, (_, index) => index)
  const results = await Promise.allSettled(numbers.map((number) => double('a', number)))
  assert.deepEqual(
    batches.map(({ length }) => length),
    [1, 50, 19],
  )
  for (const [number, result] of results.entries())
    assert.deepEqual(result.status === 'fulfilled' && result.value, number === 13 ? false : 2 * number)
  await Promise.all([double('a', 1), double('b', 2)])
  assert.deepEqual(batches.slice(3), [[1], [2]], 'others have nothing to do with it')
})

test('where something goes wrong with all, each is tried by itself', async () => {
  const work = inBatches(async (inputs: readonly string[]) => {
    if (inputs.includes('poison')) throw new Error('no')
    return inputs.map(done)
  })
  const inputs = ['first', 'good', 'poison', 'fine']
  const results = await Promise.allSettled(inputs.map((input) => work('', input)))
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
  )
  assert.equal(await work('', 'again'), 'again')
})
