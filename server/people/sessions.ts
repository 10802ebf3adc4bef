import { type Kysely, sql } from 'kysely'
import type { AuditAction } from '../../core/api/audit.ts'
import type { OpenSession } from '../../core/api/security.ts'
import { Problem } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles.ts'
import { nameDevice } from '../../core/user-agents.ts'
import type { Actor } from '../access.ts'
import { record } from '../audit.ts'
import { inBatches } from '../batches.ts'
import { PLANNED_ONCE, unforeseen } from '../db/planned-once.ts'
import type { Database } from '../db/schema.ts'
import type { SessionCookies } from './sign-in/session-cookies.ts'

type Db = Kysely<Database>

/** A person's, and the address of the request: null where no request is behind it. */
export type Session = { id: string; personId: string; address: string | null }

/** How late "last used" may be. */
const USED_EVERY_MS = 5 * 60_000
/** So long somebody who signed in may change how they sign in. */
const FRESH_MS = 10 * 60_000

/**
 * As whom people may act: professionals that are not archived, clients whose access has not ended; and whether that
 * takes a session with a second factor.
 */
export const hats = sql`(
  select p.id, 'professional' as kind, p.person_id, p.name, p.profile, p.company_id, p.created_at,
    o.second_factor_required
  from professional p join company o on o.id = p.company_id where p.archived_at is null
  union all
  select c.id, 'client', c.person_id, c.name, null, null, c.created_at, false
  from client c where c.access_ended_at is null)`

/** The hat that was chosen, if one may still wear it; or else as a professional before a client, the oldest first. */
export const hatOrder = sql`(h.id is not distinct from s.acting_as) desc, h.kind desc, h.created_at, h.id`

type HatRow = { id: string; kind: Actor['kind']; company_id: string; profile: Profile }
type SessionRow = { session_id: string; person_id: string; expires_at: Date } & (
  | (HatRow & { second_factor_needed: boolean })
  | { id: null; second_factor_needed: null }
)

export type Sessions = ReturnType<typeof createSessions>

/** Who calls, and as whom: read afresh on each request, so that whatever has ended has ended now. */
export function createSessions({ db, cookies, now }: { db: Db; cookies: SessionCookies; now: () => Date }) {
  /** Read together: whoever comes while others are being read is read with the next. */
  const readTogether = inBatches(async (asked: readonly { id: string; address: string | null }[]) => {
    const at = now()
    const addresses = new Map(asked.map(({ id, address }) => [id, address]))
    const { rows } = await sql<SessionRow>`${PLANNED_ONCE}
      with asked as (select * from unnest(${unforeseen([...addresses.keys()], 'uuid[]')},
        ${unforeseen([...addresses.values()], 'text[]')}) a (id, address)),
      -- Nobody waits because somebody else's session is being changed.
      stale as (
        select s.id, a.address from asked a cross join lateral (
          select id from session where id = a.id and used_at < ${new Date(at.getTime() - USED_EVERY_MS)}
          for update skip locked) s),
      used as (
        update session u set used_at = ${at}, ip_address = coalesce(stale.address, u.ip_address)
        from stale where u.id = stale.id)
      select s.id as session_id, s.person_id, s.expires_at, h.id, h.kind, h.company_id, h.profile,
        h.second_factor_required and not s.two_factors as second_factor_needed
      -- By id, however few sessions there were when this was planned.
      from asked a cross join lateral (select * from session where id = a.id offset 0) s
      left join lateral (
        select h.* from ${hats} h where h.person_id = s.person_id order by ${hatOrder} limit 1) h on true`.execute(
      db,
    )
    const found = new Map(rows.map((row) => [row.session_id, row]))
    return asked.map(({ id }) => ({ status: 'fulfilled', value: found.get(id) }))
  })
  const read = (id: string, address: string | null) => readTogether('', { id, address })

  return {
    /**
     * Null without a session. `cookies` prolong it, and go out with the answer; `actor` is null when one is nothing
     * anywhere. With `secondFactorNeeded` it may do nothing as that actor yet.
     */
    async actorOf(headers: Headers, address: string | null = null) {
      const known = cookies.known(headers)
      let row = known && (await read(known, address))
      let prolonged: string[] = []
      if (!row || cookies.isDue(row.expires_at)) {
        const found = await cookies.read(headers)
        row = found ? await read(found.session.id, address) : undefined
        prolonged = found?.cookies ?? []
      }
      if (!row) return null
      return {
        session: { id: row.session_id, personId: row.person_id, address } satisfies Session,
        actor: row.id === null ? null : toActor(row, row.person_id, address),
        secondFactorNeeded: row.second_factor_needed ?? false,
        cookies: prolonged,
      }
    },

    /** Where somebody is signed in: this session first, then those used last. */
    async listSessions({ id, personId }: Session): Promise<{ sessions: OpenSession[] }> {
      const rows = await db
        .selectFrom('session')
        .select(['id', 'user_agent', 'ip_address', 'created_at', 'used_at'])
        .where('person_id', '=', personId)
        .where('expires_at', '>', new Date())
        .orderBy((eb) => eb('id', '=', id), 'desc')
        .orderBy('used_at', 'desc')
        .orderBy('id')
        .execute()
      const sessions = rows.map((row) => ({
        id: row.id,
        current: row.id === id,
        device: nameDevice(row.user_agent),
        address: row.ip_address,
        since: row.created_at.toISOString(),
        usedAt: row.used_at.toISOString(),
      }))
      return { sessions }
    },

    /** @throws not_found */
    async endSession(session: Session, { sessionId }: { sessionId: string }) {
      await db.transaction().execute(async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('session')
          .where('id', '=', sessionId)
          .where('person_id', '=', session.personId)
          .executeTakeFirst()
        if (!numDeletedRows) throw new Problem('not_found')
        await recordOfPerson(trx, session, 'session_ended')
      })
      return { ok: true } as const
    },

    async endOtherSessions(session: Session) {
      await db.transaction().execute(async (trx) => {
        await endOthers(trx, session)
        await recordOfPerson(trx, session, 'session_ended')
      })
      return { ok: true } as const
    },

    /** How one signs in is changed only soon after one did. @throws sign_in_again */
    async requireFresh({ id }: Session): Promise<void> {
      const fresh = await db
        .selectFrom('session')
        .select('id')
        .where('id', '=', id)
        .where('created_at', '>', new Date(now().getTime() - FRESH_MS))
        .executeTakeFirst()
      if (!fresh) throw new Problem('sign_in_again')
    },
  }
}

export async function endOthers(on: Db, { id, personId }: Session): Promise<void> {
  await on.deleteFrom('session').where('person_id', '=', personId).where('id', '<>', id).execute()
}

/** Records what somebody does as a person: in each company where they work, and as the client that they are. */
export async function recordOfPerson(
  on: Db,
  { personId, address }: Pick<Session, 'personId' | 'address'>,
  action: AuditAction,
  details: Record<string, string> = {},
): Promise<void> {
  const { rows } = await sql<HatRow>`
    select h.id, h.kind, h.company_id, h.profile from ${hats} h where h.person_id = ${personId}::uuid`.execute(
    on,
  )
  for (const hat of rows) {
    const subject = hat.kind === 'professional' ? { professionalId: hat.id } : {}
    await record(on, toActor(hat, personId, address), action, { ...subject, details })
  }
}

function toActor({ id, kind, company_id, profile }: HatRow, personId: string, address: string | null): Actor {
  return kind === 'client'
    ? { kind, personId, address, clientId: id }
    : { kind, personId, address, professionalId: id, companyId: company_id, profile }
}
