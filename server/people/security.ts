import type { Kysely } from 'kysely'
import type { PasskeyAnswer, Security } from '../../core/api/security.ts'
import { Problem } from '../../core/errors.ts'
import type { Database } from '../db/schema.ts'
import type { Limits } from './limits.ts'
import { legalPersonName } from './names.ts'
import { type Passwords, requireLegalPassword } from './passwords.ts'
import { endOthers, recordOfPerson, type Session, type Sessions } from './sessions.ts'
import type { Factors } from './sign-in/factors.ts'
import type { Notices } from './sign-in/notices.ts'
import type { Passkeys } from './sign-in/passkeys.ts'
import type { Strong } from './sign-in/strong.ts'
import type { SignIn } from './sign-in.ts'

type Db = Kysely<Database>

const PASSWORD_TRIES = { max: 10, seconds: 15 * 60 }
/** At the first code of an app: it is six digits long, and whoever found a session open may not guess at it. */
const CODE_TRIES = { max: 10, seconds: 15 * 60 }
const DONE = { ok: true } as const

/**
 * How one signs in, for oneself to see and to change: soon after signing in, and with the second factor where one is
 * asked for. Every change is written down, and told by mail.
 */
export function createSecurity(parts: {
  db: Db
  limits: Limits
  passwords: Passwords
  sessions: Sessions
  signIn: SignIn
  factors: Factors
  passkeys: Passkeys
  notices: Notices
  strong: Strong
}) {
  const { db, limits, passwords, sessions, signIn, factors, passkeys, notices, strong } = parts

  const readPerson = ({ personId }: Session) =>
    db
      .selectFrom('person')
      .select(['id', 'name', 'email'])
      .where('id', '=', personId)
      .executeTakeFirstOrThrow()

  return {
    async readSecurity({ personId }: Session): Promise<Security> {
      const { app, recoveryCodes, requiredBy } = await factors.readHeld(db, personId)
      const rows = await passkeys.list(personId)
      return {
        app,
        recoveryCodes,
        requiredBy,
        passkeys: rows.map(({ id, name, created_at, used_at }) => ({
          id,
          name,
          addedAt: created_at.toISOString(),
          usedAt: used_at?.toISOString() ?? null,
        })),
      }
    },

    listSessions: sessions.listSessions,
    endSession: sessions.endSession,
    endOtherSessions: sessions.endOtherSessions,

    /** @throws sign_in_again, present_password_wrong, password_…, too_many_requests */
    async changePassword(session: Session, { present, password }: { present: string; password: string }) {
      requireLegalPassword(password)
      await strong.requireStrongBesides(session)
      const key = `password ${session.id}`
      await limits.count(key, PASSWORD_TRIES)
      const { email } = await readPerson(session)
      if ((await signIn.check(email, present)) !== session.personId)
        throw new Problem('present_password_wrong')
      await limits.forget(key)
      const hash = await passwords.hash(password)
      await db.transaction().execute(async (trx) => {
        await signIn.changePassword(trx, session.personId, hash)
        await endOthers(trx, session)
        await recordOfPerson(trx, session, 'password_changed')
      })
      return DONE
    },

    /** @throws sign_in_again; conflict where there is an app already */
    async beginApp(session: Session) {
      await strong.requireStrong(session)
      const { email } = await readPerson(session)
      return factors.beginApp(db, session.personId, email)
    },

    /** The app is asked for from now on. @throws code_wrong, too_many_requests */
    async confirmApp(session: Session, { code }: { code: string }): Promise<{ recoveryCodes: string[] }> {
      const { personId } = session
      const tries = `confirm app ${personId}`
      await limits.count(tries, CODE_TRIES)
      const confirmed = await db.transaction().execute(async (trx) => {
        if (!(await factors.takeCode(trx, personId, code, { confirmed: false })))
          throw new Problem('code_wrong')
        // The others were opened without it.
        await endOthers(trx, session)
        await strengthen(trx, session)
        await notices.send(trx, personId, 'app_added')
        await recordOfPerson(trx, session, 'second_factor_added', { factor: 'app' })
        return { recoveryCodes: await factors.makeRecoveryCodes(trx, personId) }
      })
      await limits.forget(tries)
      return confirmed
    },

    /** @throws sign_in_again, not_found, last_second_factor */
    async removeApp(session: Session) {
      await strong.requireStrong(session)
      await db.transaction().execute(async (trx) => {
        await factors.removeApp(trx, session.personId)
        await notices.send(trx, session.personId, 'app_removed')
        await recordOfPerson(trx, session, 'second_factor_removed', { factor: 'app' })
      })
      return DONE
    },

    /** @throws sign_in_again; conflict where there are too many */
    async askToMakePasskey(session: Session) {
      await strong.requireStrong(session)
      return { ...(await passkeys.askToMake(await readPerson(session))) }
    },

    /** @throws sign_in_again, passkey_refused */
    async addPasskey(session: Session, { name, answer }: { name: string; answer: PasskeyAnswer }) {
      await strong.requireStrong(session)
      const legal = legalPersonName(name)
      await db.transaction().execute(async (trx) => {
        await passkeys.add(trx, session.personId, legal, answer)
        await strengthen(trx, session)
        await notices.send(trx, session.personId, 'passkey_added', legal)
        await recordOfPerson(trx, session, 'second_factor_added', { factor: 'passkey' })
      })
      return DONE
    },

    /** @throws not_found, name_… */
    async renamePasskey(session: Session, { passkeyId, name }: { passkeyId: string; name: string }) {
      await passkeys.rename(session.personId, passkeyId, legalPersonName(name))
      return DONE
    },

    /** @throws sign_in_again, not_found, last_second_factor */
    async removePasskey(session: Session, { passkeyId }: { passkeyId: string }) {
      await strong.requireStrong(session)
      await db.transaction().execute(async (trx) => {
        const name = await passkeys.remove(trx, session.personId, passkeyId)
        await factors.settle(trx, session.personId)
        await notices.send(trx, session.personId, 'passkey_removed', name)
        await recordOfPerson(trx, session, 'second_factor_removed', { factor: 'passkey' })
      })
      return DONE
    },

    /** @throws sign_in_again; conflict where there is nothing to recover from */
    async makeRecoveryCodes(session: Session) {
      await strong.requireStrong(session)
      const { app, passkeys } = await factors.readHeld(db, session.personId)
      if (!app && passkeys === 0) throw new Problem('conflict')
      return db.transaction().execute(async (trx) => {
        await notices.send(trx, session.personId, 'codes_made')
        await recordOfPerson(trx, session, 'recovery_codes_made')
        return { recoveryCodes: await factors.makeRecoveryCodes(trx, session.personId) }
      })
    },
  }
}

/** Whoever has just used a second factor has a session with one. */
async function strengthen(on: Db, { id }: Session): Promise<void> {
  await on.updateTable('session').set({ two_factors: true }).where('id', '=', id).execute()
}
