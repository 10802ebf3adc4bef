import { type Insertable, type RawBuilder, sql } from 'kysely'
import type { Database } from './schema.ts'

/**
 * `insert into` a table what these rows have, by the same text however many they are: planned anew for each number of
 * them, it would cost more than the rows. At least one, all with the same columns; `more` columns are computed, of a
 * row `r` of the table.
 */
export function insertRows<Table extends keyof Database & string>(
  table: Table,
  rows: readonly Insertable<Database[Table]>[],
  more: Readonly<Record<string, RawBuilder<unknown>>> = {},
): RawBuilder<unknown> {
  const given = Object.keys(rows[0] ?? {})
  // In JSON these would be null, or nothing at all.
  for (const row of rows)
    if (
      Object.keys(row).length !== given.length ||
      given.some((column) => isNothing(row[column as keyof typeof row]))
    )
      throw new TypeError(`not all rows for ${table} have the same columns`)
  const columns = [...given, ...Object.keys(more)].map((column) => sql.ref(column))
  const values = [...given.map((column) => sql.ref(`r.${column}`)), ...Object.values(more)]
  const json = JSON.stringify(rows.map((row) => Object.fromEntries(Object.entries(row).map(asJson))))
  return sql`insert into ${sql.table(table)} (${sql.join(columns)})
    select ${sql.join(values)} from json_populate_recordset(null::${sql.table(table)}, ${json}::json) r`
}

/** As PostgreSQL reads it. */
function asJson([column, value]: [string, unknown]): [string, unknown] {
  return [column, value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value]
}

function isNothing(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value))
}
