import { type Kysely, sql } from 'kysely'
import type { Database } from '../../db/schema.ts'
import { releaseAddress } from '../persons.ts'

type Trx = Kysely<Database>

/** One of two records of a client. */
export type Merging = { clientId: string; spaceId: string }

/** Nobody else changes or adds to the two records from now on. Spaces first, as whoever adds to one does. */
export async function lockBoth(trx: Trx, one: Merging, other: Merging): Promise<void> {
  const clients = [one.clientId, other.clientId]
  const spaces = [one.spaceId, other.spaceId]
  await sql`select from space where id = any(${spaces}::uuid[]) order by id for update`.execute(trx)
  await sql`select from client where id = any(${clients}::uuid[]) order by id for update`.execute(trx)
}

/**
 * Makes one record of two, for good: `goes` is no more afterwards. Levels, owners and dates stay as they were. Both are
 * locked, and `goes` has no account.
 */
export async function unite(trx: Trx, stays: Merging, goes: Merging): Promise<void> {
  await moveContent(trx, stays, goes)
  await unitePeople(trx, stays, goes)
  await moveAddress(trx, stays, goes)
  await sql`update merged_client set into_client_id = ${stays.clientId}::uuid
    where into_client_id = ${goes.clientId}::uuid`.execute(trx)
  await sql`insert into merged_client (id, space_id, name, into_client_id)
    select id, ${goes.spaceId}::uuid, name, ${stays.clientId}::uuid from client
    where id = ${goes.clientId}::uuid`.execute(trx)
  await trx.deleteFrom('space').where('id', '=', goes.spaceId).execute()
  await trx.deleteFrom('client').where('id', '=', goes.clientId).execute()
}

/** Who follows the client, in which branches and groups, and who is involved: as on the two records together. */
export async function unitePeople(trx: Trx, stays: Merging, goes: Merging): Promise<void> {
  for (const [one, other] of [
    [stays, goes],
    [goes, stays],
  ] as const)
    await endResting(trx, one, other)

  const [to, from] = [stays.clientId, goes.clientId]
  await sql`
    insert into client_company as mine (client_id, company_id, archived_at, created_at)
    select ${to}::uuid, company_id, archived_at, created_at from client_company where client_id = ${from}::uuid
    on conflict (client_id, company_id) do update set created_at = least(mine.created_at, excluded.created_at),
      archived_at = greatest(mine.archived_at, excluded.archived_at)`.execute(trx)
  await sql`
    insert into client_branch (client_id, company_id, branch_id)
    select ${to}::uuid, company_id, branch_id from client_branch where client_id = ${from}::uuid
    on conflict do nothing`.execute(trx)
  await sql`
    insert into group_member as mine (group_id, client_id, since)
    select group_id, ${to}::uuid, since from group_member where client_id = ${from}::uuid
    on conflict (group_id, client_id) do update set since = least(mine.since, excluded.since)`.execute(trx)
  await sql`
    insert into stakeholder as mine (space_id, professional_id, status, since, added_by, ended_at)
    select ${stays.spaceId}::uuid, professional_id, status, since, added_by, ended_at
    from stakeholder where space_id = ${goes.spaceId}::uuid
    on conflict (space_id, professional_id) do update set status = excluded.status, ended_at = null,
      added_by = case when mine.status = 'active' and mine.since <= excluded.since
        then mine.added_by else excluded.added_by end,
      since = case when mine.status = 'active' then least(mine.since, excluded.since) else excluded.since end
      where excluded.status = 'active'`.execute(trx)
  await sql`
    update stakeholder_invitation i set space_id = ${stays.spaceId}::uuid
    where i.space_id = ${goes.spaceId}::uuid and not exists (select from stakeholder_invitation mine
      where mine.space_id = ${stays.spaceId}::uuid and mine.company_id = i.company_id
        and mine.email = i.email)`.execute(trx)
  // What is left here is on the other by now, or rests there.
  await trx.deleteFrom('stakeholder').where('space_id', '=', goes.spaceId).execute()
  await trx.deleteFrom('group_member').where('client_id', '=', from).execute()
  await trx.deleteFrom('client_company').where('client_id', '=', from).execute()
}

/**
 * Where a company archived this record and follows the other, what rested with the archived link must not come alive
 * by the other's: it ends.
 */
async function endResting(trx: Trx, { clientId, spaceId }: Merging, other: Merging): Promise<void> {
  const resting = sql`(
    delete from client_company cc where cc.client_id = ${clientId}::uuid and cc.archived_at is not null
      and exists (select from client_company o where o.client_id = ${other.clientId}::uuid
        and o.company_id = cc.company_id and o.archived_at is null)
    returning cc.company_id, cc.archived_at)`
  await sql`
    with resting as ${resting}, left_groups as (
      delete from group_member m using client_group g, resting r
      where m.client_id = ${clientId}::uuid and g.id = m.group_id and g.company_id = r.company_id
    )
    update stakeholder st set status = 'archived', ended_at = r.archived_at
    from professional p, resting r
    where st.space_id = ${spaceId}::uuid and st.status = 'active' and p.id = st.professional_id
      and p.company_id = r.company_id`.execute(trx)
}

/** In one statement for all items, since each refers to its folder by the space as well. */
async function moveContent(trx: Trx, stays: Merging, goes: Merging): Promise<void> {
  const mine = sql`case when owner_client_id = ${goes.clientId}::uuid then ${stays.clientId}::uuid
    else owner_client_id end`
  const client = sql`case when client_id = ${goes.clientId}::uuid then ${stays.clientId}::uuid else client_id end`
  const space = sql`space_id = ${stays.spaceId}::uuid`
  const there = sql`space_id = ${goes.spaceId}::uuid`
  await sql`update deletion set ${space}, client_id = ${client} where ${there}`.execute(trx)
  await sql`update item set ${space}, owner_client_id = ${mine} where ${there}`.execute(trx)
  await sql`update upload set ${space}, client_id = ${client} where ${there}`.execute(trx)
  await sql`update notification set ${space} where ${there}`.execute(trx)
  await sql`update notification set client_id = ${stays.clientId}::uuid
    where client_id = ${goes.clientId}::uuid`.execute(trx)
}

/** An address whose invitation is still open comes along where the other record has none; else it is forgotten. */
async function moveAddress(trx: Trx, stays: Merging, goes: Merging): Promise<void> {
  const { rows } = await sql<{ person_id: string | null; email: string | null }>`
    update client set person_id = null from client before
    where client.id = ${goes.clientId}::uuid and before.id = client.id
    returning before.person_id, before.email`.execute(trx)
  await sql`update client c set addressed_at = goes.addressed_at, addressed_by = goes.addressed_by
    from client goes where goes.id = ${goes.clientId}::uuid and c.id = ${stays.clientId}::uuid
      and c.addressed_at is null`.execute(trx)
  const { person_id = null, email = null } = rows[0] ?? {}
  const { numUpdatedRows } = await trx
    .updateTable('client')
    .set({ person_id, email })
    .where('id', '=', stays.clientId)
    .where('email', 'is', null)
    .where('person_id', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows > 0n)
    await sql`update client_request set client_id = ${stays.clientId}::uuid
      where client_id = ${goes.clientId}::uuid`.execute(trx)
  else if (person_id) await releaseAddress(trx, person_id)
}
