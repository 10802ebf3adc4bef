import type { Kysely } from 'kysely'
import type { Request } from '../../core/api/involvement.ts'
import { Problem } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles.ts'
import type { Database } from '../db/schema.ts'
import type { Language } from '../notify/letters.ts'
import type { Externals } from './externals.ts'
import { type Limits, networkOf } from './limits.ts'
import { legalPersonName } from './names.ts'
import { type Passwords, requireLegalPassword } from './passwords.ts'
import { openAccount } from './persons.ts'
import { openPractice } from './practices.ts'
import type { Professional } from './reach.ts'
import type { Requests } from './requests.ts'
import type { Session } from './sessions.ts'
import type { SignIn, Visit } from './sign-in.ts'

const PER_NETWORK = { max: 30, seconds: 15 * 60 }

type Db = Kysely<Database>
type Done = { ok: true }
type As = { as?: string | undefined; practice?: string | undefined }
type Opening = {
  token: string
  practice: string
  name: string
  password: string
  language?: Language | undefined
}

/** What people are asked, in the app and by the links in letters: to be involved with a client, to be followed. */
export function createAnswers(parts: {
  db: Db
  externals: Externals
  requests: Requests
  limits: Limits
  passwords: Passwords
  signIn: SignIn
  now: () => Date
}) {
  const { db, externals, requests, limits, passwords, signIn, now } = parts

  /**
   * As one of the professionals that the person is, or as one in a practice of their own.
   * @throws not_found; second_factor_needed as whatever else one does for a company that requires one
   */
  async function professionalFor(
    trx: Db,
    { id: sessionId, personId }: Session,
    { as, practice }: As,
  ): Promise<Professional> {
    const person = await trx
      .selectFrom('person')
      .select(['id', 'name'])
      .where('id', '=', personId)
      .executeTakeFirstOrThrow()
    if (practice) return openPractice(trx, person, legalPersonName(practice), null)
    const found = await trx
      .selectFrom('professional as w')
      .innerJoin('company as c', 'c.id', 'w.company_id')
      .innerJoin('session as s', 's.person_id', 'w.person_id')
      .select(['w.id', 'w.company_id', 'w.profile', 'c.second_factor_required', 's.two_factors'])
      .where('w.id', '=', as ?? null)
      .where('s.id', '=', sessionId)
      .where('w.archived_at', 'is', null)
      .executeTakeFirst()
    if (!found) throw new Problem('not_found')
    if (found.second_factor_required && !found.two_factors) throw new Problem('second_factor_needed')
    const { id: professionalId, company_id: companyId, profile } = found
    return {
      kind: 'professional',
      personId,
      address: null,
      professionalId,
      companyId,
      profile: profile as Profile,
    }
  }

  async function read(visit: Visit, token: string) {
    const network = `request ${networkOf(visit.ip)}`
    await limits.count(network, PER_NETWORK)
    const found = (await externals.read(token)) ?? (await requests.read(token))
    if (!found) throw new Problem('invitation_used')
    await limits.restore(network)
    return found
  }

  return {
    async listRequests({ personId }: Session): Promise<Request[]> {
      const all = [...(await externals.listFor(personId)), ...(await requests.listFor(personId))]
      return all.sort((a, b) => b.at.localeCompare(a.at))
    },

    /** @throws not_found for what was not asked of this person, or can't be answered any more; works_here_already */
    answerRequest(
      session: Session,
      { requestId: id, accept, ...as }: { requestId: string; accept: boolean } & As,
    ): Promise<{ hat: string | null }> {
      return db.transaction().execute(async (trx) => {
        const { email } = await trx
          .selectFrom('person')
          .select('email')
          .where('id', '=', session.personId)
          .executeTakeFirstOrThrow()
        const invitation = await externals.open(trx, { id, email })
        const request = invitation ? undefined : await requests.open(trx, { id, email })
        if (invitation && accept) {
          const professional = await professionalFor(trx, session, as)
          await externals.accept(trx, invitation, professional)
          return { hat: professional.professionalId }
        }
        if (invitation) await externals.decline(trx, invitation)
        else if (request) await requests[accept ? 'accept' : 'refuse'](trx, request)
        else throw new Problem('not_found')
        return { hat: null }
      })
    },

    readRequest: (visit: Visit, { token }: { token: string }) => read(visit, token),

    /** @throws invitation_used, too_many_requests; conflict for what takes an account */
    async answerByLink(visit: Visit, { token, accept }: { token: string; accept: boolean }): Promise<Done> {
      const { kind } = await read(visit, token)
      if (kind === 'external' && accept) throw new Problem('conflict')
      return db.transaction().execute(async (trx) => {
        const invitation = await externals.open(trx, { token })
        const request = invitation ? undefined : await requests.open(trx, { token })
        if (invitation) await externals.decline(trx, invitation)
        else if (request) await requests[accept ? 'accept' : 'refuse'](trx, request)
        else throw new Problem('invitation_used')
        return { ok: true } as const
      })
    },

    /** @throws invitation_used, name_…, password_…, too_many_requests; conflict where the address has an account */
    async openPractice(visit: Visit, input: Opening): Promise<Done> {
      requireLegalPassword(input.password)
      const [practice, name] = [legalPersonName(input.practice), legalPersonName(input.name)]
      const { email, kind, account } = await read(visit, input.token)
      if (kind !== 'external' || account) throw new Problem('conflict')
      const hash = await passwords.hash(input.password)
      await db.transaction().execute(async (trx) => {
        const invitation = await externals.open(trx, { token: input.token })
        if (!invitation) throw new Problem('invitation_used')
        const person = await openAccount(trx, { name, email, hash, language: input.language }, now())
        await externals.accept(trx, invitation, await openPractice(trx, person, practice, visit.ip))
      })
      await signIn.open(visit, { email, password: input.password })
      return { ok: true }
    },
  }
}
