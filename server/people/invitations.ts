import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import type { Language } from '../notify/letters.ts'
import type { Joining } from './joining.ts'
import { type Limits, networkOf } from './limits.ts'
import type { Links } from './links.ts'
import { type Passwords, requireLegalPassword } from './passwords.ts'
import { addCredential, isActive } from './persons.ts'
import type { Requests } from './requests.ts'
import { recordOfPerson, type Session } from './sessions.ts'
import type { SignIn, Visit } from './sign-in.ts'
import { hashToken } from './tokens.ts'

const PER_NETWORK = { max: 30, seconds: 15 * 60 }

type Db = Kysely<Database>
type Inviter = { companyId: string; professionalId: string }

export type Invitations = ReturnType<typeof createInvitations>

/** Links by which a client comes to have an account. They are secrets: only their hashes are kept. */
export function createInvitations({
  db,
  jobs,
  links,
  limits,
  passwords,
  signIn,
  joining,
  requests,
  now,
}: {
  db: Db
  jobs: Jobs
  links: Links
  limits: Limits
  passwords: Passwords
  signIn: SignIn
  joining: Joining
  requests: Requests
  now: () => Date
}) {
  const open = (on: Db, token: string) =>
    on
      .selectFrom('invitation')
      .innerJoin('person as p', 'p.id', 'invitation.person_id')
      .leftJoin('company', 'company.id', 'invitation.company_id')
      .select(['p.name', 'p.email', 'company.name as practice'])
      .where('token_hash', '=', hashToken(token))
      .where('purpose', '=', 'join')
      .where('used_at', 'is', null)
      .where('expires_at', '>', now())
      .where(sql<boolean>`not ${isActive}`)
      .executeTakeFirst()

  /** @throws invitation_used where there is no such link, or no longer; too_many_requests */
  async function find(visit: Visit, token: string) {
    const network = `invitation ${networkOf(visit.ip)}`
    await limits.count(network, PER_NETWORK)
    const client = await open(db, token)
    const found = client
      ? { ...client, practice: client.practice ?? '', as: 'client' as const, account: false }
      : await joining.find(token).then((joiner) => joiner && { ...joiner, as: 'professional' as const })
    if (!found) throw new Problem('invitation_used')
    await limits.restore(network)
    return found
  }

  return {
    /** Counts a mail to this address. @throws too_many_requests */
    countMail: links.countMail,

    /** Ends the client's links and has a new one sent once the transaction is committed. */
    async send(on: Db, clientId: string, by: Inviter): Promise<void> {
      await sql`delete from invitation i using client c
        where c.id = ${clientId}::uuid and i.person_id = c.person_id and i.used_at is null`.execute(on)
      // The link is made by the job, so that it is written in clear nowhere but in the mail.
      const payload = { clientId, companyId: by.companyId, professionalId: by.professionalId }
      await jobs.add(on, 'mail', payload, { key: `invitation ${clientId}` })
    },

    /** The task `mail`. Nothing is sent to somebody who came meanwhile, or to nobody. */
    async deliver(payload: Record<string, unknown>): Promise<void> {
      const { clientId, companyId, professionalId } = payload as { clientId: string } & Inviter
      const { rows } = await sql<Recipient>`
        select c.name, c.email, c.person_id, coalesce(p.language, 'en') as language, co.name as practice,
          w.person_id as invited_by, c.person_id is not null and ${isActive} as active
        from client c
        join company co on co.id = ${companyId}::uuid
        left join professional w on w.id = ${professionalId}::uuid
        left join person p on case when c.person_id is null then p.email = c.email else p.id = c.person_id end
        where c.id = ${clientId}::uuid`.execute(db)
      const found = rows[0]
      if (!found?.email || found.active) return
      const { name, email, person_id, language, practice, invited_by } = found
      const to = { to: email, language, data: { name, practice } }
      if (!person_id) {
        await requests.ask({ clientId, professionalId }, to)
        return
      }
      await links.send({ ...to, template: 'invitation', page: 'invitation' }, (link) =>
        db.transaction().execute(async (trx) => {
          await trx
            .deleteFrom('invitation')
            .where('person_id', '=', person_id)
            .where('used_at', 'is', null)
            .execute()
          await trx
            .insertInto('invitation')
            .values({ purpose: 'join', person_id, company_id: companyId, invited_by, ...link })
            .execute()
        }),
      )
    },

    readInvitation: (visit: Visit, { token }: { token: string }) => find(visit, token),

    /**
     * Chooses the password, which opens the account and a session.
     * @throws invitation_used, password_…, too_many_requests; conflict where somebody has a password with this address
     */
    async acceptInvitation(
      visit: Visit,
      { token, password, language }: { token: string; password: string; language?: Language | undefined },
    ): Promise<{ ok: true }> {
      requireLegalPassword(password)
      const { email, as, account } = await find(visit, token)
      if (account) throw new Problem('conflict')
      const hash = await passwords.hash(password)
      await db.transaction().execute(async (trx) => {
        if (as === 'professional') {
          await joining.accept(trx, token, { hash, language, address: visit.ip })
          return
        }
        // Whoever comes second waits here for the first, then finds the link used.
        const used = await trx
          .updateTable('invitation')
          .set({ used_at: now() })
          .where('token_hash', '=', hashToken(token))
          .where('used_at', 'is', null)
          .where('expires_at', '>', now())
          .returning('person_id')
          .executeTakeFirst()
        if (!used?.person_id) throw new Problem('invitation_used')
        await trx
          .updateTable('person')
          .set({ email_verified: true, updated_at: now(), ...(language && { language }) })
          .where('id', '=', used.person_id)
          .execute()
        if (!(await addCredential(trx, used.person_id, hash))) throw new Problem('invitation_used')
        await trx
          .deleteFrom('invitation')
          .where('person_id', '=', used.person_id)
          .where('used_at', 'is', null)
          .execute()
        await recordOfPerson(trx, { personId: used.person_id, address: visit.ip }, 'joined')
      })
      await signIn.open(visit, { email, password })
      return { ok: true }
    },

    /** Accepts with the account that is signed in, which acts as the new professional from now on. @throws as `accept` */
    joinCompany(session: Session, { token }: { token: string }): Promise<{ ok: true }> {
      return db.transaction().execute(async (trx) => {
        const id = await joining.accept(trx, token, session)
        await trx.updateTable('session').set({ acting_as: id }).where('id', '=', session.id).execute()
        return { ok: true } as const
      })
    },
  }
}

type Recipient = {
  name: string
  email: string | null
  person_id: string | null
  language: Language
  practice: string
  invited_by: string | null
  active: boolean
}
