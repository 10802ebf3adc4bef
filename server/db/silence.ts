import pg from 'pg'

/**
 * A database that stands still, or that a network has swallowed, never says no: whoever waits for it waits for ever.
 * While somebody waits it is asked for a word, again and again; when `patience` (ms) has passed without one, the
 * pool's connections are dropped, and all who wait learn that it is gone.
 */
export function dropWhenSilent(pool: pg.Pool, connectionString: string, patience: number): void {
  const clients = new Set<pg.PoolClient>()
  pool.on('connect', (client) => clients.add(client))
  pool.on('remove', (client) => clients.delete(client))
  let asking = false
  const timer = setInterval(async () => {
    if (pool.ended) return clearInterval(timer)
    if (asking || pool.totalCount === pool.idleCount) return
    asking = true
    const waiting = [...clients]
    if (!(await answers(connectionString, patience)))
      for (const client of waiting) void (client as pg.PoolClient & pg.Client).end().catch(() => {})
    asking = false
  }, patience / 3).unref()
}

/** A refusal is an answer, too. */
async function answers(connectionString: string, patience: number): Promise<boolean> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    application_name: 'carnet',
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch (error) {
    return (
      /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code)) && error instanceof pg.DatabaseError
    )
  } finally {
    void client.end().catch(() => {})
  }
}
