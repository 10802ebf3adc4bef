import { type Kysely, sql, type Transaction } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Database } from '../db/schema.ts'
import type { Language } from '../notify/letters.ts'
import { type Limits, networkOf } from './limits.ts'
import { legalPersonName } from './names.ts'
import { type Passwords, requireLegalPassword } from './passwords.ts'
import { addCredential } from './persons.ts'
import { openPractice } from './practices.ts'
import type { SignIn, Visit } from './sign-in.ts'
import { createToken, hashToken, linkExpiry } from './tokens.ts'

/** Held while an installation is set up or a link for it is made, by any process. */
const LOCK = 4_226_020

const PER_NETWORK = { max: 20, seconds: 15 * 60 }

type SetUpInput = {
  token: string
  practice: string
  name: string
  email: string
  password: string
  language: Language
}

/** The first start: a one-time link lets whoever reads the server's output name the practice and be its super admin. */
export function createSetUp({
  db,
  limits,
  passwords,
  signIn,
  publicUrl,
  now,
}: {
  db: Kysely<Database>
  limits: Limits
  passwords: Passwords
  signIn: SignIn
  publicUrl: string
  now: () => Date
}) {
  const alone = <T>(work: (trx: Transaction<Database>) => Promise<T>) =>
    db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(${LOCK})`.execute(trx)
      return work(trx)
    })

  const unused = (on: Kysely<Database>, token: string) =>
    on
      .selectFrom('invitation')
      .select('id')
      .where('purpose', '=', 'set_up')
      .where('token_hash', '=', hashToken(token))
      .where('expires_at', '>', now())
      .executeTakeFirst()

  return {
    /** A new link, ending earlier ones; null once the installation is set up. */
    async createSetupLink(): Promise<string | null> {
      return alone(async (trx) => {
        if (await isSetUp(trx)) return null
        const { token, hash } = createToken()
        await trx.deleteFrom('invitation').where('purpose', '=', 'set_up').execute()
        await trx
          .insertInto('invitation')
          .values({ purpose: 'set_up', token_hash: hash, expires_at: linkExpiry(now()) })
          .execute()
        // Behind the # it reaches no server log and no Referer.
        return `${publicUrl}/setup#${token}`
      })
    },

    async readSetup(): Promise<{ needed: boolean }> {
      return { needed: !(await isSetUp(db)) }
    },

    /** Makes the practice and its first super admin, who is signed in. @throws already_set_up, invitation_used, password_… */
    async setUp(visit: Visit, input: SetUpInput): Promise<{ ok: true }> {
      await limits.count(`set-up ${networkOf(visit.ip)}`, PER_NETWORK)
      requireLegalPassword(input.password)
      const practice = legalPersonName(input.practice)
      const name = legalPersonName(input.name)
      if (await isSetUp(db)) throw new Problem('already_set_up')
      if (!(await unused(db, input.token))) throw new Problem('invitation_used')
      const hash = await passwords.hash(input.password)
      await alone(async (trx) => {
        if (await isSetUp(trx)) throw new Problem('already_set_up')
        if (!(await unused(trx, input.token))) throw new Problem('invitation_used')
        await trx.deleteFrom('invitation').where('purpose', '=', 'set_up').execute()
        const { id } = await trx
          .insertInto('person')
          .values({ name, email: input.email, language: input.language, email_verified: true })
          .returning('id')
          .executeTakeFirstOrThrow()
        await addCredential(trx, id, hash)
        await openPractice(trx, { id, name }, practice, visit.ip)
      })
      await signIn.open(visit, input)
      return { ok: true }
    },
  }
}

async function isSetUp(on: Kysely<Database>): Promise<boolean> {
  return (await on.selectFrom('company').select('id').limit(1).executeTakeFirst()) !== undefined
}
