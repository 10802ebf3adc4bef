import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import type { Database } from '../db/schema.ts'
import type { Language } from '../notify/letters.ts'

/** Lets a person sign in with a password; false where they can already. */
export async function addCredential(on: Kysely<Database>, personId: string, hash: string): Promise<boolean> {
  const made = await on
    .insertInto('credential')
    .values({ person_id: personId, provider_id: 'credential', account_id: personId, password: hash })
    .onConflict((conflict) => conflict.columns(['person_id', 'provider_id']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return made !== undefined
}

/**
 * Opens the account of an address that its owner has shown to be theirs. One who was invited elsewhere, and has no
 * password yet, keeps their name. @throws conflict where somebody has a password with this address
 */
export async function openAccount(
  trx: Kysely<Database>,
  {
    name,
    email,
    hash,
    language,
  }: { name: string; email: string; hash: string; language: Language | undefined },
  now: Date,
): Promise<{ id: string; name: string }> {
  const known = { email_verified: true, updated_at: now, ...(language && { language }) }
  const person = await trx
    .insertInto('person')
    .values({ name, email, ...known })
    .onConflict((conflict) => conflict.column('email').doUpdateSet(known))
    .returning(['id', 'name'])
    .executeTakeFirstOrThrow()
  if (!(await addCredential(trx, person.id, hash))) throw new Problem('conflict')
  return person
}

/** Whether the person `p` (an alias in the query) can sign in; one who was only invited can't. */
export const isActive = sql<boolean>`exists (select from credential k where k.person_id = p.id)`

/** The person to invite at an address, or null where the address is somebody's already. */
export async function claimAddress(
  on: Kysely<Database>,
  person: { name: string; email: string; language: Language },
): Promise<string | null> {
  const made = await on
    .insertInto('person')
    .values(person)
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst()
  return made?.id ?? null
}

/** Forgets somebody who was invited and never came; invitations go along. One with an account stays. */
export async function releaseAddress(on: Kysely<Database>, personId: string): Promise<void> {
  await sql`delete from person p where p.id = ${personId}::uuid and not ${isActive}
    and not exists (select from professional w where w.person_id = p.id)`.execute(on)
}

/** The person who is this professional, archived or not; none where the account was erased. */
export async function personBehind(on: Kysely<Database>, professionalId: string): Promise<string[]> {
  const { person_id } = await on
    .selectFrom('professional')
    .select('person_id')
    .where('id', '=', professionalId)
    .executeTakeFirstOrThrow()
  return person_id ? [person_id] : []
}
