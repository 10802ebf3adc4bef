import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { GroupRecord } from '../../core/api/people.ts'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import { viewerOf, viewers } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { copyFiles } from '../files/copies.ts'
import { holdsWords } from '../search.ts'
import { legalPersonName } from './names.ts'
import { branchesOf, chooseBranch, type Professional, requireAbility } from './reach.ts'

type Db = Kysely<Database>
type Row = Omit<GroupRecord, 'since' | 'can'> & { since: Date; inScope: boolean }
type Of = { groupId: string }
type Changes = { name?: string | undefined; branchIds?: readonly string[] | undefined }
type Leaving = { copies?: readonly string[] | undefined }

/** Clients listed at once as candidates. */
const PAGE = 100

/** Groups and their members. Whoever works with a group doesn't thereby reach its members' records. */
export function createGroups({ db, now }: { db: Db; now: () => Date }) {
  /** A group in reach, with the names of its members; their records need not be. @throws not_found */
  async function readGroup(actor: Professional, { groupId }: { groupId: string }, on = db) {
    const { rows } = await sql<Row>`
      select g.id, s.id as "spaceId", g.name, g.created_at as since, ${branchesOf(actor.companyId)} as branches,
        (select coalesce(json_agg(json_build_object('id', m.client_id, 'name', m.name, 'reached', w.space_id is not null)
            order by m.name collate natural_order, m.client_id), '[]')
          from ${viewers} m
          join space cs on cs.client_id = m.client_id
          left join ${viewerOf(actor)} w on w.space_id = cs.id
          where m.space_id = s.id and m.client_id is not null) as members,
        ${isInScope(actor)} as "inScope"
      from ${viewerOf(actor)} v
      join space s on s.id = v.space_id
      join client_group g on g.id = s.group_id
      where g.id = ${groupId}::uuid`.execute(on)
    if (!rows[0]) throw new Problem('not_found')
    const { inScope, since, ...group } = rows[0]
    return {
      ...group,
      since: since.toISOString(),
      can: {
        manageStakeholders: inScope && can(actor.profile, 'manageStakeholders'),
        manage: inScope && can(actor.profile, 'createGroups'),
      },
    }
  }

  /** @throws not_found, read_only, forbidden */
  async function requireManaged(actor: Professional, groupId: string, on = db): Promise<void> {
    const group = await readGroup(actor, { groupId }, on)
    requireAbility(actor, 'createGroups')
    if (!group.can.manage) throw new Problem('forbidden')
  }

  /** Changes a group that the actor manages, nobody else meanwhile. */
  async function managing<T>(actor: Professional, groupId: string, work: (trx: Db) => Promise<T>) {
    return db.transaction().execute(async (trx) => {
      await requireManaged(actor, groupId, trx)
      await trx.selectFrom('client_group').select('id').where('id', '=', groupId).forUpdate().execute()
      // As things stand now that nobody else changes them.
      await requireManaged(actor, groupId, trx)
      return work(trx)
    })
  }

  return {
    readGroup: (actor: Professional, input: { groupId: string }) => readGroup(actor, input),

    /** The creator becomes a stakeholder. @throws read_only; forbidden, also without a branch; not_found for the branch */
    async createGroup(
      actor: Professional,
      input: { name: string; branchId?: string | undefined },
    ): Promise<GroupRecord> {
      requireAbility(actor, 'createGroups')
      const name = legalPersonName(input.name)
      return db.transaction().execute(async (trx) => {
        const branchId = await chooseBranch(trx, actor, input.branchId)
        if (!branchId) throw new Problem('forbidden')
        const { companyId, professionalId } = actor
        const { rows } = await sql<{ id: string }>`
          with made as (insert into client_group (company_id, name) values (${companyId}, ${name}) returning id),
            branched as (insert into group_branch (group_id, company_id, branch_id)
              select id, ${companyId}::uuid, ${branchId}::uuid from made),
            spaced as (insert into space (group_id) select id from made returning id),
            involved as (insert into stakeholder (space_id, professional_id, added_by, since)
              select id, ${professionalId}::uuid, ${professionalId}::uuid, ${now()}::timestamptz from spaced)
          select id from made`.execute(trx)
        const groupId = rows[0]?.id ?? ''
        await record(trx, actor, 'group_created', { groupId })
        return readGroup(actor, { groupId }, trx)
      })
    },

    /** @throws not_found, also for a branch that isn't the actor's; read_only, forbidden, branch_needed */
    changeGroup(actor: Professional, { groupId, ...input }: Of & Changes): Promise<GroupRecord> {
      const name = input.name === undefined ? undefined : legalPersonName(input.name)
      return managing(actor, groupId, async (trx) => {
        const before = await readGroup(actor, { groupId }, trx)
        const details = {
          ...(name !== undefined && { from: before.name, to: name }),
          ...(input.branchIds && { branches: [...input.branchIds] }),
        }
        await record(trx, actor, 'group_changed', { groupId, details })
        if (name !== undefined)
          await trx.updateTable('client_group').set({ name }).where('id', '=', groupId).execute()
        if (input.branchIds) await setBranches(trx, actor, groupId, input.branchIds)
        return readGroup(actor, { groupId }, trx)
      })
    },

    /**
     * Nobody reaches it from now on; its rows and files stay. `copies` of its files go into the members' records first.
     * @throws not_found, also for a file; read_only, forbidden
     */
    deleteGroup(actor: Professional, { groupId, copies }: Of & Leaving): Promise<{ copiedTo: number }> {
      return managing(actor, groupId, async (trx) => {
        const copiedTo = await copyTo(trx, actor, await readGroup(actor, { groupId }, trx), copies)
        await record(trx, actor, 'group_deleted', { groupId })
        await trx.updateTable('client_group').set({ deleted_at: now() }).where('id', '=', groupId).execute()
        return { copiedTo }
      })
    },

    /** Clients whom the actor's company follows, in reach, and not in the group. @throws not_found, read_only, forbidden */
    async listCandidates(actor: Professional, input: { groupId: string; search?: string | undefined }) {
      await requireManaged(actor, input.groupId)
      const isNoMember = sql`not exists (
        select from group_member m where m.client_id = c.id and m.group_id = ${input.groupId}::uuid)`
      const { rows } = await sql<{ id: string; name: string; branches: string[] }>`
        select c.id, c.name, array(select b.name from client_branch cb join branch b on b.id = cb.branch_id
            where cb.client_id = c.id and cb.company_id = ${actor.companyId}::uuid
            order by b.name collate natural_order, b.id) as branches
        from ${candidates(actor)} c
        where ${sql.join([isNoMember, ...holdsWords('c.name', input.search)], sql` and `)}
        order by c.name collate natural_order, c.id limit ${PAGE + 1}`.execute(db)
      return { clients: rows.slice(0, PAGE), more: rows.length > PAGE }
    },

    /** All of them or none; who is a member already stays one. @throws not_found, read_only, forbidden */
    addMembers(
      actor: Professional,
      { groupId, clientIds }: { groupId: string; clientIds: string[] },
    ): Promise<GroupRecord> {
      return managing(actor, groupId, async (trx) => {
        const wanted = [...new Set(clientIds)]
        const { rows } = await sql<{ id: string }>`
          select c.id from ${candidates(actor)} c where c.id = any(${wanted}::uuid[])`.execute(trx)
        if (rows.length < wanted.length) throw new Problem('not_found')
        const added = await trx
          .insertInto('group_member')
          .values(rows.map(({ id }) => ({ group_id: groupId, client_id: id, since: now() })))
          .onConflict((conflict) => conflict.doNothing())
          .returning('client_id')
          .execute()
        await record(trx, actor, 'member_added', {
          groupId,
          clients: added.map(({ client_id }) => client_id),
        })
        return readGroup(actor, { groupId }, trx)
      })
    },

    /** `copies` of the group's files go into their record first. @throws not_found, read_only, forbidden */
    removeMember(
      actor: Professional,
      { groupId, clientId, copies }: Of & Leaving & { clientId: string },
    ): Promise<GroupRecord> {
      return managing(actor, groupId, async (trx) => {
        const { spaceId, members } = await readGroup(actor, { groupId }, trx)
        const leaving = members.filter(({ id }) => id === clientId)
        if (leaving.length === 0) throw new Problem('not_found')
        await copyTo(trx, actor, { spaceId, members: leaving }, copies)
        await record(trx, actor, 'member_removed', { groupId, clientId })
        await trx
          .deleteFrom('group_member')
          .where('group_id', '=', groupId)
          .where('client_id', '=', clientId)
          .execute()
        return readGroup(actor, { groupId }, trx)
      })
    },
  }

  async function copyTo(
    trx: Db,
    actor: Professional,
    { spaceId, members }: { spaceId: string; members: readonly { id: string }[] },
    copies: readonly string[] = [],
  ): Promise<number> {
    if (copies.length === 0) return 0
    return copyFiles(trx, actor, { spaceId, ids: copies, clientIds: members.map(({ id }) => id) }, now())
  }
}

