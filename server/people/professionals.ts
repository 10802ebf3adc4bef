import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Colleague, Invited } from '../../core/api/administration.ts'
import { Problem } from '../../core/errors.ts'
import { PROFILES, type Profile } from '../../core/profiles.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import { archive, endInvitationsBy } from './archiving.ts'
import type { Joining } from './joining.ts'
import type { Professional } from './reach.ts'
import { administering, holds, profilesOf, readScope, requireGrantable, type Scope } from './scope.ts'

type Db = Kysely<Database>
type Done = { ok: true }

/**
 * The professionals of a company and those asked to join it. A branch admin sees whoever shares a branch with them,
 * and changes those who are in no other.
 */
export function createProfessionals({
  db,
  jobs,
  joining,
  now,
}: {
  db: Db
  jobs: Jobs
  joining: Joining
  now: () => Date
}) {
  /** Somebody whom the actor may change. @throws not_found, forbidden; conflict for one who is archived */
  async function findChangeable(trx: Db, scope: Scope, professionalId: string): Promise<Colleague> {
    const found = (await listColleagues(trx, scope)).find(({ id }) => id === professionalId)
    if (!found) throw new Problem('not_found')
    if (!holds(scope, found)) throw new Problem('forbidden')
    if (found.archived) throw new Problem('conflict')
    return found
  }

  /** @throws not_found, forbidden */
  async function requireInvited(trx: Db, scope: Scope, invitationId: string): Promise<void> {
    const found = (await listInvited(trx, scope)).find(({ id }) => id === invitationId)
    if (!found) throw new Problem('not_found')
    if (!found.can.change) throw new Problem('forbidden')
  }

  return {
    /** @throws read_only, forbidden */
    async listProfessionals(actor: Professional) {
      const scope = await readScope(db, actor)
      return {
        professionals: await listColleagues(db, scope),
        invited: await listInvited(db, scope),
        may: { profiles: profilesOf(scope), branches: scope.branches },
      }
    },

    /**
     * Nothing tells whether the address is somebody's: docs/decisions/0004.
     * @throws read_only, forbidden, not_found and branch_needed for the branches; too_many_requests;
     * email_of_colleague where the actor sees somebody with it
     */
    async inviteProfessional(
      actor: Professional,
      input: { name: string; email: string; profile: Profile; branchIds: string[] },
    ): Promise<Invited> {
      const { email, profile, branchIds } = input
      requireGrantable(await readScope(db, actor), profile, branchIds)
      await joining.countMail(actor.companyId, email)
      return administering(db, actor, async (trx, scope) => {
        requireGrantable(scope, profile, branchIds)
        const working = (await listColleagues(trx, scope)).filter(({ archived }) => !archived)
        const known = [...working, ...(await listInvited(trx, scope))]
        if (known.some((one) => one.email === email)) throw new Problem('email_of_colleague')
        const invitationId = await joining.invite(trx, actor, input)
        const details = { invitationId, profile, branchIds }
        await record(trx, actor, 'professional_invited', { details })
        const made = (await listInvited(trx, scope)).find(({ id }) => id === invitationId)
        if (!made) throw new Problem('not_found')
        return made
      })
    },

    /** @throws read_only, forbidden, not_found, too_many_requests */
    async inviteAgain(actor: Professional, { invitationId }: { invitationId: string }): Promise<Done> {
      const scope = await readScope(db, actor)
      await requireInvited(db, scope, invitationId)
      const invited = (await listInvited(db, scope)).find(({ id }) => id === invitationId)
      if (invited) await joining.countMail(actor.companyId, invited.email)
      return administering(db, actor, async (trx, scope) => {
        await requireInvited(trx, scope, invitationId)
        await joining.send(trx, invitationId)
        await record(trx, actor, 'professional_invited', { details: { invitationId } })
        return { ok: true } as const
      })
    },

    /** @throws read_only, forbidden, not_found */
    withdrawInvitation(actor: Professional, { invitationId }: { invitationId: string }): Promise<Done> {
      return administering(db, actor, async (trx, scope) => {
        await requireInvited(trx, scope, invitationId)
        await record(trx, actor, 'invitation_withdrawn', { details: { invitationId } })
        await trx.deleteFrom('professional_invitation').where('id', '=', invitationId).execute()
        return { ok: true } as const
      })
    },

    /** @throws read_only, forbidden, not_found, conflict, branch_needed, last_super_admin */
    changeProfessional(
      actor: Professional,
      input: { professionalId: string; profile?: Profile | undefined; branchIds?: string[] | undefined },
    ): Promise<Done> {
      return administering(db, actor, async (trx, scope) => {
        const before = await findChangeable(trx, scope, input.professionalId)
        const profile = input.profile ?? before.profile
        const branchIds = [...new Set(input.branchIds ?? before.branches.map(({ id }) => id))]
        requireGrantable(scope, profile, branchIds)
        await trx.updateTable('professional').set({ profile }).where('id', '=', before.id).execute()
        await setBranches(trx, { id: before.id, companyId: actor.companyId }, branchIds)
        const leaves = profile !== 'super_admin' && before.branches.some(({ id }) => !branchIds.includes(id))
        if (leaves || PROFILES.indexOf(profile) > PROFILES.indexOf(before.profile))
          await endInvitationsBy(trx, before.id)
        await requireSuperAdmin(trx, actor.companyId)
        const details = { from: before.profile, to: profile, branchIds }
        await record(trx, actor, 'professional_changed', { professionalId: before.id, details })
        return { ok: true } as const
      })
    },

    /** @throws read_only, forbidden, not_found, conflict, archive_yourself */
    archiveProfessional(actor: Professional, { professionalId }: { professionalId: string }): Promise<Done> {
      return administering(db, actor, async (trx, scope) => {
        const found = await findChangeable(trx, scope, professionalId)
        if (found.you) throw new Problem('archive_yourself')
        await archive(trx, actor, found, { jobs, now })
        return { ok: true } as const
      })
    },
  }
}

