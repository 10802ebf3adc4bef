import { Problem } from '../core/errors.ts'

/** How many are done at once, unless it is said: what others wait for meanwhile stays short. */
const MOST = 50

/** At least one. */
export type Batch<Input> = readonly [Input, ...Input[]]

/**
 * Does together what comes while the same is being done for others: of many at once, most share a transaction; one alone
 * waits for nothing. `work` answers each, in order. Should it throw for several, each is tried by itself.
 */
export function inBatches<Input, Output>(
  work: (inputs: Batch<Input>) => Promise<PromiseSettledResult<Output>[]>,
  { most = MOST } = {},
) {
  type Waiting = { input: Input; resolve: (output: Output) => void; reject: (reason: unknown) => void }
  const queues = new Map<string, Waiting[]>()

  async function run(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await work(batch.map(({ input }) => input) as unknown as Batch<Input>)
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index]
        if (result?.status === 'fulfilled') resolve(result.value)
        else reject(result?.reason)
      }
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error)
      else await Promise.all(batch.map((one) => run([one])))
    }
  }

  /** Only what has the same key is done together. */
  return (key: string, input: Input): Promise<Output> =>
    new Promise((resolve, reject) => {
      const waiting = queues.get(key)
      if (waiting) {
        waiting.push({ input, resolve, reject })
        return
      }
      const queue: Waiting[] = [{ input, resolve, reject }]
      queues.set(key, queue)
      void (async () => {
        while (queue.length > 0) await run(queue.splice(0, most))
        queues.delete(key)
      })()
    })
}

/** What was made of an input; one of which nothing is to be found was taken away meanwhile. */
export function answered<T>(value: T | undefined): PromiseSettledResult<T> {
  return value === undefined
    ? { status: 'rejected', reason: new Problem('not_found') }
    : { status: 'fulfilled', value }
}