/** Branches that the actor isn't in stay as they are. @throws not_found, branch_needed where none would be left */
async function setBranches(
  trx: Db,
  actor: Professional,
  groupId: string,
  branchIds: readonly string[],
): Promise<void> {
  for (const id of branchIds) await chooseBranch(trx, actor, id)
  await sql`delete from group_branch gb where gb.group_id = ${groupId}::uuid
    and gb.branch_id <> all(${sql.val(branchIds)}::uuid[])
    and (${actor.profile === 'super_admin'} or exists (select from professional_branch pb
      where pb.branch_id = gb.branch_id and pb.professional_id = ${actor.professionalId}::uuid))`.execute(trx)
  await sql`insert into group_branch (group_id, company_id, branch_id)
    select ${groupId}::uuid, ${actor.companyId}::uuid, b from unnest(${sql.val(branchIds)}::uuid[]) b
    on conflict do nothing`.execute(trx)
  const { rows } = await sql`select from group_branch where group_id = ${groupId}::uuid`.execute(trx)
  if (rows.length === 0) throw new Problem('branch_needed')
}

/** Whether the group `g` is in a branch of the actor's; a super admin is in every branch. */
function isInScope({ professionalId, profile }: Professional): RawBuilder<boolean> {
  return sql`(${profile === 'super_admin'} or exists (
    select from group_branch gb join professional_branch pb using (branch_id)
    where gb.group_id = g.id and pb.professional_id = ${professionalId}::uuid))`
}

/** Clients in reach whom the actor's own company follows: an external brings nobody else's client into a group. */
function candidates(actor: Professional): RawBuilder<unknown> {
  return sql`(select c.id, c.name from ${viewerOf(actor)} v
    join space s on s.id = v.space_id
    join client c on c.id = s.client_id
    join client_company o on o.client_id = c.id and o.company_id = ${actor.companyId}::uuid
      and o.archived_at is null)`
}
