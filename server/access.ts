import { type RawBuilder, sql } from 'kysely'
import type { Profile } from '../core/profiles.ts'

/**
 * THE rule: who reaches a space, and what they see and may do in it. Every question is asked of these
 * fragments: a listing (one viewer, many items), one item, "who sees this?" (one item, many viewers), what a
 * folder holds for somebody (the rows of `folder_content` have the columns of an item that the rule reads).
 *
 * The rules themselves: README of the levels in docs/access.md.
 */

/** As whom a request acts, and from which address: null where no request is behind it. */
export type Actor = { personId: string; address: string | null } & (
  | { kind: 'professional'; professionalId: string; companyId: string; profile: Profile }
  | { kind: 'client'; clientId: string }
)

/** The id of the professional or client as whom one acts. */
export function hatOf(actor: Actor): string {
  return actor.kind === 'professional' ? actor.professionalId : actor.clientId
}

type Fragment = RawBuilder<unknown>

/** Whether the scope of the professional `p` holds what `cc` links with their company: a client, archived or not. */
export function scopeHolds(p: string, cc: string): Fragment {
  const [professional, link] = [sql.ref(p), sql.ref(cc)]
  return sql`(${professional}.profile = 'super_admin'
    or ${professional}.profile in ('branch_admin', 'manager') and exists (
      select from client_branch cb join professional_branch pb using (branch_id)
      where cb.client_id = ${link}.client_id and pb.professional_id = ${professional}.id))`
}

/**
 * Professionals in reach of a space: active stakeholders, and those whose scope holds the client or group. Who is
 * both has a row for each.
 */
const reach = sql`(
  select st.space_id, st.professional_id, false as in_scope
  from stakeholder st
  join space s on s.id = st.space_id
  join professional p on p.id = st.professional_id
  left join client_company cc on cc.client_id = s.client_id and cc.company_id = p.company_id
  left join client_group g on g.id = s.group_id
  where st.status = 'active' and cc.archived_at is null and g.deleted_at is null
  union all
  select s.id, p.id, true
  from professional p
  join client_company cc on cc.company_id = p.company_id and cc.archived_at is null
  join space s on s.client_id = cc.client_id
  where ${scopeHolds('p', 'cc')}
  union all
  select s.id, p.id, true
  from professional p
  join client_group g on g.company_id = p.company_id and g.deleted_at is null
  join space s on s.group_id = g.id
  where p.profile = 'super_admin'
    or p.profile in ('branch_admin', 'manager') and exists (
      select from group_branch gb join professional_branch pb using (branch_id)
      where gb.group_id = g.id and pb.professional_id = p.id)
)`

/**
 * Everybody involved, a row per space and person: space_id, professional_id or client_id, name, company_id,
 * every_branch, branch_ids, may_write, in_scope (an administrator or manager whose scope holds the space, and not
 * a stakeholder alone), administers. Members of a group, while its company follows them, are viewers of its space who may not write.
 */
export const viewers = sql`(
  select r.space_id, p.id as professional_id, null::uuid as client_id, p.name, p.company_id,
         p.profile = 'super_admin' as every_branch,
         array(select pb.branch_id from professional_branch pb where pb.professional_id = p.id) as branch_ids,
         p.profile <> 'read_only' as may_write, r.in_scope,
         p.profile in ('super_admin', 'branch_admin') as administers
  from (select space_id, professional_id, bool_or(in_scope) as in_scope from ${reach} each group by 1, 2) r
  join professional p on p.id = r.professional_id
  where p.archived_at is null
  union all
  select s.id, null, c.id, c.name, null, false, '{}'::uuid[], true, false, false
  from client c join space s on s.client_id = c.id
  union all
  select s.id, null, c.id, c.name, null, false, '{}'::uuid[], false, false, false
  from group_member gm
  join client c on c.id = gm.client_id
  join client_group g on g.id = gm.group_id and g.deleted_at is null
  join space s on s.group_id = g.id
  left join client_company cc on cc.client_id = gm.client_id and cc.company_id = g.company_id
  where cc.archived_at is null
)`

/**
 * The rows of `viewers` that are this actor: one for each space in reach, or for the one `space` (an id in SQL, of
 * an earlier row where it is joined laterally), without a look at all others.
 */
export function viewerOf(actor: Actor, space?: Fragment): Fragment {
  const who =
    actor.kind === 'professional'
      ? sql`one_viewer.professional_id = ${actor.professionalId}::uuid`
      : sql`one_viewer.client_id = ${actor.clientId}::uuid`
  // No caller may call a row of its own so: it would hide theirs, and `space` would be equal to itself.
  return sql`(select one_viewer.* from ${viewers} one_viewer
    where ${who} ${space ? sql`and one_viewer.space_id = ${space}` : sql``})`
}

