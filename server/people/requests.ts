import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Request } from '../../core/api/involvement.ts'
import { Problem } from '../../core/errors.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { tell } from '../notify/inbox.ts'
import type { Language } from '../notify/letters.ts'
import type { Links } from './links.ts'
import { lockBoth, type Merging, unite } from './lives/unite.ts'
import { isActive } from './persons.ts'
import { hashToken } from './tokens.ts'

type Db = Kysely<Database>
type Letter = { to: string; language: Language; data: { name: string; practice: string } }

/** A request that can be answered, and the record that waits for it. */
type Open = { client_id: string; space_id: string; email: string; asked_by: string; company_id: string }

export type Requests = ReturnType<typeof createRequests>

/**
 * A practice made a record with the address of somebody who has an account: they are asked whether it may follow them.
 * Until they accept that record is nobody's, and looks like one whose invitation was not answered: docs/decisions/0013.
 */
export function createRequests({ db, links, now }: { db: Db; links: Links; now: () => Date }) {
  /** The requests `r` that still wait: the record `c` has the address, and belongs to nobody. */
  const waiting = (which: RawBuilder<unknown>) => sql`
    from client_request r
    join client c on c.id = r.client_id and c.person_id is null and c.email = r.email
    join space s on s.client_id = c.id
    join professional w on w.id = r.asked_by
    join company co on co.id = w.company_id
    join client_company cc on cc.client_id = c.id and cc.company_id = co.id and cc.archived_at is null
    left join person p on p.email = r.email and ${isActive}
    where ${which}`

  const byToken = (token: string) =>
    sql`r.token_hash = ${hashToken(token)} and r.expires_at > ${now()}::timestamptz`

  return {
    /** Asks, in a job; who refused is left in peace as long as the record keeps their address. */
    async ask(
      of: { clientId: string; professionalId: string },
      { to, language, data }: Letter,
    ): Promise<void> {
      const asked = { email: to, asked_by: of.professionalId, asked_at: now() }
      const refused = await db
        .selectFrom('client_request')
        .select('client_id')
        .where('client_id', '=', of.clientId)
        .where('email', '=', to)
        .where('refused_at', 'is not', null)
        .executeTakeFirst()
      if (refused) return
      await links.send({ to, language, template: 'request', data, page: 'request' }, (link) =>
        db
          .insertInto('client_request')
          .values({ client_id: of.clientId, ...asked, ...link })
          .onConflict((conflict) =>
            conflict.column('client_id').doUpdateSet({ ...asked, ...link, refused_at: null }),
          )
          .execute(),
      )
    },

    async listFor(personId: string): Promise<Request[]> {
      const { rows } = await sql<Omit<Extract<Request, { kind: 'client' }>, 'at'> & { at: Date }>`
        select 'client' as kind, c.id, co.name as practice, w.name as by, r.asked_at as at,
          r.refused_at is not null as refused
        ${waiting(sql`p.id = ${personId}::uuid`)}`.execute(db)
      return rows.map(({ at, ...row }) => ({ ...row, at: at.toISOString() }))
    },

    /** What a link asks, or undefined; `account` says that somebody signs in with the address already. */
    async read(token: string) {
      const { rows } = await sql<{
        id: string
        email: string
        practice: string
        by: string
        account: boolean
      }>`
        select c.id, r.email, co.name as practice, w.name as by, p.id is not null as account
        ${waiting(byToken(token))}`.execute(db)
      return rows[0] && { ...rows[0], kind: 'client' as const }
    },

    /** The request, locked: by its link, or by who has its address; undefined where it can't be answered. */
    async open(trx: Db, by: { token: string } | { id: string; email: string }): Promise<Open | undefined> {
      const which = 'token' in by ? byToken(by.token) : sql`c.id = ${by.id}::uuid and r.email = ${by.email}`
      const { rows } = await sql<Open>`
        select c.id as client_id, s.id as space_id, r.email, r.asked_by, co.id as company_id
        ${waiting(which)} for update of r, c`.execute(trx)
      return rows[0]
    },

    /**
     * The record becomes the person's: their first, or else all that it holds comes to the one that they have.
     * @throws conflict where nobody has an account with the address
     */
    async accept(
      trx: Db,
      { client_id, space_id, email, asked_by, company_id: companyId }: Open,
    ): Promise<void> {
      const goes = { clientId: client_id, spaceId: space_id }
      // Of two requests that are accepted at once, the second finds what the first has made the person's.
      const person = await sql<{ id: string; name: string }>`
        select p.id, p.name from person p where p.email = ${email} and ${isActive} for update`.execute(trx)
      const [who] = person.rows
      if (!who) throw new Problem('conflict')
      const own = await sql<{ clientId: string; spaceId: string }>`
        select c.id as "clientId", s.id as "spaceId" from client c join space s on s.client_id = c.id
        where c.person_id = ${who.id}::uuid`.execute(trx)
      const stays = own.rows[0] ?? goes
      if (stays === goes) {
        await trx
          .updateTable('client')
          .set({ person_id: who.id, name: who.name })
          .where('id', '=', client_id)
          .execute()
      } else {
        await lockBoth(trx, stays, goes)
        await keepEnded(trx, stays, goes, companyId)
        await unite(trx, stays, goes)
      }
      await trx.deleteFrom('client_request').where('client_id', '=', client_id).execute()
      // Only the practice that asked learns of it: to the others, who follows the client too is no news.
      await record(trx, null, 'client_accepted', { clientId: stays.clientId, companyId })
      await tell(trx, { professionalIds: [asked_by] }, 'client_accepted', stays)
    },

    /** Nobody is told: who never answers and who refuses look alike. */
    async refuse(trx: Db, { client_id }: Open): Promise<void> {
      await trx
        .updateTable('client_request')
        .set({ refused_at: now(), token_hash: null })
        .where('client_id', '=', client_id)
        .execute()
    },
  }
}

/**
 * Whoever was ended in the client's own record doesn't come back by the other, but with a practice that comes to
 * follow the client by it.
 */
async function keepEnded(trx: Db, stays: Merging, goes: Merging, companyId: string): Promise<void> {
  await sql`
    update stakeholder st set status = 'archived', ended_at = ended.ended_at
    from stakeholder ended join professional p on p.id = ended.professional_id
    where st.space_id = ${goes.spaceId}::uuid and ended.space_id = ${stays.spaceId}::uuid
      and ended.professional_id = st.professional_id and ended.status = 'archived'
      and (p.company_id <> ${companyId}::uuid or exists (select from client_company o
        where o.client_id = ${stays.clientId}::uuid and o.company_id = ${companyId}::uuid
          and o.archived_at is null))`.execute(trx)
}
