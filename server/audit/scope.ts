import { type RawBuilder, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import type { Actor } from '../access.ts'

type Professional = Extract<Actor, { kind: 'professional' }>
type Ids = RawBuilder<unknown>

/** Who reads the log: of the whole company, or of their branches of it. */
export type Reader = Professional & { whole: boolean }

/** @throws read_only, forbidden */
export function readerOf(actor: Professional): Reader {
  const { profile } = actor
  if (!can(profile, 'administer')) throw new Problem(profile === 'read_only' ? 'read_only' : 'forbidden')
  return { ...actor, whole: can(profile, 'administerCompany') }
}

/** Whom the reader administers, archived or not, and the records that were merged into theirs. */
export function clientIds({ whole, companyId, professionalId }: Reader): Ids {
  const own = whole
    ? sql`(select o.client_id from client_company o where o.company_id = ${companyId}::uuid)`
    : sql`(select b.client_id from client_branch b join professional_branch mine using (branch_id)
        where mine.professional_id = ${professionalId}::uuid)`
  return sql`(select client_id from ${own} own
    union all select m.id from merged_client m where m.into_client_id in ${own})`
}

/** Deleted ones too. */
export function groupIds({ whole, companyId, professionalId }: Reader): Ids {
  return whole
    ? sql`(select g.id from client_group g where g.company_id = ${companyId}::uuid)`
    : sql`(select b.group_id from group_branch b join professional_branch mine using (branch_id)
        where mine.professional_id = ${professionalId}::uuid)`
}

export function professionalIds({ whole, companyId, professionalId }: Reader): Ids {
  return whole
    ? sql`(select w.id from professional w where w.company_id = ${companyId}::uuid)`
    : sql`(select b.professional_id from professional_branch b join professional_branch mine using (branch_id)
        where mine.professional_id = ${professionalId}::uuid)`
}
