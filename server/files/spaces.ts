import { type Kysely, sql } from 'kysely'
import type { Space } from '../../core/api/files.ts'
import { Problem } from '../../core/errors.ts'
import type { Level } from '../../core/visibility.ts'
import { type Actor, viewerOf } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { reachOfLevels } from './foresight/foresight.ts'

type Professional = Extract<Actor, { kind: 'professional' }>
type Row = { groupId: string | null; name: string; mayWrite: boolean; defaultLevel: Level }

/** What adding to a client's or group's files takes. @throws not_found, also for a branch that can't be chosen */
export async function readSpace(
  db: Kysely<Database>,
  actor: Professional,
  { spaceId, branchId }: { spaceId: string; branchId?: string | undefined },
): Promise<Space> {
  const { rows } = await sql<Row>`
    select s.group_id as "groupId", coalesce(c.name, g.name) as name, v.may_write as "mayWrite",
      co.default_level as "defaultLevel"
    from ${viewerOf(actor)} v
    join space s on s.id = v.space_id
    left join client c on c.id = s.client_id
    left join client_group g on g.id = s.group_id
    join company co on co.id = ${actor.companyId}::uuid
    where s.id = ${spaceId}::uuid`.execute(db)
  const [space] = rows
  if (!space) throw new Problem('not_found')
  const branches = await sharedBranches(db, actor, spaceId)
  const branch = branchId ? branches.find(({ id }) => id === branchId) : branches[0]
  if (branchId && !branch) throw new Problem('not_found')
  return {
    id: spaceId,
    kind: space.groupId ? 'group' : 'client',
    name: space.name,
    can: { add: space.mayWrite },
    defaultLevel: space.defaultLevel,
    branches,
    levels: await reachOfLevels(db, actor, spaceId, branch ?? null),
  }
}

type Branch = { id: string; name: string; shared: boolean }

/** The branches that the space shares with the actor or, where there are none, the actor's own. */
export async function sharedBranches(db: Kysely<Database>, actor: Professional, spaceId: string) {
  const { rows } = await sql<Branch>`${branchesBetween(actor, spaceId)}`.execute(db)
  return preferShared(rows)
}

export type Defaults = { level: Level; branches: Branch[] }

/** Columns of `Defaults`: what the company prefers for its files, and the branches of which `sharedBranches` chooses. */
export function defaultsFor(actor: Professional, spaceId: string | null) {
  return sql`(select default_level from company where id = ${actor.companyId}::uuid) as level,
    coalesce((select json_agg(b) from (${branchesBetween(actor, spaceId)}) b), '[]') as branches`
}

export function preferShared(rows: readonly Branch[]) {
  const shared = rows.filter((row) => row.shared)
  return (shared.length > 0 ? shared : rows).map(({ id, name }) => ({ id, name }))
}

/** A query of the branches in which the actor works, and whether the space is in them too. */
function branchesBetween(actor: Professional, spaceId: string | null) {
  return sql<Branch>`select b.id, b.name, sb.branch_id is not null as shared
    from branch b
    left join (
      select cb.branch_id from client_branch cb join space s using (client_id) where s.id = ${spaceId}::uuid
      union select gb.branch_id from group_branch gb join space s using (group_id) where s.id = ${spaceId}::uuid
    ) sb on sb.branch_id = b.id
    left join professional_branch pb on pb.branch_id = b.id and pb.professional_id = ${actor.professionalId}::uuid
    where b.company_id = ${actor.companyId}::uuid and b.archived_at is null
      and (pb.branch_id is not null or ${actor.profile === 'super_admin'})
    order by b.name collate natural_order, b.id`
}
