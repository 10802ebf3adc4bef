import type { Kysely } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { recordOfPerson } from '../sessions.ts'
import type { Factors } from './factors.ts'
import type { Notices } from './notices.ts'

/**
 * For somebody who lost their second factors and recovery codes: the operator's to do, who alone answers to every
 * company that somebody belongs to (docs/decisions/0015).
 */
export function createFactorReset(needs: { db: Kysely<Database>; factors: Factors; notices: Notices }) {
  const { db, factors, notices } = needs
  /** Takes them all away and signs them out everywhere; they are told. False where nobody has this address. */
  return async function resetSecondFactors(address: string): Promise<boolean> {
    const email = address.trim().toLowerCase()
    return db.transaction().execute(async (trx) => {
      const person = await trx.selectFrom('person').select('id').where('email', '=', email).executeTakeFirst()
      if (!person) return false
      await factors.removeAll(trx, person.id)
      await trx.deleteFrom('session').where('person_id', '=', person.id).execute()
      await notices.send(trx, person.id, 'factors_reset')
      await recordOfPerson(trx, { personId: person.id, address: null }, 'second_factors_reset')
      return true
    })
  }
}
