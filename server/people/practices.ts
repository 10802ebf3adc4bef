import type { Kysely } from 'kysely'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import type { Professional } from './reach.ts'

/** A company of one, with a branch of its name; the person is its super admin. Names are legal. */
export async function openPractice(
  trx: Kysely<Database>,
  person: { id: string; name: string },
  practice: string,
  address: string | null,
): Promise<Professional> {
  const { id: companyId } = await trx
    .insertInto('company')
    .values({ name: practice })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id: branchId } = await trx
    .insertInto('branch')
    .values({ company_id: companyId, name: practice })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id: professionalId } = await trx
    .insertInto('professional')
    .values({ company_id: companyId, person_id: person.id, name: person.name, profile: 'super_admin' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('professional_branch')
    .values({ professional_id: professionalId, company_id: companyId, branch_id: branchId })
    .execute()
  const actor: Professional = {
    kind: 'professional',
    personId: person.id,
    address,
    professionalId,
    companyId,
    profile: 'super_admin',
  }
  await record(trx, actor, 'company_set_up', { professionalId })
  return actor
}
