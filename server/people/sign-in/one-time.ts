import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { createToken, hashToken } from '../tokens.ts'

type Db = Kysely<Database>

/** `link` and `reset` are mailed; `second_step` follows a right first factor; `passkey` is what a passkey signs. */
type Purpose = 'link' | 'reset' | 'second_step' | 'passkey'

const MINUTES: Record<Purpose, number> = { link: 20, reset: 20, second_step: 10, passkey: 10 }

export const LINK_MINUTES = MINUTES.link

export type OneTime = ReturnType<typeof createOneTime>

/** Secrets that work once, for minutes; of somebody or, with null, of whoever holds it. */
export function createOneTime({ now }: { now: () => Date }) {
  return {
    async issue(on: Db, purpose: Purpose, personId: string | null): Promise<string> {
      const { token, hash } = createToken()
      const expires_at = new Date(now().getTime() + MINUTES[purpose] * 60_000)
      await on.deleteFrom('sign_in_token').where('expires_at', '<', now()).execute()
      await on
        .insertInto('sign_in_token')
        .values({ hash, purpose, person_id: personId, expires_at })
        .execute()
      return token
    },

    /** Uses it up. Null where there is no such secret, or no longer. */
    async take(on: Db, purpose: Purpose, token: string): Promise<{ personId: string | null } | null> {
      const taken = await on
        .deleteFrom('sign_in_token')
        .where('hash', '=', hashToken(token))
        .where('purpose', '=', purpose)
        .where('expires_at', '>', now())
        .returning('person_id')
        .executeTakeFirst()
      return taken ? { personId: taken.person_id } : null
    },

    /** Counts a try at what it asks, before it is made. Null once `max` were made, or it is over. */
    async tryAt(on: Db, purpose: Purpose, token: string, max: number): Promise<string | null> {
      const found = await on
        .updateTable('sign_in_token')
        .set(({ eb }) => ({ tries: eb('tries', '+', 1) }))
        .where('hash', '=', hashToken(token))
        .where('purpose', '=', purpose)
        .where('expires_at', '>', now())
        .where('tries', '<', max)
        .returning('person_id')
        .executeTakeFirst()
      return found?.person_id ?? null
    },

    /** Ends all that somebody was given. */
    async forget(on: Db, personId: string): Promise<void> {
      await on.deleteFrom('sign_in_token').where('person_id', '=', personId).execute()
    },
  }
}
