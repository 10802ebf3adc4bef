import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'

/** Waits as long as it takes for so many more bytes (as many as were just read) not to be too fast. */
export type Pace = (bytes: number) => Promise<void>

/** No hurry at all: what runs beside people's work leaves them the disk. */
export function createPace(bytesPerSecond: number): Pace {
  let free = performance.now()
  return async (bytes) => {
    const now = performance.now()
    // What wasn't used for a while isn't saved up.
    free = Math.max(free, now) + (bytes / bytesPerSecond) * 1000
    if (free - now > 5) await wait(free - now)
  }
}

export const fullSpeed: Pace = async () => {}
