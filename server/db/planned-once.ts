import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import pg from 'pg'

/**
 * A statement that begins with this is planned once for each connection instead of each time: for those of the one rule,
 * which take longer to plan than to run. There may only be a few such texts, as each is kept.
 */
export const PLANNED_ONCE = sql.raw('/* planned once */')

/**
 * A value of which the planner learns nothing: where the values at hand make a plan look cheaper, PostgreSQL would
 * plan each time after all.
 */
export function unforeseen<T>(value: T, type: 'uuid' | 'uuid[]' | 'text[]' | 'boolean'): RawBuilder<T> {
  return sql`(select ${sql.val(value)}::${sql.raw(type)})::${sql.raw(type)}`
}

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

const names = new Map<string, string>()

/** PostgreSQL takes up to 63 bytes. */
function nameOf(text: string): string {
  const name = names.get(text) ?? createHash('sha256').update(text).digest('base64url')
  names.set(text, name)
  return name
}
