import type { OpenDatabase } from '../server/db/open.ts'

/** What a workload runs on: a migrated database of its own and a folder, both gone afterwards. */
export type Ground = { database: OpenDatabase; folder: string; items: number }

/** Two medians of the same run, in milliseconds, and what their ratio may be at most. */
export type Ratio = { what: string; baseline: number; measured: number; most?: number }

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

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN
}
