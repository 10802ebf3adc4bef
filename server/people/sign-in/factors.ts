import { randomBytes } from 'node:crypto'
import { symmetricDecrypt, symmetricEncrypt } from 'better-auth/crypto'
import { type Kysely, sql } from 'kysely'
import { Problem } from '../../../core/errors.ts'
import type { Database } from '../../db/schema.ts'
import { hashToken } from '../tokens.ts'
import { addressOf, createSecret, findStep, toBase32 } from './totp.ts'

type Db = Kysely<Database>

const RECOVERY_CODES = 10
/** No letters that look like digits. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** An app may wait so long for its first code. */
const SETTING_UP_MS = 30 * 60_000

/** What somebody has besides a password, and whether it is asked of them. */
export type Held = {
  app: boolean
  passkeys: number
  recoveryCodes: number
  /** The companies they work for that require a second factor. */
  requiredBy: string[]
  /** A password or a link is not enough: by the app, always; by a passkey, where a company requires it. */
  asked: boolean
}

export type Factors = ReturnType<typeof createFactors>

/** Second factors: the authenticator app and recovery codes; passkeys are counted here and kept beside. */
export function createFactors({ secret: key, now }: { secret: string; now: () => Date }) {
  async function readHeld(on: Db, personId: string): Promise<Held> {
    const { rows } = await sql<Omit<Held, 'asked'>>`
      select exists (select from authenticator a
          where a.person_id = p.id and a.confirmed_at is not null) as app,
        (select count(*)::integer from passkey k where k.person_id = p.id) as passkeys,
        (select count(*)::integer from recovery_code r
          where r.person_id = p.id and r.used_at is null) as "recoveryCodes",
        (select coalesce(json_agg(c.name order by c.name), '[]') from professional w
          join company c on c.id = w.company_id
          where w.person_id = p.id and w.archived_at is null and c.second_factor_required) as "requiredBy"
      from person p where p.id = ${personId}::uuid`.execute(on)
    if (!rows[0]) throw new Problem('not_signed_in')
    const { app, passkeys, requiredBy } = rows[0]
    return { ...rows[0], asked: app || (passkeys > 0 && requiredBy.length > 0) }
  }

  async function makeRecoveryCodes(on: Db, personId: string): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, createCode)
    await on.deleteFrom('recovery_code').where('person_id', '=', personId).execute()
    await on
      .insertInto('recovery_code')
      .values(codes.map((code) => ({ person_id: personId, hash: hashToken(plain(code)) })))
      .execute()
    return codes
  }

  return {
    readHeld,
    makeRecoveryCodes,

    /** A new secret, which counts once a code of it was given. @throws conflict where there is an app already */
    async beginApp(on: Db, personId: string, account: string) {
      const secret = createSecret()
      const encrypted = await symmetricEncrypt({ key, data: secret.toString('base64') })
      const fresh = { secret: encrypted, created_at: now(), last_step: 0 }
      const { numInsertedOrUpdatedRows } = await on
        .insertInto('authenticator')
        .values({ person_id: personId, ...fresh })
        .onConflict((conflict) =>
          conflict.column('person_id').doUpdateSet(fresh).where('authenticator.confirmed_at', 'is', null),
        )
        .executeTakeFirst()
      if (!numInsertedOrUpdatedRows) throw new Problem('conflict')
      return { secret: toBase32(secret), address: addressOf(secret, 'Carnet', account) }
    },

    /**
     * Takes a code of the app: one that is confirmed or, to confirm it, one that is being set up. Each code works once,
     * whoever saw it typed. False for a wrong one.
     */
    async takeCode(on: Db, personId: string, code: string, { confirmed }: { confirmed: boolean }) {
      const row = await on
        .selectFrom('authenticator')
        .select(['secret', 'confirmed_at', 'created_at'])
        .where('person_id', '=', personId)
        .executeTakeFirst()
      if (!row || (row.confirmed_at !== null) !== confirmed) return false
      if (!confirmed && now().getTime() - row.created_at.getTime() > SETTING_UP_MS) return false
      // Under another key than it was kept with, it is lost: recovery codes are not.
      const plainSecret = await symmetricDecrypt({ key, data: row.secret }).catch(() => null)
      if (plainSecret === null) return false
      const secret = Buffer.from(plainSecret, 'base64')
      const step = findStep(secret, code.replace(/\s/g, ''), now())
      if (step === null) return false
      const taken = await on
        .updateTable('authenticator')
        .set({ last_step: step, confirmed_at: row.confirmed_at ?? now() })
        .where('person_id', '=', personId)
        .where('secret', '=', row.secret)
        .where('last_step', '<', step)
        .returning('person_id')
        .executeTakeFirst()
      return taken !== undefined
    },

    /** Uses up a recovery code. False where it is none, or was used. */
    async takeRecoveryCode(on: Db, personId: string, code: string): Promise<boolean> {
      const taken = await on
        .updateTable('recovery_code')
        .set({ used_at: now() })
        .where('person_id', '=', personId)
        .where('hash', '=', hashToken(plain(code)))
        .where('used_at', 'is', null)
        .returning('person_id')
        .executeTakeFirst()
      return taken !== undefined
    },

    /** @throws not_found where there is none, last_second_factor */
    async removeApp(on: Db, personId: string): Promise<void> {
      const gone = await on
        .deleteFrom('authenticator')
        .where('person_id', '=', personId)
        .returning('confirmed_at')
        .executeTakeFirst()
      if (!gone?.confirmed_at) throw new Problem('not_found')
      await this.settle(on, personId)
    },

    /** After one was removed: recovery codes of nothing go too. @throws last_second_factor where a company requires one */
    async settle(on: Db, personId: string): Promise<void> {
      const { app, passkeys, requiredBy } = await readHeld(on, personId)
      if (app || passkeys > 0) return
      if (requiredBy.length > 0) throw new Problem('last_second_factor')
      await on.deleteFrom('recovery_code').where('person_id', '=', personId).execute()
    },

    /** Takes every second factor away. */
    async removeAll(on: Db, personId: string): Promise<void> {
      for (const table of ['authenticator', 'passkey', 'recovery_code'] as const)
        await on.deleteFrom(table).where('person_id', '=', personId).execute()
    },
  }
}

/** Whether the person `p` (an alias in the query) has a second factor of any kind. */
export const hasSecondFactor = sql<boolean>`(exists (select from passkey k where k.person_id = p.id)
  or exists (select from authenticator a where a.person_id = p.id and a.confirmed_at is not null))`

/** 79 random bits, in four groups: `k7wq-29fm-zcxh-p3ra`. */
function createCode(): string {
  const letters = [...randomBytes(64)]
    // As many as divide evenly, so that no letter comes more often.
    .filter((byte) => byte < 248)
    .map((byte) => LETTERS[byte % LETTERS.length])
  return [0, 4, 8, 12].map((start) => letters.slice(start, start + 4).join('')).join('-')
}

/** However it was typed. */
function plain(code: string): string {
  return code.toLowerCase().replace(/[^a-z0-9]/g, '')
}
