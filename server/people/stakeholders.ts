import { type Kysely, sql } from 'kysely'
import type { Stakeholder, Stakeholders } from '../../core/api/involvement.ts'
import { Problem } from '../../core/errors.ts'
import { can, type Profile } from '../../core/profiles.ts'
import { viewers } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { tell } from '../notify/inbox.ts'
import { endInvolvement } from './archiving.ts'
import type { Externals } from './externals.ts'
import {
  isBrought,
  managesStakeholders,
  type Professional,
  type Reached,
  reachSpace,
  requireManaging,
} from './reach.ts'

type Db = Kysely<Database>
type Input = { spaceId: string; professionalId: string }

/** Who is involved. Administrators and managers manage the stakeholders of what their scope holds. */
export function createStakeholders({
  db,
  now,
  externals,
}: {
  db: Db
  now: () => Date
  externals: Externals
}) {
  async function list(on: Db, actor: Professional, space: Reached): Promise<Stakeholders> {
    const stakeholders = (await findInvolved(on, actor, space)).map(({ own, since, ...row }) => ({
      ...row,
      since: since?.toISOString() ?? null,
      canArchive: since !== null && mayArchive(actor, space, { ...row, own }),
    }))
    const manages = managesStakeholders(actor, space)
    return {
      stakeholders,
      invited: manages ? await externals.list(on, actor, space.id) : [],
      can: {
        add: manages,
        invite: manages && space.clientId !== null,
        join: manages && !stakeholders.some(({ you, since }) => you && since !== null),
      },
    }
  }

  /** Makes a professional of the actor's company a stakeholder; false where they were one. @throws not_found */
  async function involve(trx: Db, actor: Professional, { spaceId, professionalId }: Input): Promise<boolean> {
    const { rows } = await sql<{ added: boolean }>`
      with before as (select from stakeholder where space_id = ${spaceId}::uuid
        and professional_id = ${professionalId}::uuid and status = 'active')
      insert into stakeholder (space_id, professional_id, added_by, since)
      select ${spaceId}::uuid, w.id, ${actor.professionalId}::uuid, ${now()}::timestamptz from professional w
      where w.id = ${professionalId}::uuid and w.company_id = ${actor.companyId}::uuid and w.archived_at is null
      on conflict (space_id, professional_id) do update set
        status = 'active', ended_at = null,
        since = case when stakeholder.status = 'active' then stakeholder.since else excluded.since end,
        added_by = case when stakeholder.status = 'active' then stakeholder.added_by else excluded.added_by end
      returning not exists (select from before) as added`.execute(trx)
    if (!rows[0]) throw new Problem('not_found')
    if (rows[0].added) await record(trx, actor, 'stakeholder_added', { spaceId, professionalId })
    return rows[0].added
  }

  return {
    async listStakeholders(actor: Professional, { spaceId }: { spaceId: string }): Promise<Stakeholders> {
      return list(db, actor, await reachSpace(db, actor, { spaceId }))
    },

    /** Colleagues who aren't stakeholders yet. @throws not_found, read_only, forbidden */
    async listColleagues(actor: Professional, { spaceId }: { spaceId: string }) {
      requireManaging(actor, await reachSpace(db, actor, { spaceId }))
      const { rows } = await sql<{
        professionalId: string
        name: string
        profile: Profile
        branches: string[]
      }>`
        select w.id as "professionalId", w.name, w.profile,
          array(select b.name from professional_branch pb join branch b on b.id = pb.branch_id
            where pb.professional_id = w.id order by b.name collate natural_order, b.id) as branches
        from professional w
        where w.company_id = ${actor.companyId}::uuid and w.archived_at is null
          and w.id <> ${actor.professionalId}::uuid
          and not exists (select from stakeholder st
            where st.space_id = ${spaceId}::uuid and st.professional_id = w.id and st.status = 'active')
        order by w.name collate natural_order, w.id`.execute(db)
      return rows
    },

    /** Adds a colleague, or one who had been archived again. @throws not_found, read_only, forbidden */
    addStakeholder(actor: Professional, { spaceId, professionalId }: Input): Promise<Stakeholders> {
      return db.transaction().execute(async (trx) => {
        const space = await reachSpace(trx, actor, { spaceId })
        requireManaging(actor, space)
        const added = await involve(trx, actor, { spaceId, professionalId })
        const by = { professionalId: actor.professionalId, spaceId, ...whose(space) }
        if (added) await tell(trx, { professionalIds: [professionalId] }, 'stakeholder_added', by)
        return list(trx, actor, space)
      })
    },

    /** "+ Join": the actor's scope holds the space; from now on they are a stakeholder too. @throws not_found, read_only, forbidden */
    join(actor: Professional, { spaceId }: { spaceId: string }): Promise<Stakeholders> {
      return db.transaction().execute(async (trx) => {
        const space = await reachSpace(trx, actor, { spaceId })
        requireManaging(actor, space)
        await involve(trx, actor, { spaceId, professionalId: actor.professionalId })
        return list(trx, actor, space)
      })
    },

    /** @throws not_found where there is no such stakeholder, read_only, forbidden */
    archiveStakeholder(actor: Professional, { spaceId, professionalId }: Input): Promise<{ ok: true }> {
      return db.transaction().execute(async (trx) => {
        const space = await reachSpace(trx, actor, { spaceId })
        const { stakeholders } = await list(trx, actor, space)
        const target = stakeholders.find((one) => one.professionalId === professionalId && one.since)
        if (!target?.canArchive && actor.profile === 'read_only') throw new Problem('read_only')
        if (!target) throw new Problem('not_found')
        if (!target.canArchive) throw new Problem('forbidden')
        await record(trx, actor, 'stakeholder_archived', { spaceId, professionalId })
        await endInvolvement(trx, { space: sql`${spaceId}::uuid`, professionalId }, now())
        const by = { professionalId: actor.professionalId, ...whose(space) }
        await tell(trx, { professionalIds: [professionalId] }, 'stakeholder_ended', by)
        return { ok: true } as const
      })
    },
  }
}

