import fc from 'fast-check'

/** Of what is drawn the same each time. */
export const SEED = 20_260_914

/**
 * What shall hold whatever comes, tried on `runs` cases. They are the same each time, so that a red tells of the
 * change at hand and not of luck. The long run (`PROPERTY_TIMES`) draws others, that many times as many, and tells the
 * seed of what fails.
 */
export async function holds<Case>(
  property: fc.IAsyncProperty<Case>,
  { runs, endOnFailure = false }: { runs: number; endOnFailure?: boolean },
): Promise<void> {
  const times = Number(process.env.PROPERTY_TIMES ?? 0)
  const numRuns = runs * Math.max(times, 1)
  await fc.assert(property as fc.IAsyncProperty<unknown>, {
    ...{ numRuns, endOnFailure, ...(times === 0 && { seed: SEED }) },
    // Shrinking, too, ends some time: what it has come to by then is told.
    interruptAfterTimeLimit: numRuns * 10_000,
  })
}
