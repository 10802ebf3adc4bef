import { type Kysely, sql } from 'kysely'
import type { ClientSight } from '../../core/api/people.ts'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import type { Level } from '../../core/visibility.ts'
import { mayModify, reachesClient, sees, viewerOf, viewers, visible } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { appOf, type createClients, emailOf } from './clients.ts'
import { isActive } from './persons.ts'
import type { Professional } from './reach.ts'

type Db = Kysely<Database>
type Cause = ClientSight['causes'][number]

/** The nearest level that adds the client and takes it from nobody. */
const WITH_CLIENT: Partial<Record<Level, Level>> = {
  me: 'me_client',
  branch: 'company_client',
  company: 'company_client',
}

/**
 * "Why can't my client see it?": whatever stands in the way of the client, or of members of the group, as far as the
 * actor sees the item; and what the actor may do about it. @throws not_found
 */
export async function readClientSight(
  db: Db,
  actor: Professional,
  itemId: string,
  readClient: ReturnType<typeof createClients>['readClient'],
): Promise<ClientSight> {
  const { rows } = await sql<{
    space_id: string
    client_id: string | null
    group_id: string | null
    kind: 'file' | 'folder'
    level: Level
    protected: boolean
    owner: string | null
    modify: boolean
    reached: boolean
    manages: boolean
  }>`
    select v.space_id, s.client_id, s.group_id, i.kind, i.level, i.protected, o.name as owner,
      ${mayModify('i', 'v')} as modify, v.in_scope as manages,
      case when i.kind = 'file' then ${reachesClient('i')} else exists (
        select from folder_content inside where inside.folder_id = i.id and inside.kind = 'file'
          and inside.count > 0 and ${sees('inside', 'v')} and ${reachesClient('inside')}) end as reached
    from ${viewerOf(actor)} v
    join item i on i.space_id = v.space_id
    join space s on s.id = v.space_id
    left join professional o on o.id = i.owner_professional_id and not i.protected
    where i.id = ${itemId}::uuid and ${visible('i', 'v')}`.execute(db)
  const [item] = rows
  if (!item) throw new Problem('not_found')

  const causes: Cause[] = []
  if (!item.reached) {
    if (item.kind === 'folder') causes.push({ code: 'empty_folder' })
    else if (item.protected) causes.push({ code: 'template' })
    else {
      const mend = (item.modify && WITH_CLIENT[item.level]) || null
      causes.push({ code: 'level', level: item.level, owner: item.modify ? null : item.owner, mend })
    }
  }
  if (item.client_id) {
    const { id, name, app, can } = await readClient(actor, { clientId: item.client_id })
    const mend = can.restoreApp
      ? 'restore'
      : can.invite
        ? 'invite'
        : app === 'none' && can.address
          ? 'address'
          : null
    if (app !== 'active') causes.push({ code: 'app', app, clients: [{ id, name, reached: true }], mend })
  } else causes.push(...(await findOfMembers(db, actor, item)))
  return { causes }
}

async function findOfMembers(
  db: Db,
  actor: Professional,
  { space_id, group_id, manages }: { space_id: string; group_id: string | null; manages: boolean },
): Promise<Cause[]> {
  const { rows } = await sql<{ id: string; name: string; reached: boolean } & Parameters<typeof appOf>[0]>`
    select c.id, c.name, w.space_id is not null as reached, ${emailOf} as email, ${isActive} as active,
      c.access_ended_at is not null as ended
    from ${viewers} m
    join client c on c.id = m.client_id
    join space cs on cs.client_id = c.id
    left join ${viewerOf(actor)} w on w.space_id = cs.id
    left join person p on p.id = c.person_id
    where m.space_id = ${space_id}::uuid
    order by c.name collate natural_order, c.id`.execute(db)
  if (rows.length === 0) {
    const mend = manages && can(actor.profile, 'createGroups') ? group_id : null
    return [{ code: 'no_members', mend }]
  }
  return (['ended', 'none', 'invited'] as const).flatMap((app) => {
    const clients = rows
      .filter((row) => appOf(row) === app)
      .map(({ id, name, reached }) => ({ id, name, reached }))
    return clients.length > 0 ? [{ code: 'app' as const, app, clients, mend: null }] : []
  })
}
