import type { Kysely } from 'kysely'
import type { Space } from '../../core/api/people.ts'
import { Problem } from '../../core/errors.ts'
import type { Level } from '../../core/visibility.ts'
import type { Database } from '../db/schema.ts'
import { reachOfLevels } from '../files/foresight.ts'
import { sharedBranches } from '../files/items.ts'
import { type Professional, reachSpace } from './reach.ts'

/** What adding to a client's or group's files takes. @throws not_found, also for a branch that can't be chosen */
export async function readSpace(
  db: Kysely<Database>,
  actor: Professional,
  { spaceId, branchId }: { spaceId: string; branchId?: string | undefined },
): Promise<Space> {
  const space = await reachSpace(db, actor, { spaceId })
  const { name, default_level } = await db
    .selectFrom('space as s')
    .leftJoin('client as c', 'c.id', 's.client_id')
    .leftJoin('client_group as g', 'g.id', 's.group_id')
    .innerJoin('company', (join) => join.on('company.id', '=', actor.companyId))
    .select(({ fn }) => [fn.coalesce('c.name', 'g.name').as('name'), 'default_level'])
    .where('s.id', '=', spaceId)
    .executeTakeFirstOrThrow()
  const branches = await sharedBranches(db, actor, spaceId)
  const branch = branchId ? branches.find(({ id }) => id === branchId) : branches[0]
  if (branchId && !branch) throw new Problem('not_found')
  return {
    id: spaceId,
    kind: space.clientId ? 'client' : 'group',
    name: name ?? '',
    can: { add: space.mayWrite },
    defaultLevel: default_level as Level,
    branches,
    levels: await reachOfLevels(db, actor, spaceId, branch?.id ?? null),
  }
}
