import { type Kysely, sql } from 'kysely'
import { isEmpty, type Stores } from './blobs/open.ts'
import type { Database } from './db/schema.ts'
import { StartError } from './start-error.ts'

type Needs = { db: Kysely<Database>; stores: Pick<Stores, 'written' | 'other' | 'names'> }

export type Belonging = ReturnType<typeof createBelonging>

/**
 * A database and the place of its files bear the same mark. Without it a wrong DATABASE_URL, or a disk that isn't
 * mounted, would look like many files that nothing refers to, or that are missing.
 */
export function createBelonging({ db, stores: { written, other, names } }: Needs) {
  const places = [
    { store: written, where: names.written },
    ...(other ? [{ store: other, where: names.other }] : []),
  ]
  const readMarks = () =>
    Promise.all(places.map(async (place) => ({ ...place, mark: await place.store.readMark() })))
  const readSelf = (on: Kysely<Database>) =>
    on.selectFrom('installation').select(['id', 'marked']).executeTakeFirstOrThrow()

  async function markAll(on: Kysely<Database>, id: string): Promise<void> {
    for (const { store } of places) await store.writeMark(id)
    // Only now: a place without a mark is no longer believed.
    await on.updateTable('installation').set({ marked: true }).execute()
  }

  /** Files that no row knows may be another database's, from before there were marks. */
  async function mayBeOthers(on: Kysely<Database>): Promise<boolean> {
    if (await on.selectFrom('blob').select('id').limit(1).executeTakeFirst()) return false
    for (const { store } of places) if (!(await isEmpty(store))) return true
    return false
  }

  function refuseOthers(marks: Awaited<ReturnType<typeof readMarks>>, id: string | undefined, then: string) {
    const foreign = marks.find(({ mark }) => mark !== undefined && mark !== id)
    if (foreign)
      throw new StartError(
        `what lies ${foreign.where} belongs to another database: DATABASE_URL, or where files are kept, is not what is meant. ${then}`,
      )
  }

  return {
    /**
     * Marks what is nobody's yet: of several processes, one.
     * @throws {StartError} what lies there is another database's, or isn't where the files of this one lay
     */
    claim: () =>
      db.transaction().execute(async (trx) => {
        await trx.selectFrom('installation').select('id').forUpdate().execute()
        const { id, marked } = await readSelf(trx)
        const marks = await readMarks()
        refuseOthers(marks, id, WAY_OUT)
        const ours = marks.filter(({ mark }) => mark === id)
        if (ours.length === 0 && marked)
          throw new StartError(
            `the files of this database are not ${marks[0]?.where}: is everything mounted, and kept where it was? ${WAY_OUT}`,
          )
        if (ours.length === 0 && (await mayBeOthers(trx))) return
        if (ours.length < marks.length || !marked) await markAll(trx, id)
      }),

    /** Before anything is restored here, where there may be no tables yet. @throws {StartError} */
    async refuseOthers(): Promise<void> {
      const { rows } = await sql`select where to_regclass('public.installation') is not null`.execute(db)
      const id = rows.length > 0 ? (await readSelf(db)).id : undefined
      refuseOthers(await readMarks(), id, TAKE_OVER)
    },

    /** Whatever marks there were: from now on, they belong together. */
    adopt: () =>
      db.transaction().execute(async (trx) => {
        const { id } = await readSelf(trx)
        await markAll(trx, id)
      }),

    /** Whether nobody else's files can be there, as far as marks tell. */
    async isSure(): Promise<boolean> {
      const { id } = await readSelf(db)
      return (await readMarks()).every(({ mark }) => mark === id)
    },
  }
}

const TAKE_OVER =
  'With --adopt-files they are taken over, and that database is not started on them any more; to try a backup out, give it a place of its own (S3_PREFIX)'
const WAY_OUT = 'If they do belong together as they are now, say so by: node server/main.ts adopt-files'