/** Whether the level of `i` (an item, or a row of folder_content) reaches the viewer `v` of the same space. */
export function sees(i: string, v: string): Fragment {
  const [item, viewer] = [sql.ref(i), sql.ref(v)]
  return sql`(case when ${viewer}.professional_id is not null then
      coalesce(${item}.owner_professional_id = ${viewer}.professional_id, false)
      or ${item}.level = 'everybody'
      or ${item}.level in ('company', 'company_client') and ${item}.company_id = ${viewer}.company_id
      or ${item}.level = 'branch' and ${item}.company_id = ${viewer}.company_id
         and (${viewer}.every_branch or ${item}.branch_id = any(${viewer}.branch_ids))
      or ${item}.level = 'client' and (${item}.audience is null or ${viewer}.professional_id = any(${item}.audience))
    else
      ${reachesClient(i)} and (${item}.level <> 'client' or ${item}.owner_client_id = ${viewer}.client_id)
    end)`
}

/** Whether the client is among those whom the level of `i` reaches. */
export function reachesClient(i: string): Fragment {
  return sql`${sql.ref(i)}.level in ('me_client', 'company_client', 'everybody', 'client')`
}

/**
 * Whether a client can be among those who see the item `i`: no rule, but what indexes know of it, so that what is
 * hidden from clients costs them nothing. Holds for whatever is `visible` to one.
 */
export function isNearClient(i: string): Fragment {
  return sql`${sql.ref(i)}.reaches_client`
}

/**
 * Whether `v` sees the item `i` now: by its own level or, of a folder, by what lies inside it. `is true` keeps the
 * database from starting with all that the space holds, the offset from asking of what all folders hold.
 */
export function visible(i: string, v: string): Fragment {
  const [item, viewer] = [sql.ref(i), sql.ref(v)]
  return sql`(${item}.deletion_id is null and (${item}.space_id = ${viewer}.space_id) is true and (${sees(i, v)}
    or ${item}.kind = 'folder' and exists (
      select from folder_content inside
      where inside.folder_id = ${item}.id and inside.count > 0 and ${sees('inside', v)} offset 0)))`
}

/** Whether `v` may rename, move or change the level of `i`, which it sees. */
export function mayModify(i: string, v: string): Fragment {
  const [item, viewer] = [sql.ref(i), sql.ref(v)]
  return sql`(not ${item}.protected and ${viewer}.may_write and (${isOwner(i, v)}))`
}

/** Whether `v` may delete `i`, which it sees, with all that lies inside it, seen or not. */
export function mayDelete(i: string, v: string): Fragment {
  const item = sql.ref(i)
  return sql`(${mayModify(i, v)} and (${item}.kind = 'file' or not exists (
    select from folder_content inside
    where inside.folder_id = ${item}.id and inside.count > 0
      and (inside.protected or not ${isOwner('inside', v)}))))`
}

/**
 * Whether `v`, who sees the item `i`, may have the bytes of its blob `b`, or of what lies in a folder: nobody, where
 * malware was found or the bytes are damaged; its owner alone, as long as a scanner that there is hasn't looked. A copy is no way round.
 */
export function mayFetch(i: string, b: string, v: string): Fragment {
  const [item, blob] = [sql.ref(i), sql.ref(b)]
  return sql`(${blob}.damage is null and (${blob}.scan is null or ${isFree(b)}
    or ${blob}.scan <> 'infected' and not ${item}.protected and ${isOwn(i, v)}))`
}

/** Whether the bytes of `i` are those that `v` gave: its owner's, unless they came with a copy of another's. */
export function isOwn(i: string, v: string): Fragment {
  return sql`(not ${sql.ref(i)}.of_another and ${isOwner(i, v)})`
}

/** Whether nothing is held against the blob `b`. */
export function isFree(b: string): Fragment {
  return sql`(${sql.ref(b)}.scan in ('none', 'clean'))`
}

/** Whether `v` may add to the folder `i`, which it sees. Members never write in a group's space. */
export function mayAddInside(i: string, v: string): Fragment {
  return sql`(${sql.ref(i)}.kind = 'folder' and not ${sql.ref(i)}.protected and ${sql.ref(v)}.may_write)`
}

/** Whether `v`, who may not even see it, may become the owner of `i`: what a professional of the company made, in the branch. */
export function mayTakeOver(i: string, v: string): Fragment {
  const [item, viewer] = [sql.ref(i), sql.ref(v)]
  return sql`(${viewer}.administers and not ${item}.protected and ${item}.owner_professional_id is not null
    and ${item}.owner_professional_id <> ${viewer}.professional_id and ${item}.company_id = ${viewer}.company_id
    and (${viewer}.every_branch or ${viewer}.in_scope and coalesce(${item}.branch_id = any(${viewer}.branch_ids), false)))`
}

function isOwner(i: string, v: string): Fragment {
  const [item, viewer] = [sql.ref(i), sql.ref(v)]
  return sql`coalesce(${item}.owner_professional_id = ${viewer}.professional_id
    or ${item}.owner_client_id = ${viewer}.client_id, false)`
}
