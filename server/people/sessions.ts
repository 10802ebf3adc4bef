import { type Kysely, sql } from 'kysely'
import type { AuditAction } from '../../core/api/audit.ts'
import type { Profile } from '../../core/profiles.ts'
import type { Actor } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import type { SignIn } from './sign-in.ts'

export type Session = { id: string; personId: string; address: string | null }

/** As whom people may act: professionals that are not archived, clients whose access has not ended. */
export const hats = sql`(
  select p.id, 'professional' as kind, p.person_id, p.name, p.profile, p.company_id, p.created_at
  from professional p where p.archived_at is null
  union all
  select c.id, 'client', c.person_id, c.name, null, null, c.created_at
  from client c where c.access_ended_at is null)`

/** The hat that was chosen, if one may still wear it; or else as a professional before a client, the oldest first. */
export const hatOrder = sql`(h.id is not distinct from s.acting_as) desc, h.kind desc, h.created_at, h.id`

type HatRow = { id: string; kind: Actor['kind']; company_id: string; profile: Profile }

/** Who calls, and as whom: read afresh on each request, so that whatever has ended has ended now. */
export function createSessions({ db, signIn }: { db: Kysely<Database>; signIn: SignIn }) {
  return {
    /** Null without a session. `cookies` prolong it, and go out with the answer; `actor` is null when one is nothing anywhere. */
    async actorOf(
      headers: Headers,
      address: string | null = null,
    ): Promise<{ session: Session; actor: Actor | null; cookies: string[] } | null> {
      const found = await signIn.readSession(headers)
      if (!found) return null
      const { cookies } = found
      const session = { ...found.session, address }
      const { rows } = await sql<HatRow>`
        select h.id, h.kind, h.company_id, h.profile
        from session s join ${hats} h on h.person_id = s.person_id
        where s.id = ${session.id}::uuid order by ${hatOrder} limit 1`.execute(db)
      return { session, actor: rows[0] ? toActor(rows[0], session.personId, address) : null, cookies }
    },
  }
}

function toActor({ id, kind, company_id, profile }: HatRow, personId: string, address: string | null): Actor {
  return kind === 'client'
    ? { kind, personId, address, clientId: id }
    : { kind, personId, address, professionalId: id, companyId: company_id, profile }
}

/** Records what somebody does as a person: in each company where they work, and as the client that they are. */
export async function recordOfPerson(
  on: Kysely<Database>,
  { personId, address }: { personId: string; address: string | null },
  action: AuditAction,
): Promise<void> {
  const { rows } = await sql<HatRow>`
    select h.id, h.kind, h.company_id, h.profile from ${hats} h where h.person_id = ${personId}::uuid`.execute(
    on,
  )
  for (const row of rows)
    await record(
      on,
      toActor(row, personId, address),
      action,
      row.kind === 'professional' ? { professionalId: row.id } : {},
    )
}