type Row = Omit<Stakeholder, 'since' | 'canArchive'> & { since: Date | null; own: boolean }

/**
 * Everybody in reach; `own` says of each whether their company follows the client itself, or has the group, and
 * didn't get them there by the invitation of another.
 */
async function findInvolved(on: Db, actor: Professional, space: Reached): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select v.professional_id as "professionalId", v.name, co.name as company, w.profile,
      v.company_id = ${actor.companyId}::uuid as colleague, v.professional_id = ${actor.professionalId}::uuid as you,
      st.since, adder.name as "addedBy",
      ${space.groupId}::uuid is not null or not ${isBrought} and exists (select from client_company o
        where o.client_id = ${space.clientId}::uuid and o.company_id = v.company_id and o.archived_at is null) as own
    from ${viewers} v
    join professional w on w.id = v.professional_id
    join company co on co.id = v.company_id
    left join stakeholder st
      on st.space_id = v.space_id and st.professional_id = v.professional_id and st.status = 'active'
    left join professional adder on adder.id = st.added_by
    where v.space_id = ${space.id}::uuid
    order by you desc, colleague desc, v.name collate natural_order, v.professional_id`.execute(on)
  return rows
}

/** Who names the space in a sentence about it. */
function whose({ clientId, groupId }: Reached): { clientId?: string; groupId?: string } {
  return { ...(clientId && { clientId }), ...(groupId && { groupId }) }
}

/**
 * Colleagues are archived by who manages the stakeholders; managers and above may also leave themselves. An external,
 * whose company doesn't follow the client or who came by the invitation of another, leaves freely, and is ended by a
 * super admin of a company that follows the client; whom such a company has added itself, it alone ends.
 */
function mayArchive(
  actor: Professional,
  space: Reached,
  target: { colleague: boolean; you: boolean; own: boolean },
) {
  if (target.you) return !target.own || can(actor.profile, 'manageStakeholders')
  if (target.colleague) return managesStakeholders(actor, space)
  return space.inScope && !target.own && actor.profile === 'super_admin'
}
