import { type Kysely, type RawBuilder, sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { type Ability, can } from '../../core/profiles.ts'
import { type Actor, viewerOf } from '../access.ts'
import type { Database } from '../db/schema.ts'

export type Professional = Extract<Actor, { kind: 'professional' }>

/** A space that a professional reaches. */
export type Reached = {
  id: string
  clientId: string | null
  groupId: string | null
  /** Not read only. */
  mayWrite: boolean
  /** The client is followed by the professional's own company, or the group is its: not reached as an external. */
  own: boolean
  /** The scope of an administrator or manager holds it. */
  inScope: boolean
}

/** What `own` means, for `s` (a space) and a professional of the company. */
export function isOwn(companyId: string): RawBuilder<boolean> {
  return sql`(exists (select from client_company o where o.client_id = s.client_id
      and o.company_id = ${companyId}::uuid and o.archived_at is null)
    or exists (select from client_group o where o.id = s.group_id and o.company_id = ${companyId}::uuid))`
}

/** Whether the stakeholder `v` is one by the invitation of another company than theirs, of which `adder` is. */
export const isBrought = sql`coalesce(adder.company_id <> v.company_id, false)`

/** The space of a client, of a group, or by its own id. @throws not_found alike where it is unknown or out of reach */
export async function reachSpace(
  db: Kysely<Database>,
  actor: Professional,
  of: { spaceId: string } | { clientId: string } | { groupId: string },
): Promise<Reached> {
  const which =
    'spaceId' in of
      ? sql`s.id = ${of.spaceId}::uuid`
      : 'clientId' in of
        ? sql`s.client_id = ${of.clientId}::uuid`
        : sql`s.group_id = ${of.groupId}::uuid`
  const { rows } = await sql<Reached>`
    select s.id, s.client_id as "clientId", s.group_id as "groupId", v.may_write as "mayWrite",
      v.in_scope as "inScope", ${isOwn(actor.companyId)} as own
    from ${viewerOf(actor)} v join space s on s.id = v.space_id where ${which}`.execute(db)
  if (!rows[0]) throw new Problem('not_found')
  return rows[0]
}

/** @throws read_only, forbidden */
export function requireAbility({ profile }: Professional, ability: Ability): void {
  if (!can(profile, ability)) throw new Problem(profile === 'read_only' ? 'read_only' : 'forbidden')
}

export function managesStakeholders(actor: Professional, space: Reached): boolean {
  return space.inScope && can(actor.profile, 'manageStakeholders')
}

/** @throws read_only, forbidden */
export function requireManaging(actor: Professional, space: Reached): void {
  requireAbility(actor, 'manageStakeholders')
  if (!managesStakeholders(actor, space)) throw new Problem('forbidden')
}

/**
 * One of the actor's branches; a super admin is in every branch. Null where the actor is in none. It isn't archived, nor
 * will be as long as the transaction lasts.
 */
export async function chooseBranch(
  trx: Kysely<Database>,
  actor: Professional,
  wanted?: string,
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select b.id from branch b
    left join professional_branch pb on pb.branch_id = b.id and pb.professional_id = ${actor.professionalId}::uuid
    where b.company_id = ${actor.companyId}::uuid and b.archived_at is null
      and (pb.branch_id is not null or ${actor.profile === 'super_admin'})
    order by pb.branch_id is null, b.name collate natural_order, b.id for key share of b`.execute(trx)
  const branch = wanted ? rows.find(({ id }) => id === wanted) : rows[0]
  if (wanted && !branch) throw new Problem('not_found')
  return branch?.id ?? null
}

/** The space's branches of one company, as JSON: `[{id, name}]`. */
export function branchesOf(companyId: string): RawBuilder<unknown> {
  return sql`(select coalesce(json_agg(json_build_object('id', b.id, 'name', b.name)
      order by b.name collate natural_order, b.id), '[]')
    from branch b
    where b.company_id = ${companyId}::uuid and (
      exists (select from client_branch x where x.branch_id = b.id and x.client_id = s.client_id)
      or exists (select from group_branch x where x.branch_id = b.id and x.group_id = s.group_id)))`
}

/** Since when the space is followed: by the company, or by the professional who came from another. */
export function sinceOf(actor: Professional): RawBuilder<Date> {
  return sql`coalesce(
    (select o.created_at from client_company o where o.client_id = s.client_id
      and o.company_id = ${actor.companyId}::uuid and o.archived_at is null),
    (select g.created_at from client_group g where g.id = s.group_id),
    (select st.since from stakeholder st where st.space_id = s.id
      and st.professional_id = ${actor.professionalId}::uuid),
    s.created_at)`
}
