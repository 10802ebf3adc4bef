import { type Kysely, sql } from 'kysely'
import type { BranchUse } from '../../core/api/administration.ts'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { legalPersonName } from './names.ts'
import { type Professional, requireAbility } from './reach.ts'
import { administering, readScope } from './scope.ts'

type Db = Kysely<Database>
type Which = { branchId: string }
type Named = { id: string; name: string }

/** The branches of a company, as its administrators keep them: docs/decisions/0031. */
export function createBranches({ db, now }: { db: Db; now: () => Date }) {
  /** Of the company, archived or not, locked; for who administers all of it. @throws read_only, forbidden, not_found */
  const keeping = <T>(
    actor: Professional,
    { branchId }: Which,
    work: (trx: Db, branch: Named & { archived_at: Date | null }) => Promise<T>,
  ) =>
    administering(db, actor, async (trx, scope) => {
      requireAbility(scope.actor, 'administerCompany')
      // Whoever is adding something to the branch is waited for, then counted.
      const branch = await trx
        .selectFrom('branch')
        .select(['id', 'name', 'archived_at'])
        .where('id', '=', branchId)
        .where('company_id', '=', actor.companyId)
        .forUpdate()
        .executeTakeFirst()
      if (!branch) throw new Problem('not_found')
      return work(trx, branch)
    })

  return {
    /** @throws read_only, forbidden */
    async listBranches(actor: Professional) {
      const { whole, branches } = await readScope(db, actor)
      const archived = await db
        .selectFrom('branch')
        .select(['id', 'name'])
        .where('company_id', '=', actor.companyId)
        .where('archived_at', 'is not', null)
        .orderBy(sql`name collate natural_order`)
        .orderBy('id')
        .execute()
      const used = await readUse(
        db,
        branches.map(({ id }) => id),
      )
      return { branches: used, archived: whole ? archived : [], can: { add: whole, archive: whole } }
    },

    /** A super admin's to do: it is nobody's branch yet. @throws read_only, forbidden, name_… */
    addBranch(actor: Professional, input: { name: string }): Promise<Named> {
      const name = legalPersonName(input.name)
      return administering(db, actor, async (trx, scope) => {
        if (!can(scope.actor.profile, 'administerCompany')) throw new Problem('forbidden')
        const branch = await trx
          .insertInto('branch')
          .values({ company_id: actor.companyId, name })
          .returning(['id', 'name'])
          .executeTakeFirstOrThrow()
        await record(trx, actor, 'branch_added', { details: { branchId: branch.id, name } })
        return branch
      })
    },

    /** @throws read_only, forbidden; not_found for a branch out of scope; name_… */
    changeBranch(actor: Professional, { branchId, name }: Which & { name: string }) {
      return administering(db, actor, async (trx, { branches }) => {
        const before = branches.find(({ id }) => id === branchId)
        if (!before) throw new Problem('not_found')
        await record(trx, actor, 'branch_changed', { details: { branchId, from: before.name, to: name } })
        return trx
          .updateTable('branch')
          .set({ name: legalPersonName(name) })
          .where('id', '=', branchId)
          .returning(['id', 'name'])
          .executeTakeFirstOrThrow()
      })
    },

    /**
     * Nothing comes to it any more; items that were made in it keep it.
     * @throws read_only, forbidden, not_found, last_branch; branch_used while anybody works, or is followed, there
     */
    archiveBranch(actor: Professional, which: Which): Promise<{ ok: true }> {
      return keeping(actor, which, async (trx, { id, name, archived_at }) => {
        if (archived_at) throw new Problem('not_found')
        const [use] = await readUse(trx, [id])
        if (use && use.professionals + use.invited + use.clients + use.groups > 0)
          throw new Problem('branch_used')
        const others = await trx
          .selectFrom('branch')
          .select('id')
          .where('company_id', '=', actor.companyId)
          .where('archived_at', 'is', null)
          .where('id', '<>', id)
          .limit(1)
          .execute()
        if (others.length === 0) throw new Problem('last_branch')
        await trx.updateTable('branch').set({ archived_at: now() }).where('id', '=', id).execute()
        await record(trx, actor, 'branch_archived', { details: { branchId: id, name } })
        return { ok: true } as const
      })
    },

    /** @throws read_only, forbidden; not_found for one that isn't archived */
    restoreBranch(actor: Professional, which: Which): Promise<{ ok: true }> {
      return keeping(actor, which, async (trx, { id, name, archived_at }) => {
        if (!archived_at) throw new Problem('not_found')
        await trx.updateTable('branch').set({ archived_at: null }).where('id', '=', id).execute()
        await record(trx, actor, 'branch_restored', { details: { branchId: id, name } })
        return { ok: true } as const
      })
    },
  }
}

/** Who and what there is in each. Who was archived, or followed once, rests there and keeps nothing from being archived. */
async function readUse(on: Db, ids: readonly string[]): Promise<BranchUse[]> {
  const { rows } = await sql<BranchUse>`
    select b.id, b.name,
      (select count(*)::integer from professional_branch pb join professional w on w.id = pb.professional_id
        where pb.branch_id = b.id and w.archived_at is null) as professionals,
      (select count(*)::integer from professional_invitation_branch ib where ib.branch_id = b.id) as invited,
      (select count(*)::integer from client_branch cb join client_company o using (client_id, company_id)
        where cb.branch_id = b.id and o.archived_at is null) as clients,
      (select count(*)::integer from group_branch gb join client_group g on g.id = gb.group_id
        where gb.branch_id = b.id and g.deleted_at is null) as groups
    from branch b where b.id = any(${sql.val(ids)}::uuid[])
    order by b.name collate natural_order, b.id`.execute(on)
  return rows
}
