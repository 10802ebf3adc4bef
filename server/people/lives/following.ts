import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ClientRecord } from '../../../core/api/people.ts'
import { Problem } from '../../../core/errors.ts'
import { scopeHolds } from '../../access.ts'
import { record } from '../../audit.ts'
import type { Database } from '../../db/schema.ts'
import { holdsWords } from '../../search.ts'
import { isFollowedElsewhere } from '../clients.ts'
import { isActive } from '../persons.ts'
import { chooseBranch, type Professional } from '../reach.ts'
import { lockManaged, lockRecord, type Needs, requireInScope } from './managed.ts'

type Db = Kysely<Database>
type Of = { clientId: string }

/** Clients listed at once. */
export const PAGE = 100

/**
 * A company's link with a client: archived and restored, its branches; and the client's way into the app. Who was
 * involved, and the groups, rest with an archived link and come back with it.
 */
export function createFollowing({ db, readClient, now }: Needs) {
  /** Branches that the actor isn't in stay as they are. */
  async function setBranches(trx: Db, actor: Professional, { clientId, branchIds }: Of & Branches) {
    await lockManaged(trx, actor, clientId)
    for (const id of branchIds) await chooseBranch(trx, actor, id)
    const { rows } = await sql`
      with mine as (
        select b.id from branch b where b.company_id = ${actor.companyId}::uuid
          and (${actor.profile === 'super_admin'} or exists (select from professional_branch pb
            where pb.branch_id = b.id and pb.professional_id = ${actor.professionalId}::uuid))
      ), gone as (
        delete from client_branch cb using mine where cb.branch_id = mine.id
          and cb.client_id = ${clientId}::uuid and cb.branch_id <> all(${branchIds}::uuid[])
        returning cb.branch_id
      ), come as (
        insert into client_branch (client_id, company_id, branch_id)
        select ${clientId}::uuid, ${actor.companyId}::uuid, unnest(${[...new Set(branchIds)]}::uuid[])
        on conflict do nothing returning branch_id
      ) select branch_id from come union all
        select cb.branch_id from client_branch cb where cb.client_id = ${clientId}::uuid
          and cb.company_id = ${actor.companyId}::uuid and cb.branch_id not in (select branch_id from gone)`.execute(
      trx,
    )
    if (rows.length === 0) throw new Problem('branch_needed')
  }

  return {
    async listArchived(actor: Professional, { search }: { search?: string | undefined }) {
      const conditions = [
        sql`cc.company_id = ${actor.companyId}::uuid and cc.archived_at is not null`,
        scopeHolds('p', 'cc'),
        ...holdsWords('c.name', search),
      ]
      const { rows } = await sql<{ id: string; name: string; branches: string[]; archived_at: Date }>`
        select c.id, c.name, ${branchNames('cc')} as branches, cc.archived_at
        from client_company cc join client c on c.id = cc.client_id
        join professional p on p.id = ${actor.professionalId}::uuid
        where ${sql.join(conditions, sql` and `)}
        order by c.name collate natural_order, c.id limit ${PAGE + 1}`.execute(db)
      const clients = rows
        .slice(0, PAGE)
        .map(({ archived_at, ...client }) => ({ ...client, archivedAt: archived_at.toISOString() }))
      return { clients, more: rows.length > PAGE }
    },

    /** @throws not_found, read_only, forbidden */
    archiveClient(actor: Professional, of: Of): Promise<{ ok: true }> {
      return db.transaction().execute(async (trx) => {
        await lockManaged(trx, actor, of.clientId)
        await link(trx, actor, of).set({ archived_at: now() }).execute()
        await record(trx, actor, 'client_archived', of)
        return { ok: true } as const
      })
    },

    /** @throws not_found unless the link is archived, and in scope */
    restoreClient(actor: Professional, of: Of): Promise<ClientRecord> {
      return db.transaction().execute(async (trx) => {
        await lockRecord(trx, of.clientId)
        const { numUpdatedRows } = await link(trx, actor, of)
          .set({ archived_at: null })
          .where('archived_at', 'is not', null)
          .executeTakeFirst()
        if (numUpdatedRows === 0n) throw new Problem('not_found')
        await requireInScope(trx, actor, of.clientId)
        await record(trx, actor, 'client_restored', of)
        return readClient(actor, of, trx)
      })
    },

    /**
     * Whoever leaves the client in none of their branches may lose sight of the record.
     * @throws not_found, also for a branch that isn't the actor's; read_only, forbidden, branch_needed
     */
    changeBranches(actor: Professional, { clientId, branchIds }: Of & Branches): Promise<ClientRecord> {
      return db.transaction().execute(async (trx) => {
        const before = await readClient(actor, { clientId }, trx)
        await setBranches(trx, actor, { clientId, branchIds })
        await record(trx, actor, 'client_branches_changed', {
          clientId,
          details: { branches: [...branchIds] },
        })
        const branches = await listBranches(trx, actor.companyId, clientId)
        return readClient(actor, { clientId }, trx).catch((error) => {
          if (error instanceof Problem && error.code === 'not_found') return { ...before, branches }
          throw error
        })
      })
    },

    /** @throws not_found, read_only, forbidden; conflict without access; followed_elsewhere: it is the others' affair too */
    endAppAccess(actor: Professional, { clientId }: Of): Promise<ClientRecord> {
      return db.transaction().execute(async (trx) => {
        await lockManaged(trx, actor, clientId)
        const { rows } = await sql<{ others: boolean }>`
          update client c set access_ended_at = ${now()}::timestamptz from person p
          where c.id = ${clientId}::uuid and p.id = c.person_id and ${isActive} and c.access_ended_at is null
          returning ${isFollowedElsewhere(actor.companyId)} as others`.execute(trx)
        if (!rows[0]) throw new Problem('conflict')
        if (rows[0].others) throw new Problem('followed_elsewhere')
        await trx.updateTable('session').set({ acting_as: null }).where('acting_as', '=', clientId).execute()
        await record(trx, actor, 'app_access_ended', { clientId })
        return readClient(actor, { clientId }, trx)
      })
    },

    /** @throws not_found, read_only, forbidden; conflict unless it was removed */
    restoreAppAccess(actor: Professional, { clientId }: Of): Promise<ClientRecord> {
      return db.transaction().execute(async (trx) => {
        await lockManaged(trx, actor, clientId)
        const { numUpdatedRows } = await trx
          .updateTable('client')
          .set({ access_ended_at: null })
          .where('id', '=', clientId)
          .where('access_ended_at', 'is not', null)
          .executeTakeFirst()
        if (numUpdatedRows === 0n) throw new Problem('conflict')
        await record(trx, actor, 'app_access_restored', { clientId })
        return readClient(actor, { clientId }, trx)
      })
    },
  }
}

function link(trx: Db, actor: Professional, { clientId }: Of) {
  return trx
    .updateTable('client_company')
    .where('client_id', '=', clientId)
    .where('company_id', '=', actor.companyId)
}

type Branches = { branchIds: readonly string[] }

/** Names of the branches of a link, as an array. */
export function branchNames(link: string): RawBuilder<unknown> {
  return sql`array(select b.name from client_branch cb join branch b on b.id = cb.branch_id
    where cb.client_id = ${sql.ref(`${link}.client_id`)} and cb.company_id = ${sql.ref(`${link}.company_id`)}
    order by b.name collate natural_order, b.id)`
}

async function listBranches(on: Db, companyId: string, clientId: string) {
  const { rows } = await sql<{ id: string; name: string }>`
    select b.id, b.name from client_branch cb join branch b on b.id = cb.branch_id
    where cb.client_id = ${clientId}::uuid and cb.company_id = ${companyId}::uuid
    order by b.name collate natural_order, b.id`.execute(on)
  return rows
}
