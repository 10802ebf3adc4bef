import { type Kysely, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { can, PROFILES, type Profile } from '../../core/profiles.ts'
import type { Database } from '../db/schema.ts'
import { type Professional, requireAbility } from './reach.ts'

type Db = Kysely<Database>
type Branch = { id: string; name: string }

/** What somebody administers, as things stand now: all of the company, or their branches of it, archived ones aside. */
export type Scope = { actor: Professional; whole: boolean; branches: Branch[] }

/** @throws read_only, forbidden; not_found for one who was archived meanwhile */
export async function readScope(on: Db, actor: Professional): Promise<Scope> {
  const { rows } = await sql<{ profile: Profile; branches: Branch[] }>`
    select w.profile, (select coalesce(json_agg(json_build_object('id', b.id, 'name', b.name)
        order by b.name collate natural_order, b.id), '[]')
      from branch b where b.company_id = w.company_id and b.archived_at is null and (w.profile = 'super_admin' or exists (
        select from professional_branch pb where pb.branch_id = b.id and pb.professional_id = w.id))) as branches
    from professional w where w.id = ${actor.professionalId}::uuid and w.archived_at is null`.execute(on)
  if (!rows[0]) throw new Problem('not_found')
  const { profile, branches } = rows[0]
  const now = { ...actor, profile }
  requireAbility(now, 'administer')
  return { actor: now, whole: can(profile, 'administerCompany'), branches }
}

/** Work on the people and branches of a company, by one at a time. @throws read_only, forbidden, not_found */
export function administering<T>(db: Db, actor: Professional, work: (trx: Db, scope: Scope) => Promise<T>) {
  requireAbility(actor, 'administer')
  return db.transaction().execute(async (trx) => {
    await lockCompany(trx, actor.companyId)
    return work(trx, await readScope(trx, actor))
  })
}

/** Others still add what refers to the company: whoever adds a file holds its space, which we may want next. */
export async function lockCompany(trx: Db, companyId: string): Promise<void> {
  await trx.selectFrom('company').select('id').where('id', '=', companyId).forNoKeyUpdate().execute()
}

/** The profiles that may be given. */
export function profilesOf({ whole }: Scope): Profile[] {
  return PROFILES.filter((profile) => whole || profile !== 'super_admin')
}

/** Whether somebody with this profile and these branches is wholly in the scope: they may be changed. */
export function holds(scope: Scope, { profile, branches }: { profile: Profile; branches: { id: string }[] }) {
  if (scope.whole) return true
  const own = new Set(scope.branches.map(({ id }) => id))
  return profile !== 'super_admin' && branches.length > 0 && branches.every(({ id }) => own.has(id))
}

/** @throws forbidden for the profile, not_found for a branch out of scope, branch_needed */
export function requireGrantable(scope: Scope, profile: Profile, branchIds: readonly string[]): void {
  if (!profilesOf(scope).includes(profile)) throw new Problem('forbidden')
  if (branchIds.some((id) => !scope.branches.some((branch) => branch.id === id)))
    throw new Problem('not_found')
  // A super admin is in every branch.
  if (branchIds.length === 0 && profile !== 'super_admin') throw new Problem('branch_needed')
}
