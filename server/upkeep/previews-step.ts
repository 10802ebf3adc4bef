import { type Kysely, sql } from 'kysely'
import type { Database } from '../db/schema.ts'
import { dropPreview } from '../files/preview-jobs.ts'
import type { Jobs } from '../jobs.ts'
import type { Look } from './looking.ts'
import { fullSpeed } from './pace.ts'
import { each, nextOf, type Round, type Step } from './round.ts'
import type { Trust } from './trust.ts'

const BATCH = 64

type Row = { blob_id: string; variant: string; key: string; size: number; name: string }

/** Small images: whether they are there and open. One that is broken is dropped, and made again. */
export function createPreviewsStep({
  db,
  look,
  trust,
  jobs,
}: {
  db: Kysely<Database>
  look: Look
  trust: Trust
  jobs: Jobs
}): Step {
  /** What is doubtful after a first look. */
  async function examine(row: Row, round: Round): Promise<void> {
    if (!(await isStill(row))) return
    const damage = await look(row, fullSpeed)
    if (!damage || !(await isStill(row))) return
    const repaired =
      (round.repair || round.remake) &&
      (await dropPreview(db, jobs, { blobId: row.blob_id, variant: row.variant, key: row.key }))
    const what = `${row.name}, the ${row.variant} of blob ${row.blob_id}, is ${damage}`
    round.tell({ kind: 'preview', what, repaired })
  }

  const isStill = async ({ blob_id, variant, key }: Row) =>
    (
      await sql`select from preview
      where blob_id = ${blob_id}::uuid and variant = ${variant} and key = ${key}`.execute(db)
    ).rows.length > 0

  return async (after, round) => {
    const { rows } = await sql<Row>`
      select blob_id, variant, key, size, split_part(key, '.', 1) as name from preview
      where split_part(key, '.', 1) > ${after} order by split_part(key, '.', 1) limit ${BATCH}`.execute(db)
    const doubtful: Row[] = []
    await each(rows, round.atOnce, async (row) => {
      if (await look(row, round.pace)) doubtful.push(row)
    })
    if (doubtful.length > 0) await trust()
    await each(doubtful, round.atOnce, (row) => examine(row, round))
    const bytes = rows.reduce((sum, { size }) => sum + size, 0)
    return { next: nextOf(rows, BATCH), previews: rows.length, bytes }
  }
}
