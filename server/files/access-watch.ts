import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'

/** How often whoever is sent something long, or sends it, is asked whether they still may. */
export const ASK_ACCESS_MS = 2000

/** Asks again and again; `refused` is told once `ask` throws a Problem, which may be more than once. Returns the end of it. */
export function watchAccess(ask: () => Promise<unknown>, refused: (problem: Problem) => void): () => void {
  const timer = setInterval(() => {
    ask().catch((error) => {
      if (error instanceof Problem) refused(error)
    })
  }, ASK_ACCESS_MS)
  return () => clearInterval(timer)
}

/** Who calls, as it was known at most as long ago as whoever is watched is asked again. */
export function knownLately(actor: Actor, readActor: () => Promise<Actor>): () => Promise<Actor> {
  let since = performance.now()
  let known = Promise.resolve(actor)
  return () => {
    const now = performance.now()
    if (now - since >= ASK_ACCESS_MS) {
      since = now
      known = readActor()
    }
    return known
  }
}
