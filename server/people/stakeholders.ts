import { type Kysely, sql } from 'kysely'
import type { Stakeholder } from '../../core/api/people.ts'
import { Problem } from '../../core/errors.ts'
import { can, type Profile } from '../../core/profiles.ts'
import { type Actor, viewers } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { type Professional, type Reached, reachSpace, requireAbility } from './reach.ts'

type Db = Kysely<Database>
type Input = { spaceId: string; professionalId: string }

/** Who is involved. Managers and above of the company that follows the client, or whose group it is, manage colleagues. */
export function createStakeholders({ db, now }: { db: Db; now: () => Date }) {
  async function list(on: Db, actor: Professional, space: Reached): Promise<Stakeholder[]> {
    const rows = await findInvolved(on, actor, space)
    return rows.map(({ own, since, ...row }) => ({
      ...row,
      since: since?.toISOString() ?? null,
      canArchive: since !== null && mayArchive(actor, space, { colleague: row.colleague, own }),
    }))
  }

  /** The list as the actor sees it after a change: who has left sees nobody. */
  async function listAfter(on: Db, actor: Professional, spaceId: string): Promise<Stakeholder[]> {
    const space = await reachSpace(on, actor, { spaceId }).catch((error) => {
      if (error instanceof Problem && error.code === 'not_found') return null
      throw error
    })
    return space ? list(on, actor, space) : []
  }

  return {
    async listStakeholders(actor: Professional, { spaceId }: { spaceId: string }): Promise<Stakeholder[]> {
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
    async addStakeholder(actor: Professional, { spaceId, professionalId }: Input): Promise<Stakeholder[]> {
      const space = await reachSpace(db, actor, { spaceId })
      requireManaging(actor, space)
      const { rows } = await sql`
        insert into stakeholder (space_id, professional_id, added_by, since)
        select ${spaceId}::uuid, w.id, ${actor.professionalId}::uuid, ${now()}::timestamptz from professional w
        where w.id = ${professionalId}::uuid and w.company_id = ${actor.companyId}::uuid and w.archived_at is null
        on conflict (space_id, professional_id) do update set
          status = 'active', ended_at = null,
          since = case when stakeholder.status = 'active' then stakeholder.since else excluded.since end,
          added_by = case when stakeholder.status = 'active' then stakeholder.added_by else excluded.added_by end
        returning professional_id`.execute(db)
      if (rows.length === 0) throw new Problem('not_found')
      return listAfter(db, actor, spaceId)
    },

    /** @throws not_found where there is no such stakeholder, read_only, forbidden */
    async archiveStakeholder(
      actor: Professional,
      { spaceId, professionalId }: Input,
    ): Promise<Stakeholder[]> {
      return db.transaction().execute(async (trx) => {
        const space = await reachSpace(trx, actor, { spaceId })
        const stakeholders = await list(trx, actor, space)
        const target = stakeholders.find((one) => one.professionalId === professionalId && one.since)
        if (actor.profile === 'read_only') throw new Problem('read_only')
        if (!target) throw new Problem('not_found')
        if (!target.canArchive) throw new Problem('forbidden')
        await trx
          .updateTable('stakeholder')
          .set({ status: 'archived', ended_at: now() })
          .where('space_id', '=', spaceId)
          .where('professional_id', '=', professionalId)
          .execute()
        return listAfter(trx, actor, spaceId)
      })
    },

    /** For a client: the professionals involved with them. */
    async listMyProfessionals({ clientId }: Extract<Actor, { kind: 'client' }>) {
      const { rows } = await sql<{ professionalId: string; name: string; company: string }>`
        select v.professional_id as "professionalId", v.name, co.name as company
        from ${viewers} v
        join space s on s.id = v.space_id
        join company co on co.id = v.company_id
        where s.client_id = ${clientId}::uuid and v.professional_id is not null
        order by v.name collate natural_order, v.professional_id`.execute(db)
      return rows
    },
  }
}

type Row = Omit<Stakeholder, 'since' | 'canArchive'> & { since: Date | null; own: boolean }

/** Everybody in reach; `own` says of each whether their company follows the client itself, or has the group. */
async function findInvolved(on: Db, actor: Professional, space: Reached): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select v.professional_id as "professionalId", v.name, co.name as company, w.profile,
      v.company_id = ${actor.companyId}::uuid as colleague, v.professional_id = ${actor.professionalId}::uuid as you,
      st.since, adder.name as "addedBy",
      ${space.groupId}::uuid is not null or exists (select from client_company o
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

function requireManaging(actor: Professional, space: Reached): void {
  requireAbility(actor, 'manageStakeholders')
  if (!space.own) throw new Problem('forbidden')
}

/**
 * Colleagues are archived by their own company's managers and above, oneself included. An external, whose company
 * doesn't follow the client, is ended by a super admin; a company that does keeps its stakeholders.
 */
function mayArchive(actor: Professional, space: Reached, target: { colleague: boolean; own: boolean }) {
  if (target.colleague) return can(actor.profile, 'manageStakeholders')
  return space.own && !target.own && actor.profile === 'super_admin'
}
