import { type Kysely, sql } from 'kysely'
import type { PasskeyAnswer, SignedIn } from '../../core/api/security.ts'
import { Problem } from '../../core/errors.ts'
import { nameDevice } from '../../core/user-agents.ts'
import type { Database } from '../db/schema.ts'
import { type Limits, networkOf } from './limits.ts'
import { type Passwords, requireLegalPassword } from './passwords.ts'
import { recordOfPerson } from './sessions.ts'
import type { Devices } from './sign-in/devices.ts'
import type { EntryLinks } from './sign-in/entry-links.ts'
import type { Factors } from './sign-in/factors.ts'
import type { Notices } from './sign-in/notices.ts'
import type { OneTime } from './sign-in/one-time.ts'
import type { Passkeys } from './sign-in/passkeys.ts'
import type { SessionCookies, Visit } from './sign-in/session-cookies.ts'

export type { Visit }

/**
 * Wrong tries allowed in a quarter of an hour. Whoever guesses at an account uses up only what their own network
 * may try on it; the second limit is for many accounts from one place; the third for one account from many places,
 * against which nothing but a mailed link or a passkey helps on a new device. A device that is known has tries of its
 * own, which nobody else can use up: nobody locks anybody out.
 */
const PER_ACCOUNT_AND_NETWORK = { max: 10, seconds: 15 * 60 }
const PER_NETWORK = { max: 100, seconds: 15 * 60 }
const PER_ACCOUNT = { max: 100, seconds: 24 * 60 * 60 }

/** Tries at one second step; and at all second steps of somebody, by whoever knows their password. */
const TRIES = 5
const CODES = { max: 20, seconds: 60 * 60 }

/** Asked at each look at the page: passkeys can't be guessed, but what they are to sign takes room. */
const QUESTIONS = { max: 1000, seconds: 15 * 60 }

export type SignIn = ReturnType<typeof createSignIn>

