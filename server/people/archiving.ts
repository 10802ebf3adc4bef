import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Colleague } from '../../core/api/administration.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import type { Professional } from './reach.ts'

type Db = Kysely<Database>

type Needs = { jobs: Jobs; now: () => Date }

/**
 * Ends a professional's access and every involvement, at once: who comes back one day starts afresh. What they added
 * stays, and stays theirs; what they were still uploading is given up.
 */
export async function archive(
  trx: Db,
  actor: Professional,
  { id, email }: Pick<Colleague, 'id' | 'email'>,
  needs: Needs,
): Promise<void> {
  await record(trx, actor, 'professional_archived', { professionalId: id })
  await endWork(trx, id, needs)
  // Nor does a link from before bring them back.
  await trx
    .deleteFrom('professional_invitation')
    .where('company_id', '=', actor.companyId)
    .where('email', '=', email)
    .execute()
}

/** The same, for whoever writes it down otherwise. */
export async function endWork(trx: Db, id: string, { jobs, now }: Needs): Promise<void> {
  await trx.updateTable('professional').set({ archived_at: now() }).where('id', '=', id).execute()
  await trx
    .updateTable('stakeholder')
    .set({ status: 'archived', ended_at: now() })
    .where('professional_id', '=', id)
    .where('status', 'in', ['active', 'invited'])
    .execute()
  await endInvitationsBy(trx, id)
  await trx
    .updateTable('upload')
    .set({ expires_at: now() })
    .where('professional_id', '=', id)
    .where('item_id', 'is', null)
    .execute()
  await jobs.add(trx, 'expire-uploads', {})
}

/** Ends an involvement in a space (its id), and what waits there for an answer of the same person: it would undo that. */
export async function endInvolvement(
  trx: Db,
  { space, professionalId }: { space: RawBuilder<unknown>; professionalId: string },
  now: Date,
): Promise<void> {
  await sql`update stakeholder set status = 'archived', ended_at = ${now}::timestamptz
    where space_id = ${space} and professional_id = ${professionalId}::uuid`.execute(trx)
  await sql`delete from stakeholder_invitation i using professional w join person p on p.id = w.person_id
    where w.id = ${professionalId}::uuid and i.email = p.email and i.space_id = ${space}`.execute(trx)
}

/** What somebody could no longer give, nobody accepts from them. */
export async function endInvitationsBy(trx: Db, professionalId: string): Promise<void> {
  await trx.deleteFrom('professional_invitation').where('invited_by', '=', professionalId).execute()
  await trx.deleteFrom('stakeholder_invitation').where('invited_by', '=', professionalId).execute()
}
