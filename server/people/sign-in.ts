import { betterAuth } from 'better-auth'
import { isAPIError } from 'better-auth/api'
import type { Kysely } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Database } from '../db/schema.ts'
import type { Log } from '../log.ts'
import { type Limits, networkOf } from './limits.ts'
import type { Passwords } from './passwords.ts'

const DAY = 24 * 60 * 60

/**
 * Wrong tries allowed in a quarter of an hour. Whoever guesses at an account uses up only what their own network
 * may try on it, so that nobody can lock anybody else out; the second limit is for many accounts from one place.
 */
const PER_ACCOUNT_AND_NETWORK = { max: 10, seconds: 15 * 60 }
const PER_NETWORK = { max: 100, seconds: 15 * 60 }

/** A request: its headers, the IP address it comes from, and the headers to answer it with, where cookies go. */
export type Visit = { headers: Headers; ip: string; reply: Headers }

export type SignIn = ReturnType<typeof createSignIn>

/**
 * Sign-in by e-mail and password, sessions in the database. The library's own routes are not served: its verbs are
 * called here one by one, so that whatever else it offers (sign-up, changes of e-mail …) doesn't exist.
 */
export function createSignIn(parts: {
  db: Kysely<Database>
  limits: Limits
  passwords: Passwords
  publicUrl: string
  secret: string
  log: Log
}) {
  const { limits, log } = parts
  const { api } = createLibrary(parts)

  /** Opens a session for whoever knows the password. @throws wrong_credentials, alike whether the e-mail is known or not */
  async function open({ headers, ip, reply }: Visit, body: { email: string; password: string }) {
    const result = await api
      .signInEmail({ body, headers: withAddress(headers, ip), returnHeaders: true })
      .catch((error) => {
        throw isAPIError(error) && error.statusCode < 500 ? new Problem('wrong_credentials') : error
      })
    keepCookies(result.headers, reply)
    // The session that this browser had loses its cookie: nobody could end it any more.
    if (headers.has('cookie')) await api.signOut({ headers })
    await parts.db.deleteFrom('session').where('expires_at', '<', new Date()).execute()
  }

  return {
    open,

    /** As `open`, with limits. @throws wrong_credentials, too_many_requests */
    async signIn(visit: Visit, credentials: { email: string; password: string }): Promise<void> {
      const email = credentials.email.trim().toLowerCase()
      const network = `sign-in ${networkOf(visit.ip)}`
      const pair = `${network} ${email}`
      await limits.count(network, PER_NETWORK)
      await limits.count(pair, PER_ACCOUNT_AND_NETWORK)
      await open(visit, { email, password: credentials.password })
      await limits.forget(pair)
      await limits.restore(network)
    },

    /** Ends the session, if there is one. */
    async signOut({ headers, reply }: Visit): Promise<void> {
      const result = await api.signOut({ headers, returnHeaders: true })
      keepCookies(result.headers, reply)
    },

    /** The session of these headers, read from the database, and cookies that prolong it once a day. */
    async readSession(headers: Headers) {
      const { response, headers: reply } = await api
        .getSession({ headers, returnHeaders: true })
        .catch((error) => {
          // What failed underneath says whether it is worth trying again.
          throw error.cause ?? error
        })
      if (!response) return null
      const { id, userId } = response.session
      return { session: { id, personId: userId }, cookies: reply.getSetCookie() }
    },
  }

  function createLibrary({ db, passwords, publicUrl, secret }: typeof parts) {
    const times = { createdAt: 'created_at', updatedAt: 'updated_at' }
    return betterAuth({
      appName: 'Carnet',
      baseURL: publicUrl,
      basePath: '/api/auth',
      secret,
      database: { db, type: 'postgres' },
      emailAndPassword: {
        enabled: true,
        disableSignUp: true,
        maxPasswordLength: 1000,
        password: { hash: passwords.hash, verify: passwords.verify },
      },
      user: { modelName: 'person', fields: { emailVerified: 'email_verified', ...times } },
      session: {
        fields: {
          userId: 'person_id',
          expiresAt: 'expires_at',
          ipAddress: 'ip_address',
          userAgent: 'user_agent',
          ...times,
        },
        expiresIn: 30 * DAY,
        updateAge: DAY,
        // Whatever ends a session must end it now.
        cookieCache: { enabled: false },
      },
      account: {
        modelName: 'credential',
        fields: {
          accountId: 'account_id',
          providerId: 'provider_id',
          userId: 'person_id',
          accessToken: 'access_token',
          refreshToken: 'refresh_token',
          idToken: 'id_token',
          accessTokenExpiresAt: 'access_token_expires_at',
          refreshTokenExpiresAt: 'refresh_token_expires_at',
          ...times,
        },
      },
      verification: { fields: { expiresAt: 'expires_at', ...times } },
      rateLimit: { enabled: false },
      telemetry: { enabled: false },
      logger: {
        level: 'error',
        log: (level, message) => log[level === 'error' ? 'error' : 'debug'](message),
      },
      advanced: {
        database: { generateId: false, joins: true },
        cookiePrefix: 'carnet',
        cookies: { session_token: { name: 'carnet.session' } },
        useSecureCookies: publicUrl.startsWith('https:'),
        ipAddress: { ipAddressHeaders: [ADDRESS] },
      },
    })
  }
}

/** The library reads addresses from a header only; whatever a browser sent under this name is replaced. */
const ADDRESS = 'carnet-address'

function withAddress(headers: Headers, ip: string): Headers {
  const copy = new Headers(headers)
  copy.set(ADDRESS, ip)
  return copy
}

function keepCookies(from: Headers, to: Headers): void {
  for (const cookie of from.getSetCookie()) to.append('Set-Cookie', cookie)
}
