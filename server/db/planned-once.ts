import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'

/**
 * A statement that begins with this is planned once for each connection instead of each time: for those of the one rule,
 * which take longer to plan than to run. There may only be a few such texts, as each is kept.
 */
export const PLANNED_ONCE = sql.raw('/* planned once */')

const MARKED = /^\s*\/\* planned once \*\//

/** Has a connection keep the plans of statements that ask for it. */
export function planOnce(client: pg.ClientBase): void {
  const query = (...args: unknown[]) => Reflect.apply(pg.Client.prototype.query, client, args)
  Object.assign(client, {
    query: (text: unknown, ...more: unknown[]) =>
      typeof text === 'string' && MARKED.test(text)
        ? query({ name: nameOf(text), text }, ...more)
        : query(text, ...more),
  })
}

/** PostgreSQL takes up to 63 bytes. */
function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
