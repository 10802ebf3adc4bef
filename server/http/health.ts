import { setTimeout as wait } from 'node:timers/promises'

const PATIENCE_MS = 5_000

/** Rejects when a part that the app can't do without doesn't answer. */
export type Check = () => Promise<unknown>

/** The same checks, each made once at a time for all who ask meanwhile: they write, and anybody may ask. */
export function shareChecks(checks: Record<string, Check>): Record<string, Check> {
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => {
      let underWay: Promise<unknown> | undefined
      return [
        name,
        () => {
          underWay ??= check().finally(() => {
            underWay = undefined
          })
          return underWay
        },
      ]
    }),
  )
}

/**
 * Asks every part at once: 200 when all answer in time, otherwise 503, with one word for each and no details. Without
 * one of the `spared`, everybody is served all the same.
 */
export async function answerHealth(
  checks: Record<string, Check>,
  spared: readonly string[] = [],
): Promise<Response> {
  const results = await Promise.all(
    Object.entries(checks).map(
      async ([name, check]) => [name, (await answers(check)) ? 'ok' : 'failing'] as const,
    ),
  )
  const failing = results.flatMap(([name, result]) => (result === 'ok' ? [] : name))
  const ok = failing.every((name) => spared.includes(name))
  return Response.json(
    {
      status: failing.length === 0 ? 'ok' : ok ? 'degraded' : 'failing',
      checks: Object.fromEntries(results),
    },
    { status: ok ? 200 : 503, headers: { 'Cache-Control': 'no-store', ...(!ok && { 'Retry-After': '5' }) } },
  )
}

async function answers(check: Check): Promise<boolean> {
  const over = new AbortController()
  const late = wait(PATIENCE_MS, false, { signal: over.signal }).catch(() => false)
  try {
    return await Promise.race([check().then(() => true), late])
  } catch {
    return false
  } finally {
    over.abort()
  }
}
