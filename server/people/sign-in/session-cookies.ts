import { betterAuth } from 'better-auth'
import { createAuthEndpoint } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Database } from '../../db/schema.ts'
import type { Log } from '../../log.ts'

const DAY = 24 * 60 * 60
const LASTS = 30 * DAY
const PROLONGED_EVERY = DAY
/** Of how many headers is remembered whose session they name. */
const MOST_KNOWN = 10_000
/** Longer ones, which no browser of ours sends, aren't remembered. */
const LONGEST_KNOWN = 1000

/** A request: its headers, the IP address it comes from, and the headers to answer it with, where cookies go. */
export type Visit = { headers: Headers; ip: string; reply: Headers }

export type SessionCookies = ReturnType<typeof createSessionCookies>

/**
 * Sessions in the database, behind signed cookies. The sign-in library keeps them; who gets one is decided beside this
 * file, since the library asks for a second factor after passwords alone (docs/decisions/0015).
 */
export function createSessionCookies(parts: {
  db: Kysely<Database>
  publicUrl: string
  secret: string
  log: Log
}) {
  const { api } = createLibrary(parts)
  // Whose signature was right once is right for ever. What stands behind it is asked of the database each time.
  const known = new Map<string, string>()

  function remember(header: string | null, id: string) {
    if (header === null || header.length > LONGEST_KNOWN) return
    known.delete(header)
    known.set(header, id)
    const [oldest] = known.keys()
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest)
  }

  async function signOut({ headers, reply }: Visit): Promise<void> {
    const result = await api.signOut({ headers, returnHeaders: true })
    keepCookies(result.headers, reply)
  }

  return {
    signOut,

    /** Opens a session, ending the one that this browser had, whose cookie is lost. Resolves with its id. */
    async open({ headers, ip, reply }: Visit, personId: string): Promise<string> {
      if (headers.has('cookie')) await api.signOut({ headers })
      const result = await api.openSession({
        body: { personId },
        headers: withAddress(headers, ip),
        returnHeaders: true,
      })
      keepCookies(result.headers, reply)
      return result.response.id
    },

    /** The id of the session that headers like these named before, with a right signature; it may have ended since. */
    known: (headers: Headers): string | undefined => known.get(headers.get('Cookie') ?? ''),

    /** Whether it is for `read` to prolong a session, or to end it. */
    isDue: (expiresAt: Date): boolean => expiresAt.getTime() - (LASTS - PROLONGED_EVERY) * 1000 <= Date.now(),

    /** The session of these headers, read from the database, and cookies that prolong it once a day. */
    async read(headers: Headers) {
      const { response, headers: reply } = await api
        .getSession({ headers, returnHeaders: true })
        .catch((error) => {
          // What failed underneath says whether it is worth trying again.
          throw error.cause ?? error
        })
      if (!response) return null
      const { id, userId } = response.session
      remember(headers.get('Cookie'), id)
      return { session: { id, personId: userId }, cookies: reply.getSetCookie() }
    },
  }
}

function createLibrary({
  db,
  publicUrl,
  secret,
  log,
}: {
  db: Kysely<Database>
  publicUrl: string
  secret: string
  log: Log
}) {
  const times = { createdAt: 'created_at', updatedAt: 'updated_at' }
  return betterAuth({
    appName: 'Carnet',
    baseURL: publicUrl,
    basePath: '/api/auth',
    secret,
    database: { db, type: 'postgres' },
    user: { modelName: 'person', fields: { emailVerified: 'email_verified', ...times } },
    session: {
      fields: {
        userId: 'person_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        ...times,
      },
      expiresIn: LASTS,
      updateAge: PROLONGED_EVERY,
      // Whatever ends a session must end it now.
      cookieCache: { enabled: false },
    },
    // It won't start without knowing these, which it is never asked to use.
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
    plugins: [{ id: 'carnet', endpoints: { openSession } }],
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
      useSecureCookies: isSecure(publicUrl),
      ipAddress: { ipAddressHeaders: [ADDRESS] },
    },
  })
}

const openSession = createAuthEndpoint.serverOnly(
  { method: 'POST', body: z.object({ personId: z.string() }), requireHeaders: true },
  async (ctx) => {
    const { internalAdapter } = ctx.context
    const user = await internalAdapter.findUserById(ctx.body.personId)
    if (!user) throw new Error('a session is for nobody')
    const session = await internalAdapter.createSession(user.id)
    await setSessionCookie(ctx, { session, user })
    return { id: session.id }
  },
)

/** Whether cookies go over TLS only. */
export function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https:')
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
