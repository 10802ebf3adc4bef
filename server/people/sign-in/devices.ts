import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { createToken, hashToken } from '../tokens.ts'
import { isSecure, type Visit } from './session-cookies.ts'

type Db = Kysely<Database>

/** The longest that browsers keep a cookie. */
const DAYS = 400

export type Devices = ReturnType<typeof createDevices>

/**
 * Browsers from which somebody has signed in, by a cookie of their own that outlives sessions. Whoever guesses at an
 * account from elsewhere can't use up the tries of these (OWASP: device cookies).
 */
export function createDevices({ db, now, publicUrl }: { db: Db; now: () => Date; publicUrl: string }) {
  const secure = isSecure(publicUrl)
  const name = `${secure ? '__Secure-' : ''}carnet.device`

  const since = () => new Date(now().getTime() - DAYS * 86_400_000)

  function tokenIn(headers: Headers): string | null {
    for (const pair of headers.get('cookie')?.split(';') ?? []) {
      const [key, value] = pair.trim().split('=', 2)
      if (key === name && value) return value
    }
    return null
  }

  function keep(reply: Headers, token: string): void {
    const attributes = `Max-Age=${DAYS * 86_400}; Path=/api/auth; HttpOnly; SameSite=Strict`
    reply.append('Set-Cookie', `${name}=${token}; ${attributes}${secure ? '; Secure' : ''}`)
  }

  return {
    /** A name for this browser, where somebody with this address has signed in from it; null elsewhere. */
    async find(headers: Headers, email: string): Promise<string | null> {
      const token = tokenIn(headers)
      if (!token) return null
      const known = await db
        .selectFrom('device as d')
        .innerJoin('person as p', 'p.id', 'd.person_id')
        .select('d.token_hash')
        .where('p.email', '=', email)
        .where('d.token_hash', '=', hashToken(token))
        .where('d.used_at', '>', since())
        .executeTakeFirst()
      return known?.token_hash.toString('base64url') ?? null
    },

    /** Knows this browser from now on. Whether it is new to somebody who has others. */
    async remember(on: Db, { headers, reply }: Visit, personId: string): Promise<boolean> {
      await on.deleteFrom('device').where('used_at', '<', since()).execute()
      const given = tokenIn(headers)
      const rows = await on
        .selectFrom('device')
        .select(['person_id', 'token_hash'])
        .where((eb) => eb.or([eb('person_id', '=', personId), eb('token_hash', '=', hashToken(given ?? ''))]))
        .execute()
      const here = rows.filter(({ token_hash }) => given && token_hash.equals(hashToken(given)))
      // One that we never gave could have been put there by somebody else, who knows it.
      const token = given && here.length > 0 ? given : createToken().token
      keep(reply, token)
      await on
        .insertInto('device')
        .values({ person_id: personId, token_hash: hashToken(token), used_at: now() })
        .onConflict((conflict) =>
          conflict.columns(['token_hash', 'person_id']).doUpdateSet({ used_at: now() }),
        )
        .execute()
      const theirs = rows.some(({ person_id }) => person_id === personId)
      return theirs && !here.some(({ person_id }) => person_id === personId)
    },

    /** After a password that others may have known, no browser is known any more. */
    async forget(on: Db, personId: string): Promise<void> {
      await on.deleteFrom('device').where('person_id', '=', personId).execute()
    },
  }
}
