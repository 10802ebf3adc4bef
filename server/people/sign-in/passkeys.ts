import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import type { Kysely } from 'kysely'
import type { PasskeyAnswer } from '../../../core/api/security.ts'
import { Problem } from '../../../core/errors.ts'
import type { Database } from '../../db/schema.ts'
import type { OneTime } from './one-time.ts'

type Db = Kysely<Database>

/** More than anybody has devices. */
const MAX = 20

/** EdDSA, ES256 and RS256: every authenticator has one of them. */
const ALGORITHMS = [-8, -7, -257]

export type Passkeys = ReturnType<typeof createPasskeys>

/**
 * Passkeys (WebAuthn). Each must verify its user, by a finger, a face or a PIN: having it and being able to use it are
 * two factors.
 */
export function createPasskeys(needs: { db: Db; oneTime: OneTime; publicUrl: string; now: () => Date }) {
  const { db, oneTime, publicUrl, now } = needs
  const rpID = new URL(publicUrl).hostname
  const expected = { expectedOrigin: publicUrl, expectedRPID: rpID, requireUserVerification: true }

  /** What was signed: something that we asked them to sign, for the first time. @throws passkey_refused */
  async function takeChallenge(answer: PasskeyAnswer, personId: string | null): Promise<string> {
    const challenge = challengeIn(answer)
    const taken = await oneTime.take(db, 'passkey', challenge)
    if (taken?.personId !== personId) throw new Problem('passkey_refused')
    return challenge
  }

  async function challenge(personId: string | null) {
    return new Uint8Array(Buffer.from(await oneTime.issue(db, 'passkey', personId), 'base64url'))
  }

  return {
    /** What a browser needs to ask for any passkey of ours. */
    askForAny: async () =>
      generateAuthenticationOptions({ rpID, challenge: await challenge(null), userVerification: 'required' }),

    /** Whose passkey has signed. @throws passkey_refused */
    async verify(answer: PasskeyAnswer): Promise<{ personId: string }> {
      const row = await db
        .selectFrom('passkey')
        .selectAll()
        .where('credential_id', '=', answer.id)
        .executeTakeFirst()
      if (!row) throw new Problem('passkey_refused')
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        ...expected,
        response: answer as never,
        expectedChallenge: await takeChallenge(answer, null),
        credential: {
          id: row.credential_id,
          publicKey: new Uint8Array(row.public_key),
          counter: row.counter,
        },
      }).catch(refuse)
      if (!verified) throw new Problem('passkey_refused')
      await db
        .updateTable('passkey')
        .set({ counter: authenticationInfo.newCounter, used_at: now() })
        .where('id', '=', row.id)
        .execute()
      return { personId: row.person_id }
    },

    /** What a browser needs to make a passkey for somebody. */
    async askToMake(person: { id: string; name: string; email: string }) {
      const own = await db
        .selectFrom('passkey')
        .select(['credential_id as id', 'transports'])
        .where('person_id', '=', person.id)
        .execute()
      if (own.length >= MAX) throw new Problem('conflict')
      return generateRegistrationOptions({
        rpName: 'Carnet',
        rpID,
        userID: new Uint8Array(Buffer.from(person.id.replaceAll('-', ''), 'hex')),
        userName: person.email,
        userDisplayName: person.name,
        challenge: await challenge(person.id),
        excludeCredentials: own,
        supportedAlgorithmIDs: ALGORITHMS,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
    },

    /** Keeps the passkey that a browser has made. @throws passkey_refused */
    async add(on: Db, personId: string, name: string, answer: PasskeyAnswer): Promise<void> {
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        ...expected,
        response: answer as never,
        expectedChallenge: await takeChallenge(answer, personId),
        supportedAlgorithmIDs: ALGORITHMS,
      }).catch(refuse)
      if (!verified) throw new Problem('passkey_refused')
      const { id, publicKey, counter, transports = [] } = registrationInfo.credential
      const added = await on
        .insertInto('passkey')
        .values({
          person_id: personId,
          name,
          credential_id: id,
          public_key: Buffer.from(publicKey),
          counter,
          transports,
          created_at: now(),
        })
        .onConflict((conflict) => conflict.column('credential_id').doNothing())
        .returning('id')
        .executeTakeFirst()
      if (!added) throw new Problem('passkey_refused')
    },

    list: (personId: string) =>
      db
        .selectFrom('passkey')
        .select(['id', 'name', 'created_at', 'used_at'])
        .where('person_id', '=', personId)
        .orderBy('created_at')
        .orderBy('id')
        .execute(),

    /** @throws not_found */
    async rename(personId: string, passkeyId: string, name: string): Promise<void> {
      const { numUpdatedRows } = await db
        .updateTable('passkey')
        .set({ name })
        .where('id', '=', passkeyId)
        .where('person_id', '=', personId)
        .executeTakeFirst()
      if (!numUpdatedRows) throw new Problem('not_found')
    },

    /** Resolves with its name. @throws not_found */
    async remove(on: Db, personId: string, passkeyId: string): Promise<string> {
      const gone = await on
        .deleteFrom('passkey')
        .where('id', '=', passkeyId)
        .where('person_id', '=', personId)
        .returning('name')
        .executeTakeFirst()
      if (!gone) throw new Problem('not_found')
      return gone.name
    },
  }
}

/** As the browser has it signed: in JSON, beside where it was asked. @throws passkey_refused */
function challengeIn({ response }: PasskeyAnswer): string {
  try {
    return String(JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString()).challenge)
  } catch {
    throw new Problem('passkey_refused')
  }
}

/** The library says in prose what is wrong with an answer, which is nobody's to read. */
function refuse(): never {
  throw new Problem('passkey_refused')
}
