import { type Kysely, sql } from 'kysely'
import type { Blobs } from '../blobs/blobs.ts'
import { isUnreadable } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import type { Log } from '../log.ts'
import { alone } from './alone.ts'
import { createPace, type Pace } from './pace.ts'
import { type BlobRow, createRewriting, eraseLater } from './rewriting.ts'

const SLICE_MS = 60_000
const BATCH = 20

type Needs = {
  db: Kysely<Database>
  blobs: Blobs
  jobs: Jobs
  log: Log
  now: () => Date
  bytesPerSecond: number
}
type PreviewRow = { blob_id: string; variant: string; key: string; size: number; beside: string }

/**
 * Seals, little by little, what an earlier version stored as it was given: first files, then the small images made of
 * them. What is still to be done is told by the rows, so that any process goes on where another stopped.
 */
export function createSealing({ db, blobs, jobs, log, now, bytesPerSecond }: Needs) {
  const rewrite = createRewriting({ db, blobs, jobs, now })

  const nextFiles = async (after: string) =>
    (
      await sql<BlobRow>`select id, key, size, sha256 from blob
        where strpos(key, '.') = 0 and damage is null and id > ${after}::uuid order by id limit ${BATCH}`.execute(
        db,
      )
    ).rows

  async function sealFile(row: BlobRow, pace: Pace): Promise<boolean> {
    return (await rewrite(row, paced((await blobs.open(row.key)).stream, pace))) !== null
  }

  const nextPreviews = async (after: string) =>
    (
      await sql<PreviewRow>`select p.blob_id, p.variant, p.key, p.size, b.key as beside
        from preview p join blob b on b.id = p.blob_id
        where strpos(p.key, '.') = 0 and strpos(b.key, '.') > 0 and p.key > ${after} order by p.key limit ${BATCH}`.execute(
        db,
      )
    ).rows

  async function sealPreview(row: PreviewRow, pace: Pace): Promise<boolean> {
    const { stream } = await blobs.open(row.key)
    const key = await blobs.newKeyBeside(row.beside)
    const { size } = await blobs.put(key, paced(stream, pace))
    const done =
      size === row.size &&
      (await db.transaction().execute(async (trx) => {
        const { rows } = await sql`update preview set key = ${key} where blob_id = ${row.blob_id}::uuid
          and variant = ${row.variant} and key = ${row.key} returning 1`.execute(trx)
        if (rows.length > 0) await eraseLater(trx, jobs, row.key, now())
        return rows.length > 0
      }))
    if (!done) await blobs.remove(key)
    return done
  }

  /** Goes through rows until `until`; resolves with whether there may be more. */
  async function go<Row extends { key: string }>(
    { next, seal, idOf, first }: Going<Row>,
    until: number,
    count: () => void,
  ): Promise<boolean> {
    for (let after = first; ; ) {
      const rows = await next(after)
      for (const row of rows) {
        if (performance.now() > until) return true
        try {
          if (await seal(row)) count()
        } catch (error) {
          // The check tells of it, and it stays as it is.
          if (!isUnreadable(error)) throw error
        }
        after = idOf(row)
      }
      if (rows.length < BATCH) return false
    }
  }

  return {
    /** The task `seal`: goes on for a while, and asks to be called again while there is more. */
    async sealOn({ sliceMs = SLICE_MS } = {}): Promise<void> {
      const pace = createPace(bytesPerSecond)
      let more = false
      await alone(db, 'seal', async () => {
        const until = performance.now() + sliceMs
        const sealed = { files: 0, previews: 0 }
        const files = {
          next: nextFiles,
          seal: (row: BlobRow) => sealFile(row, pace),
          idOf: (row: BlobRow) => row.id,
          first: '00000000-0000-0000-0000-000000000000',
        }
        const previews = {
          next: nextPreviews,
          seal: (row: PreviewRow) => sealPreview(row, pace),
          idOf: (row: PreviewRow) => row.key,
          first: '',
        }
        more =
          (await go(files, until, () => sealed.files++)) ||
          (await go(previews, until, () => sealed.previews++))
        if (sealed.files + sealed.previews > 0) log.info({ ...sealed, more }, 'sealed what was stored plain')
      })
      if (more) await jobs.add(db, 'seal', {}, { key: 'seal-on' })
    },
  }
}

type Going<Row> = {
  next: (after: string) => Promise<Row[]>
  seal: (row: Row) => Promise<boolean>
  idOf: (row: Row) => string
  first: string
}

async function* paced(bytes: AsyncIterable<Uint8Array>, pace: Pace): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of bytes) {
    await pace(chunk.length)
    yield chunk
  }
}
