import { type Kysely, sql } from 'kysely'
import { nameOf } from '../blobs/blobs.ts'
import type { BlobStore } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import type { Round, Step } from './round.ts'
import type { Trust } from './trust.ts'

type Row = { id: string; staging: string; bytes: number }

/** Uploads under way of which the acknowledged bytes are gone: they have to begin again. */
export function createUploadsStep({
  db,
  store,
  trust,
  now,
}: {
  db: Kysely<Database>
  store: BlobStore
  trust: Trust
  now: () => Date
}): Step {
  // Somebody who holds it is writing; what has run out is swept.
  const isResting = () => sql`item_id is null and bytes > 0 and expires_at > ${now()}::timestamptz
    and (held_by is null or held_until < now())`

  return async (_after, round: Round) => {
    const { rows } = await sql<Row>`select id, staging, bytes from upload where ${isResting()}`.execute(db)
    if (rows.length === 0) return { next: null }
    const staged = new Set<string>()
    for await (const { name } of store.list('staged')) staged.add(name)
    const gone: Row[] = []
    for (const row of rows) {
      const name = nameOf(row.staging)
      if (!staged.has(name) && !(await store.stat(name))) gone.push(row)
    }
    if (gone.length > 0) await trust()
    for (const { id, bytes } of gone) {
      const of = sql`from upload where id = ${id}::uuid and bytes = ${bytes} and ${isResting()}`
      // What was lost since stands here still as it did; one that was ended, or goes on, doesn't.
      const { rows: lost } = round.repair
        ? await sql`delete ${of} returning 1`.execute(db)
        : await sql`select ${of}`.execute(db)
      const what = `upload ${id}: ${bytes} bytes were acknowledged, none are there`
      if (lost.length > 0) round.tell({ kind: 'lost_upload', what, repaired: round.repair })
    }
    return { next: null }
  }
}
