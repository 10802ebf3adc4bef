import { type Kysely, sql } from 'kysely'
import { nameOf } from '../blobs/blobs.ts'
import { BlobAbsent, BlobDamaged, SecretLost } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import type { Damage, Look } from './looking.ts'
import { markBlob, whereabouts } from './marking.ts'
import { fullSpeed } from './pace.ts'
import type { BlobRow, Rewrite } from './rewriting.ts'
import { each, nextOf, type Round, type Step } from './round.ts'
import type { Trust } from './trust.ts'

const BATCH = 32

type Row = BlobRow & { damage: Damage | null }

/** The bytes of every file, by the names under which they lie. What is damaged is marked, and restored where there is a backup. */
export function createFilesStep({
  db,
  look,
  trust,
  rewrite,
  jobs,
}: {
  db: Kysely<Database>
  look: Look
  trust: Trust
  rewrite: Rewrite
  jobs: Jobs
}): Step {
  const columns = ['id', 'key', 'size', 'sha256', 'damage'] as const

  /** What is doubtful after a first look. Whatever happened to it meanwhile, or on the way, isn't damage. */
  async function examine(row: Row, round: Round): Promise<void> {
    let lookedAt = row.key
    for (let at = await find(row.id); at; at = await find(row.id)) {
      const damage = await look(at, fullSpeed)
      if (damage && at.key !== lookedAt) {
        lookedAt = at.key
        continue
      }
      if (damage && round.backup && (await mend(at, round.backup))) {
        round.tell({ kind: damage, what: `${nameOf(at.key)}, restored from the backup`, repaired: true })
        return
      }
      if (!damage && !at.damage) return
      if (await markBlob(db, at, damage)) {
        if (damage) round.tell({ kind: damage, what: await tellOf(at), repaired: false })
        return
      }
    }
  }

  async function find(id: string): Promise<Row | undefined> {
    const row = await db.selectFrom('blob').select(columns).where('id', '=', id).executeTakeFirst()
    return row as Row | undefined
  }

  async function tellOf({ id, key, size }: Row): Promise<string> {
    return `${nameOf(key)}, ${size} bytes: ${await whereabouts(db, id)}`
  }

  async function mend(row: Row, backup: NonNullable<Round['backup']>): Promise<boolean> {
    const key = await backup
      .open(row.key)
      .then(({ stream }) => rewrite(row, stream))
      .catch((error) => {
        if ([BlobAbsent, BlobDamaged, SecretLost].some((kind) => error instanceof kind)) return null
        throw error
      })
    if (!key) return false
    await markBlob(db, { id: row.id, key }, null)
    await db.transaction().execute(async (trx) => {
      // Nobody could make them from what was left.
      await trx.deleteFrom('preview').where('blob_id', '=', row.id).where('problem', 'is not', null).execute()
      await jobs.add(trx, 'preview', { blobId: row.id })
    })
    return true
  }

  return async (after, round) => {
    const { rows } = await sql<Row & { name: string }>`
      select id, key, size, sha256, damage, split_part(key, '.', 1) as name from blob
      where split_part(key, '.', 1) > ${after} order by split_part(key, '.', 1) limit ${BATCH}`.execute(db)
    const doubtful: Row[] = []
    await each(rows, round.atOnce, async (row) => {
      if ((await look(row, round.pace)) || row.damage) doubtful.push(row)
    })
    // Who has a backup at hand may have lost all, and knows.
    if (doubtful.length > 0 && !round.backup) await trust()
    await each(doubtful, round.atOnce, (row) => examine(row, round))
    const bytes = rows.reduce((sum, { size }) => sum + size, 0)
    return { next: nextOf(rows, BATCH), files: rows.length, bytes }
  }
}
