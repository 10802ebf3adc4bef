import type { OpenDatabase } from '../server/db/open.ts'

/** What a workload runs on: a migrated database of its own and a folder, both gone afterwards, as is what `closing` holds. */
export type Ground = { database: OpenDatabase; folder: string; items: number; closing: AsyncDisposableStack }

/**
 * Two medians of the same run, in milliseconds. `most` is how long the measured may take in terms of the baseline,
 * `speed` how many times as fast it has to be; `memory` the most (bytes) that the measured held.
 */
export type Ratio = {
  what: string
  baseline: number
  measured: number
  most?: number
  speed?: number
  memory?: number
}

export type Workload = { about: string; run(ground: Ground): Promise<Ratio[]> }

const WARM_UP = 5
const ROUNDS = 40

/** Medians of two pieces of work that take turns, so that whatever else the machine does is shared by both. */
export async function compare(
  baseline: () => Promise<unknown>,
  measured: () => Promise<unknown>,
): Promise<{ baseline: number; measured: number }> {
  const times: [number[], number[]] = [[], []]
  for (let round = -WARM_UP; round < ROUNDS; round++)
    for (const [i, work] of [baseline, measured].entries()) {
      const start = performance.now()
      await work()
      if (round >= 0) times[i]?.push(performance.now() - start)
    }
  return { baseline: median(times[0]), measured: median(times[1]) }
}

export function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}

/** As a test would hand it over to what cleans up after itself. */
export function after(closing: AsyncDisposableStack) {
  return {
    after: (end: unknown) =>
      void closing.defer(async () => {
        await (end as () => unknown)()
      }),
  }
}
