import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { InvitedExternal, Request } from '../../core/api/involvement.ts'
import { Problem } from '../../core/errors.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import { tell } from '../notify/inbox.ts'
import type { Language } from '../notify/letters.ts'
import type { Links } from './links.ts'
import { isActive } from './persons.ts'
import { type Professional, reachSpace, requireManaging } from './reach.ts'
import { hashToken, linkExpiry } from './tokens.ts'

type Db = Kysely<Database>
type Invitation = { spaceId: string; invitationId: string }

/** An invitation that can be answered: not expired, and its company still follows the client. */
type Open = {
  id: string
  space_id: string
  client_id: string
  company_id: string
  email: string
  invited_by: string
}

export type Externals = ReturnType<typeof createExternals>

/** Professionals of other companies, invited by e-mail into a client's record: docs/decisions/0013. */
export function createExternals({
  db,
  jobs,
  links,
  now,
}: {
  db: Db
  jobs: Jobs
  links: Links
  now: () => Date
}) {
  async function list(on: Db, actor: Professional, spaceId: string): Promise<InvitedExternal[]> {
    const { rows } = await sql<{
      id: string
      email: string
      invitedBy: string
      since: Date
      expires_at: Date
    }>`
      select i.id, i.email, w.name as "invitedBy", i.created_at as since, i.expires_at
      from stakeholder_invitation i join professional w on w.id = i.invited_by
      where i.space_id = ${spaceId}::uuid and i.company_id = ${actor.companyId}::uuid
      order by i.email, i.id`.execute(on)
    return rows.map(({ since, expires_at, ...row }) => ({
      ...row,
      since: since.toISOString(),
      expired: expires_at <= now(),
    }))
  }

  async function find(on: Db, actor: Professional, { spaceId, invitationId }: Invitation) {
    requireManaging(actor, await reachSpace(on, actor, { spaceId }))
    const found = (await list(on, actor, spaceId)).find(({ id }) => id === invitationId)
    if (!found) throw new Problem('not_found')
    return found
  }

  /** Ends the earlier link, and has a new one sent once the transaction is committed. */
  async function send(trx: Db, id: string): Promise<void> {
    await trx
      .updateTable('stakeholder_invitation')
      .set({ token_hash: null, expires_at: linkExpiry(now()) })
      .where('id', '=', id)
      .execute()
    await jobs.add(trx, 'mail', { external: id }, { key: `external ${id}` })
  }

  const open = async (on: Db, which: RawBuilder<unknown>) => {
    const { rows } = await sql<Open>`
      select i.*, s.client_id from stakeholder_invitation i
      join space s on s.id = i.space_id
      join client_company cc on cc.client_id = s.client_id and cc.company_id = i.company_id and cc.archived_at is null
      where ${which} and i.expires_at > ${now()}::timestamptz for update of i`.execute(on)
    return rows[0]
  }

  return {
    list,

    /**
     * The same answer whoever has the address, but for a colleague's.
     * @throws not_found, read_only; forbidden, also in a group; email_of_colleague, too_many_requests
     */
    async inviteExternal(
      actor: Professional,
      { spaceId, email }: { spaceId: string; email: string },
    ): Promise<InvitedExternal> {
      const space = await reachSpace(db, actor, { spaceId })
      requireManaging(actor, space)
      if (!space.clientId) throw new Problem('forbidden')
      await links.countMail(actor.companyId, email)
      return db.transaction().execute(async (trx) => {
        const { rows: colleagues } = await sql`select from professional w join person p on p.id = w.person_id
          where w.company_id = ${actor.companyId}::uuid and w.archived_at is null and p.email = ${email}`.execute(
          trx,
        )
        if (colleagues.length > 0) throw new Problem('email_of_colleague')
        const { rows } = await sql<{ id: string }>`
          insert into stakeholder_invitation (space_id, company_id, email, invited_by, expires_at, created_at)
          values (${spaceId}, ${actor.companyId}, ${email}, ${actor.professionalId}, ${now()}, ${now()})
          on conflict (space_id, company_id, email) do update set invited_by = excluded.invited_by
          returning id`.execute(trx)
        const invitationId = rows[0]?.id ?? ''
        await send(trx, invitationId)
        await record(trx, actor, 'external_invited', { spaceId })
        return find(trx, actor, { spaceId, invitationId })
      })
    },

    /** @throws not_found, read_only, forbidden, too_many_requests */
    async inviteExternalAgain(actor: Professional, which: Invitation): Promise<InvitedExternal> {
      const { email } = await find(db, actor, which)
      await links.countMail(actor.companyId, email)
      return db.transaction().execute(async (trx) => {
        await find(trx, actor, which)
        await send(trx, which.invitationId)
        await record(trx, actor, 'external_invited', { spaceId: which.spaceId })
        return find(trx, actor, which)
      })
    },

    /** @throws not_found, read_only, forbidden */
    withdrawExternal(actor: Professional, which: Invitation): Promise<{ ok: true }> {
      return db.transaction().execute(async (trx) => {
        await find(trx, actor, which)
        await record(trx, actor, 'external_withdrawn', { spaceId: which.spaceId })
        const { numDeletedRows } = await trx
          .deleteFrom('stakeholder_invitation')
          .where('id', '=', which.invitationId)
          .executeTakeFirst()
        // Answered meanwhile.
        if (numDeletedRows === 0n) throw new Problem('not_found')
        return { ok: true } as const
      })
    },

    /** The task `mail`, for one invitation. The letter is the same whoever has the address. */
    async deliver(invitationId: string): Promise<void> {
      const { rows } = await sql<{ email: string; language: Language; practice: string; by: string }>`
        select i.email, coalesce(p.language, q.language, 'en') as language, co.name as practice, w.name as by
        from stakeholder_invitation i
        join company co on co.id = i.company_id
        join professional w on w.id = i.invited_by
        left join person q on q.id = w.person_id
        left join person p on p.email = i.email
        where i.id = ${invitationId}::uuid`.execute(db)
      if (!rows[0]) return
      const { email: to, language, ...data } = rows[0]
      await links.send({ to, language, template: 'external', data, page: 'request' }, (link) =>
        db.updateTable('stakeholder_invitation').set(link).where('id', '=', invitationId).execute(),
      )
    },

    /** What waits for this person's answer. */
    async listFor(personId: string): Promise<Request[]> {
      const { rows } = await sql<
        Omit<Extract<Request, { kind: 'external' }>, 'at' | 'until'> & { at: Date; until: Date }
      >`
        select 'external' as kind, i.id, co.name as practice, w.name as by, c.name as client,
          i.created_at as at, i.expires_at as until,
          (select coalesce(json_agg(json_build_object('id', mine.id, 'company', of.name) order by of.name), '[]')
            from professional mine join company of on of.id = mine.company_id
            where mine.person_id = p.id and mine.archived_at is null and mine.company_id <> i.company_id) as "as"
        from stakeholder_invitation i
        join person p on p.email = i.email
        join company co on co.id = i.company_id
        join professional w on w.id = i.invited_by
        join space s on s.id = i.space_id
        join client c on c.id = s.client_id
        join client_company cc on cc.client_id = c.id and cc.company_id = i.company_id and cc.archived_at is null
        where p.id = ${personId}::uuid and ${isActive} and i.expires_at > ${now()}::timestamptz`.execute(db)
      return rows.map(({ at, until, ...row }) => ({
        ...row,
        at: at.toISOString(),
        until: until.toISOString(),
      }))
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
        select i.id, i.email, co.name as practice, w.name as by,
          exists (select from person p where p.email = i.email and ${isActive}) as account
        from stakeholder_invitation i
        join company co on co.id = i.company_id
        join professional w on w.id = i.invited_by
        where i.token_hash = ${hashToken(token)} and i.expires_at > ${now()}::timestamptz`.execute(db)
      return rows[0] && { ...rows[0], kind: 'external' as const }
    },

    /** The invitation, locked: by its link, or by who has its address; undefined where it can't be answered. */
    open: (trx: Db, by: { token: string } | { id: string; email: string }) =>
      open(
        trx,
        'token' in by
          ? sql`i.token_hash = ${hashToken(by.token)}`
          : sql`i.id = ${by.id}::uuid and i.email = ${by.email}`,
      ),

    /** @throws works_here_already for a professional of the company that invites */
    async accept(trx: Db, invitation: Open, as: Professional): Promise<void> {
      const { id, space_id: spaceId, client_id: clientId, company_id: companyId, invited_by } = invitation
      if (as.companyId === companyId) throw new Problem('works_here_already')
      await trx.deleteFrom('stakeholder_invitation').where('id', '=', id).execute()
      const active = { status: 'active', since: now(), added_by: invited_by, ended_at: null }
      await trx
        .insertInto('stakeholder')
        .values({ space_id: spaceId, professional_id: as.professionalId, ...active })
        .onConflict((conflict) =>
          conflict
            .columns(['space_id', 'professional_id'])
            .doUpdateSet(active)
            .where('stakeholder.status', '<>', 'active'),
        )
        .execute()
      await record(trx, as, 'external_accepted', { spaceId, companyId })
      const { professionalId } = as
      await tell(trx, { professionalIds: [invited_by] }, 'stakeholder_accepted', {
        professionalId,
        spaceId,
        clientId,
      })
      await tell(trx, { clientIds: [clientId] }, 'external_involved', { professionalId, companyId })
    },

    async decline(trx: Db, { id, space_id, client_id, email, invited_by }: Open): Promise<void> {
      await trx.deleteFrom('stakeholder_invitation').where('id', '=', id).execute()
      const about = { spaceId: space_id, clientId: client_id, details: { email } }
      await tell(trx, { professionalIds: [invited_by] }, 'stakeholder_declined', about)
    },
  }
}
