import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import type { Language } from '../notify/letters.ts'
import type { Links } from './links.ts'
import { legalPersonName } from './names.ts'
import { isActive, openAccount } from './persons.ts'
import { setBranches } from './professionals.ts'
import type { Professional } from './reach.ts'
import { lockCompany } from './scope.ts'
import { hashToken } from './tokens.ts'

type Db = Kysely<Database>
type Invitation = { name: string; email: string; profile: Profile; branchIds: string[] }

/** Who accepts: a new account by its password, or the account that is signed in. */
type Joiner = { address: string | null } & (
  | { hash: string; language: Language | undefined }
  | { personId: string }
)

export type Joining = ReturnType<typeof createJoining>

/** How a professional comes to work for a company: by a link, mailed to an address that may be somebody's already. */
export function createJoining({
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
  async function send(on: Db, invitationId: string): Promise<void> {
    await on
      .updateTable('professional_invitation')
      .set({ token_hash: null, expires_at: null })
      .where('id', '=', invitationId)
      .execute()
    // The link is made by the job, so that it is written in clear nowhere but in the mail.
    await jobs.add(on, 'mail', { joining: invitationId }, { key: `joining ${invitationId}` })
  }

  const open = (on: Db, token: string) =>
    on
      .selectFrom('professional_invitation as i')
      .selectAll('i')
      .where('token_hash', '=', hashToken(token))
      .where('expires_at', '>', now())

  return {
    send,

    /** Counts a mail to this address. @throws too_many_requests */
    countMail: links.countMail,

    /** Keeps the invitation, and has its letter sent once the transaction is committed. */
    async invite(
      trx: Db,
      by: Professional,
      { name, email, profile, branchIds }: Invitation,
    ): Promise<string> {
      const { id } = await trx
        .insertInto('professional_invitation')
        .values({
          company_id: by.companyId,
          name: legalPersonName(name),
          email,
          profile,
          invited_by: by.professionalId,
          created_at: now(),
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      await sql`insert into professional_invitation_branch (invitation_id, company_id, branch_id)
        select ${id}::uuid, ${by.companyId}::uuid, unnest(${[...new Set(branchIds)]}::uuid[])`.execute(trx)
      await send(trx, id)
      return id
    },

    /** The task `mail`, for one invitation. The letter is the same whoever has the address. */
    async deliver(invitationId: string): Promise<void> {
      const { rows } = await sql<{ name: string; email: string; language: Language; practice: string }>`
        select i.name, i.email, coalesce(p.language, q.language, 'en') as language, co.name as practice
        from professional_invitation i
        join company co on co.id = i.company_id
        join professional w on w.id = i.invited_by
        left join person q on q.id = w.person_id
        left join person p on p.email = i.email
        where i.id = ${invitationId}::uuid`.execute(db)
      if (!rows[0]) return
      const { name, email, language, practice } = rows[0]
      await links.send(
        { to: email, language, template: 'joining', data: { name, practice }, page: 'invitation' },
        (link) =>
          db.updateTable('professional_invitation').set(link).where('id', '=', invitationId).execute(),
      )
    },

    /** What a link is for, or undefined; `account` says that somebody signs in with the address already. */
    async find(token: string) {
      const { rows } = await sql<{ name: string; email: string; practice: string; account: boolean }>`
        select i.name, i.email, co.name as practice,
          exists (select from person p where p.email = i.email and ${isActive}) as account
        from professional_invitation i join company co on co.id = i.company_id
        where i.token_hash = ${hashToken(token)} and i.expires_at > ${now()}::timestamptz`.execute(db)
      return rows[0]
    },

    /**
     * Makes the joiner a professional of the company. One who was archived there comes back with what is given now.
     * @throws invitation_used; invitation_of_another for another account's address; works_here_already
     */
    async accept(trx: Db, token: string, joiner: Joiner): Promise<string> {
      const found = await open(trx, token).executeTakeFirst()
      if (!found) throw new Problem('invitation_used')
      await lockCompany(trx, found.company_id)
      // Whoever comes second waited for the first, and finds the link used.
      const invitation = await open(trx, token).executeTakeFirst()
      if (!invitation) throw new Problem('invitation_used')
      const { company_id, profile, email } = invitation
      const person = await personOf(trx, invitation, joiner)
      const { rows } = await sql<{ id: string }>`
        insert into professional as w (company_id, person_id, name, profile)
        values (${company_id}, ${person.id}, ${person.name}, ${profile})
        on conflict (company_id, person_id) do update
          set archived_at = null, profile = excluded.profile, name = excluded.name
          where w.archived_at is not null
        returning w.id`.execute(trx)
      const id = rows[0]?.id
      if (!id) throw new Problem('works_here_already')
      const branches = await trx
        .selectFrom('professional_invitation_branch')
        .select('branch_id')
        .where('invitation_id', '=', invitation.id)
        .execute()
      await setBranches(
        trx,
        { id, companyId: company_id },
        branches.map(({ branch_id }) => branch_id),
      )
      await trx
        .deleteFrom('professional_invitation')
        .where('company_id', '=', company_id)
        .where('email', '=', email)
        .execute()
      const by = { personId: person.id, address: joiner.address, professionalId: id, companyId: company_id }
      const about = { professionalId: id, details: { invitationId: invitation.id } }
      await record(trx, { kind: 'professional', profile: profile as Profile, ...by }, 'joined', about)
      return id
    },
  }

  async function personOf(trx: Db, { name, email }: { name: string; email: string }, joiner: Joiner) {
    if ('personId' in joiner) {
      const person = await trx
        .selectFrom('person')
        .select(['id', 'name', 'email'])
        .where('id', '=', joiner.personId)
        .executeTakeFirst()
      if (person?.email !== email) throw new Problem('invitation_of_another')
      return person
    }
    return openAccount(trx, { name, email, ...joiner }, now())
  }
}
