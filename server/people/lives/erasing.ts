import { type Kysely, sql } from 'kysely'
import { Problem } from '../../../core/errors.ts'
import { FORMER_MEMBER } from '../../../core/names.ts'
import type { Database } from '../../db/schema.ts'
import type { Jobs } from '../../jobs.ts'
import { endWork } from '../archiving.ts'
import type { Limits } from '../limits.ts'
import type { Passwords } from '../passwords.ts'
import { lockCompany } from '../scope.ts'
import { recordOfPerson, type Session } from '../sessions.ts'
import type { Strong } from '../sign-in/strong.ts'

type Db = Kysely<Database>

/** Tries at the password, by whoever found a session open. */
const TRIES = { max: 10, seconds: 15 * 60 }

type Needs = { db: Db; jobs: Jobs; limits: Limits; passwords: Passwords; strong: Strong; now: () => Date }

/** Erasing an account: its sessions, factors and address are gone for good; records and what was added stay. */
export function createErasing({ db, jobs, limits, passwords, strong, now }: Needs) {
  /** @throws present_password_wrong, too_many_requests */
  async function requirePassword({ personId }: Session, password: string): Promise<void> {
    const tries = `erase ${personId}`
    await limits.count(tries, TRIES)
    const found = await db
      .selectFrom('credential')
      .select('password')
      .where('person_id', '=', personId)
      .where('provider_id', '=', 'credential')
      .executeTakeFirst()
    const right = found?.password && (await passwords.verify({ hash: found.password, password }))
    if (!right) throw new Problem('present_password_wrong')
    await limits.forget(tries)
  }

  return {
    /**
     * As a professional one becomes a former member, who owns what they added; as a client one's record stays with
     * the practices, without an account.
     * @throws sign_in_again, present_password_wrong, too_many_requests; company_left_alone where nobody would look after a company's people
     */
    async eraseAccount(session: Session, { password }: { password: string }): Promise<{ ok: true }> {
      const { personId } = session
      await strong.requireStrongBesides(session)
      await requirePassword(session, password)
      return db.transaction().execute(async (trx) => {
        const professionals = await lockCompanies(trx, personId)
        await refuseLeavingAlone(trx, personId)
        await recordOfPerson(trx, session, 'account_erased')
        for (const { id, archived_at } of professionals)
          if (!archived_at) await endWork(trx, id, { jobs, now })
        await trx
          .updateTable('professional')
          .set({ name: FORMER_MEMBER, person_id: null })
          .where('person_id', '=', personId)
          .execute()
        await trx
          .updateTable('client')
          .set({ email: null, person_id: null, addressed_at: now(), addressed_by: null })
          .where('person_id', '=', personId)
          .execute()
        const { email } = await trx
          .deleteFrom('person')
          .where('id', '=', personId)
          .returning('email')
          .executeTakeFirstOrThrow(() => new Problem('not_signed_in'))
        await forgetAddress(trx, email)
        return { ok: true } as const
      })
    },
  }
}

/** All the professionals that somebody is or was. Their companies are locked, always in the same order. */
async function lockCompanies(trx: Db, personId: string) {
  const professionals = await trx
    .selectFrom('professional')
    .select(['id', 'company_id', 'archived_at'])
    .where('person_id', '=', personId)
    .orderBy('company_id')
    .execute()
  for (const { company_id } of professionals) await lockCompany(trx, company_id)
  return professionals
}

/** A company keeps a super admin as long as anybody works for it, or is followed by it. @throws company_left_alone */
async function refuseLeavingAlone(trx: Db, personId: string): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select co.name from professional w join company co on co.id = w.company_id
    where w.person_id = ${personId}::uuid and w.archived_at is null and w.profile = 'super_admin'
      and not exists (select from professional o where o.company_id = co.id and o.person_id <> w.person_id
        and o.archived_at is null and o.profile = 'super_admin')
      and (exists (select from professional o where o.company_id = co.id and o.id <> w.id and o.archived_at is null)
        or exists (select from client_company cc where cc.company_id = co.id and cc.archived_at is null))
    order by co.name limit 1`.execute(trx)
  if (rows[0]) throw new Problem('company_left_alone', { company: rows[0].name })
}

/** What waits for an answer from it ends, and whoever has it next is nobody's heir. */
async function forgetAddress(trx: Db, email: string): Promise<void> {
  for (const table of ['professional_invitation', 'stakeholder_invitation', 'client_request'] as const)
    await trx.deleteFrom(table).where('email', '=', email).execute()
  await sql`delete from rate_limit where right(key, length(${email}) + 1) = ' ' || ${email}`.execute(trx)
}