export async function setBranches(
  trx: Db,
  { id, companyId }: { id: string; companyId: string },
  branchIds: readonly string[],
): Promise<void> {
  await trx.deleteFrom('professional_branch').where('professional_id', '=', id).execute()
  await sql`insert into professional_branch (professional_id, company_id, branch_id)
    select ${id}::uuid, ${companyId}::uuid, unnest(${branchIds}::uuid[])`.execute(trx)
}

/** @throws last_super_admin where there would be none who can sign in */
async function requireSuperAdmin(trx: Db, companyId: string): Promise<void> {
  const left = await trx
    .selectFrom('professional')
    .select('id')
    .where('company_id', '=', companyId)
    .where('profile', '=', 'super_admin')
    .where('archived_at', 'is', null)
    .where('person_id', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  if (!left) throw new Problem('last_super_admin')
}

export async function listColleagues(on: Db, scope: Scope): Promise<Colleague[]> {
  const { actor } = scope
  const { rows } = await sql<Omit<Colleague, 'can'>>`
    select w.id, w.name, p.email, w.profile, ${branchesBy(sql`professional_branch`, sql`x.professional_id = w.id`)},
      w.archived_at is not null as archived, w.id = ${actor.professionalId}::uuid as you
    from professional w left join person p on p.id = w.person_id
    where w.company_id = ${actor.companyId}::uuid and (w.id = ${actor.professionalId}::uuid or ${sharesBranch(
      scope,
      sql`professional_branch x where x.professional_id = w.id`,
    )})
    order by archived, w.name collate natural_order, w.id`.execute(on)
  return rows.map((row) => {
    const held = holds(scope, row)
    const change = !row.archived && held
    return {
      ...row,
      can: { change, archive: change && !row.you, handOver: held && !row.you, takeOver: !row.you },
    }
  })
}

async function listInvited(on: Db, scope: Scope): Promise<Invited[]> {
  const { rows } = await sql<Omit<Invited, 'can' | 'since'> & { since: Date }>`
    select i.id, i.name, i.email, i.profile,
      ${branchesBy(sql`professional_invitation_branch`, sql`x.invitation_id = i.id`)}, i.created_at as since
    from professional_invitation i
    where i.company_id = ${scope.actor.companyId}::uuid and ${sharesBranch(
      scope,
      sql`professional_invitation_branch x where x.invitation_id = i.id`,
    )}
    order by i.name collate natural_order, i.id`.execute(on)
  return rows.map((row) => ({ ...row, since: row.since.toISOString(), can: { change: holds(scope, row) } }))
}

function branchesBy(table: RawBuilder<unknown>, of: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select coalesce(json_agg(json_build_object('id', b.id, 'name', b.name)
      order by b.name collate natural_order, b.id), '[]')
    from ${table} x join branch b on b.id = x.branch_id where ${of}) as branches`
}

function sharesBranch({ whole, branches }: Scope, rows: RawBuilder<unknown>): RawBuilder<unknown> {
  const ids = branches.map(({ id }) => id)
  return sql`(${whole} or exists (select from ${rows} and x.branch_id = any(${ids}::uuid[])))`
}
