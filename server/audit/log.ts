import { type Kysely, sql } from 'kysely'
import type { AuditFilter, AuditSubject } from '../../core/api/audit.ts'
import type { Actor } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { holdsWords } from '../search.ts'
import { csvHead, csvLines } from './csv.ts'
import { type Filter, listEntries } from './entries.ts'
import { listOpenings } from './openings.ts'
import { clientIds, groupIds, professionalIds, readerOf } from './scope.ts'

type Professional = Extract<Actor, { kind: 'professional' }>

const PAGE = 50
/** Entries read at once while exporting. */
const EXPORTED_AT_ONCE = 500
const SUBJECTS = 20

export type AuditLog = ReturnType<typeof createAuditLog>

/** The log, for administrators to read, and for clients what concerns their files: docs/decisions/0012. */
export function createAuditLog({ db }: { db: Kysely<Database> }) {
  return {
    /** @throws read_only, forbidden */
    listEntries: (actor: Professional, query: Filter & { cursor?: string | undefined }) =>
      listEntries(db, readerOf(actor), query, PAGE),

    /** @throws read_only, forbidden */
    async listSubjects(
      actor: Professional,
      { search }: { search?: string | undefined },
    ): Promise<AuditSubject[]> {
      const reader = readerOf(actor)
      const { rows } = await sql<AuditSubject>`
        select kind, id, name from (
          select 'professional' as kind, w.id, w.name from professional w where w.id in ${professionalIds(reader)}
          union all select 'client', c.id, c.name from client c where c.id in ${clientIds(reader)}
          union all select 'group', g.id, g.name from client_group g where g.id in ${groupIds(reader)}
        ) found where ${sql.join([sql`true`, ...holdsWords('found.name', search)], sql` and `)}
        order by name collate natural_order, id limit ${SUBJECTS}`.execute(db)
      return rows
    },

    listOpenings: (actor: Extract<Actor, { kind: 'client' }>, query: { cursor?: string | undefined }) =>
      listOpenings(db, actor, query),

    /**
     * All that the filter lets through, as CSV, piece by piece; written down before any of it goes out. `readActor`
     * tells who is calling by then. @throws read_only, forbidden
     */
    async exportEntries(
      actor: Professional,
      filter: AuditFilter,
      readActor: () => Promise<Professional>,
    ): Promise<AsyncIterable<string>> {
      readerOf(actor)
      await record(db, actor, 'audit_exported', { details: { ...filter } })
      return pieces(async (cursor) =>
        listEntries(db, readerOf(await readActor()), { ...filter, cursor }, EXPORTED_AT_ONCE),
      )
    },
  }
}

async function* pieces(
  read: (cursor: string | undefined) => ReturnType<typeof listEntries>,
): AsyncGenerator<string, void> {
  yield csvHead()
  let cursor: string | undefined
  do {
    const { entries, next } = await read(cursor)
    yield csvLines(entries)
    cursor = next ?? undefined
  } while (cursor)
}
