import { type Kysely, sql } from 'kysely'
import type { GroupRecord } from '../../core/api/people.ts'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import { viewerOf } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { branchesOf, type Professional } from './reach.ts'

type Row = Omit<GroupRecord, 'since' | 'can'> & { since: Date }

/** A group in reach. Its stakeholders don't thereby reach its members' records: only members in reach are named. */
export async function readGroup(
  db: Kysely<Database>,
  actor: Professional,
  { groupId }: { groupId: string },
): Promise<GroupRecord> {
  const { rows } = await sql<Row>`
    select g.id, s.id as "spaceId", g.name, g.created_at as since, ${branchesOf(actor.companyId)} as branches,
      (select coalesce(json_agg(json_build_object('id', c.id, 'name', c.name)
          order by c.name collate natural_order, c.id), '[]')
        from group_member m
        join client c on c.id = m.client_id
        join space cs on cs.client_id = c.id
        join ${viewerOf(actor)} w on w.space_id = cs.id
        where m.group_id = g.id) as members,
      (select count(*)::integer from group_member m where m.group_id = g.id) as "memberCount"
    from ${viewerOf(actor)} v
    join space s on s.id = v.space_id
    join client_group g on g.id = s.group_id
    where g.id = ${groupId}::uuid`.execute(db)
  const group = rows[0]
  if (!group) throw new Problem('not_found')
  return {
    ...group,
    since: group.since.toISOString(),
    can: { manageStakeholders: can(actor.profile, 'manageStakeholders') },
  }
}