/** The ways in. Each ends in a session, or in a second step where a password or a link is not enough. */
export function createSignIn(parts: {
  db: Kysely<Database>
  now: () => Date
  limits: Limits
  passwords: Passwords
  cookies: SessionCookies
  devices: Devices
  factors: Factors
  passkeys: Passkeys
  entryLinks: EntryLinks
  oneTime: OneTime
  notices: Notices
}) {
  const { db, now, limits, passwords, cookies, devices, factors, passkeys, entryLinks, oneTime, notices } =
    parts

  /** Whose password it is; null for nobody's, after the same work. */
  async function check(email: string, password: string): Promise<string | null> {
    const found = await db
      .selectFrom('person as p')
      .innerJoin('credential as k', 'k.person_id', 'p.id')
      .select(['p.id', 'k.password'])
      .where('p.email', '=', email)
      .where('k.provider_id', '=', 'credential')
      .executeTakeFirst()
    if (found?.password) {
      return (await passwords.verify({ hash: found.password, password })) ? found.id : null
    }
    await passwords.hash(password)
    return null
  }

  async function start(visit: Visit, personId: string, twoFactors: boolean): Promise<SignedIn> {
    const before = await cookies.read(visit.headers)
    const acting = before?.session.personId === personId ? await actingAs(before.session.id) : null
    const id = await cookies.open(visit, personId)
    await db.transaction().execute(async (trx) => {
      await trx
        .updateTable('session')
        .set({ two_factors: twoFactors, acting_as: acting, created_at: now() })
        .where('id', '=', id)
        .execute()
      await trx.deleteFrom('session').where('expires_at', '<', new Date()).execute()
      if (await devices.remember(trx, visit, personId)) {
        const device = [nameDevice(visit.headers.get('User-Agent')), visit.ip].filter(Boolean).join(', ')
        await notices.send(trx, personId, 'new_device', device)
      }
      await recordOfPerson(trx, { personId, address: visit.ip }, 'signed_in')
    })
    // Another account on the same device finds nothing that the last one left in the browser's cache.
    visit.reply.set('Clear-Site-Data', '"cache"')
    return { secondStep: null }
  }

  async function actingAs(sessionId: string): Promise<string | null> {
    const { rows } = await sql<{ acting_as: string | null }>`
      select acting_as from session where id = ${sessionId}::uuid`.execute(db)
    return rows[0]?.acting_as ?? null
  }

  /** After a password or a link was right. */
  async function proceed(visit: Visit, personId: string): Promise<SignedIn> {
    const { asked, app, passkeys, recoveryCodes } = await factors.readHeld(db, personId)
    if (!asked) return start(visit, personId, false)
    const token = await oneTime.issue(db, 'second_step', personId)
    return { secondStep: { token, app, passkey: passkeys > 0, recoveryCode: recoveryCodes > 0 } }
  }

  /** Limits of this try at a password: to be taken back should it be right. @throws too_many_requests */
  async function countTry(visit: Visit, email: string): Promise<() => Promise<void>> {
    const device = await devices.find(visit.headers, email)
    if (device) {
      const own = `sign-in device ${device} ${email}`
      await limits.count(own, PER_ACCOUNT_AND_NETWORK)
      return () => limits.forget(own)
    }
    const network = `sign-in ${networkOf(visit.ip)}`
    const pair = `${network} ${email}`
    // Apart from the others: an e-mail is whatever somebody typed, another’s network too.
    const account = `sign-in as ${email}`
    await limits.count(network, PER_NETWORK)
    await limits.count(pair, PER_ACCOUNT_AND_NETWORK)
    await limits.count(account, PER_ACCOUNT)
    return async () => {
      await limits.forget(pair)
      await limits.restore(network)
      await limits.restore(account)
    }
  }

  return {
    /** Opens a session with a password that was chosen just now. @throws wrong_credentials */
    async open(visit: Visit, { email, password }: { email: string; password: string }): Promise<void> {
      const personId = await check(email, password)
      if (!personId) throw new Problem('wrong_credentials')
      await start(visit, personId, false)
    },

    /** The operations of core/api/security.ts for whoever isn't in yet. */
    ways: {
      /** @throws wrong_credentials, alike whether the e-mail is known or not; too_many_requests */
      async signIn(visit: Visit, credentials: { email: string; password: string }): Promise<SignedIn> {
        const email = credentials.email.trim().toLowerCase()
        const takeBack = await countTry(visit, email)
        const personId = await check(email, credentials.password)
        if (!personId) throw new Problem('wrong_credentials')
        await takeBack()
        return proceed(visit, personId)
      },

      /** @throws second_step_over, code_wrong, too_many_requests */
      async signInWithCode(
        visit: Visit,
        { token, kind, code }: { token: string; kind: 'app' | 'recovery'; code: string },
      ): Promise<SignedIn> {
        const personId = await oneTime.tryAt(db, 'second_step', token, TRIES)
        if (!personId) throw new Problem('second_step_over')
        const email = await emailOf(personId)
        // A recovery code is too long to be guessed: those of an app are what is to be limited.
        const key = `code ${(await devices.find(visit.headers, email)) ?? ''} ${personId}`
        if (kind === 'app') await limits.count(key, CODES)
        const right = await db.transaction().execute(async (trx) => {
          const taken =
            kind === 'app'
              ? await factors.takeCode(trx, personId, code, { confirmed: true })
              : await factors.takeRecoveryCode(trx, personId, code)
          if (taken) await oneTime.take(trx, 'second_step', token)
          else await recordOfPerson(trx, { personId, address: visit.ip }, 'second_step_failed')
          return taken
        })
        if (!right) throw new Problem('code_wrong')
        if (kind === 'app') await limits.restore(key)
        return start(visit, personId, true)
      },

      /** @throws too_many_requests */
      async askForPasskey(visit: Visit) {
        await limits.count(`passkey ${networkOf(visit.ip)}`, QUESTIONS)
        return { ...(await passkeys.askForAny()) }
      },

      /** @throws passkey_refused */
      async signInWithPasskey(visit: Visit, { answer }: { answer: PasskeyAnswer }): Promise<SignedIn> {
        const { personId } = await passkeys.verify(answer)
        return start(visit, personId, true)
      },

      /** @throws too_many_requests */
      async mailLink(visit: Visit, { email, purpose }: { email: string; purpose: 'link' | 'reset' }) {
        await entryLinks.request(visit, purpose, email)
        return { ok: true } as const
      },

      /** @throws link_used, too_many_requests */
      async signInWithLink(visit: Visit, { token }: { token: string }): Promise<SignedIn> {
        await entryLinks.require(visit, 'link', token)
        return proceed(visit, await entryLinks.take(db, 'link', token))
      },

      /** @throws link_used, password_…, too_many_requests */
      async resetPassword(visit: Visit, input: { token: string; password: string }): Promise<SignedIn> {
        await entryLinks.require(visit, 'reset', input.token)
        requireLegalPassword(input.password)
        const hash = await passwords.hash(input.password)
        const personId = await db.transaction().execute(async (trx) => {
          const personId = await entryLinks.take(trx, 'reset', input.token)
          await changePassword(trx, personId, hash)
          await trx.deleteFrom('session').where('person_id', '=', personId).execute()
          await recordOfPerson(trx, { personId, address: visit.ip }, 'password_reset')
          return personId
        })
        return proceed(visit, personId)
      },

      /** Ends the session, if there is one. */
      async signOut(visit: Visit) {
        const found = await cookies.read(visit.headers)
        if (found) {
          const { personId } = found.session
          await recordOfPerson(db, { personId, address: visit.ip }, 'signed_out')
        }
        await cookies.signOut(visit)
        visit.reply.set('Clear-Site-Data', '"cache", "storage"')
        return { ok: true } as const
      },
    },

    check,

    /** Another password: links that are on their way, and the devices that were known, count no more. */
    changePassword,
  }

  async function changePassword(on: Kysely<Database>, personId: string, hash: string): Promise<void> {
    await on
      .updateTable('credential')
      .set({ password: hash, updated_at: now() })
      .where('person_id', '=', personId)
      .where('provider_id', '=', 'credential')
      .execute()
    await oneTime.forget(on, personId)
    await devices.forget(on, personId)
    await notices.send(on, personId, 'password_changed')
  }

  async function emailOf(personId: string): Promise<string> {
    const { email } = await db
      .selectFrom('person')
      .select('email')
      .where('id', '=', personId)
      .executeTakeFirstOrThrow()
    return email
  }
}
