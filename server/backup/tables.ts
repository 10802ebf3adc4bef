import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from, to } from 'pg-copy-streams'
import { readCompressed, writeCompressed } from './files.ts'

export interface Table {
  name: string
  /** Quoted where they must be; without those that the database computes. */
  columns: string[]
}

/** All tables but those that extensions bring, those that a crash may empty, and what tells one database from another. */
export async function listTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    select c.relname as name, array_agg(quote_ident(a.attname) order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relpersistence = 'p' and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = '' and c.relname <> 'installation'
      and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype = 'e')
    group by 1 order by 1`)
  return rows
}

/** How far sequences have come; those that nobody ever asked are left out. */
export async function listSequences(client: pg.ClientBase): Promise<{ name: string; value: string }[]> {
  const { rows } = await client.query(`
    select quote_ident(sequencename) as name, last_value::text as value from pg_sequences
    where schemaname = 'public' and last_value is not null order by 1`)
  return rows
}

/** Writes a table, or the answer to a query, to a compressed file. Resolves with how many rows it has. */
export async function copyOut(client: pg.ClientBase, what: string, path: string): Promise<number> {
  const stream = client.query(to(`copy ${what} to stdout`))
  await writeCompressed(path, stream)
  return stream.rowCount
}

/** Adds the rows of a compressed file to a table. Resolves with how many. */
export async function copyIn(client: pg.ClientBase, what: string, path: string): Promise<number> {
  const stream = client.query(from(`copy ${what} from stdin`))
  await pipeline(readCompressed(path), stream)
  return stream.rowCount
}

export function describeCopy({ name, columns }: Table): string {
  return `public."${name}" (${columns.join(', ')})`
}
