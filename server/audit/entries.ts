import { type Kysely, type RawBuilder, sql } from 'kysely'
import { AUDIT_ACTIONS, type AuditAction, type AuditEntry, type AuditFilter } from '../../core/api/audit.ts'
import { Problem } from '../../core/errors.ts'
import { sees, viewerOf, visible } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { clientIds, groupIds, professionalIds, type Reader } from './scope.ts'

type Db = Kysely<Database>
type Fragment = RawBuilder<unknown>
export type Filter = { [Key in keyof AuditFilter]: AuditFilter[Key] | undefined }

type Row = {
  id: number
  at: Date
  key: string
  action: AuditAction
  address: string | null
  professional_id: string | null
  professional_name: string | null
  client_id: string | null
  client_name: string | null
  item_kind: 'file' | 'folder' | null
  item_name: string | null
  subject_client_id: string | null
  subject_client_name: string | null
  subject_group_id: string | null
  subject_group_name: string | null
  subject_professional_id: string | null
  subject_professional_name: string | null
  folder_name: string | null
  invited_name: string | null
  receiver_name: string | null
  merged_name: string | null
  told: boolean
  details: AuditEntry['details']
}

/**
 * A page of the log of the reader's company, newest first, in a constant number of statements. What it tells of an
 * item is what the reader sees of it now or, where it is gone, would have seen; of people, whom they administer.
 */
export async function listEntries(
  db: Db,
  reader: Reader,
  { cursor, ...filter }: Filter & { cursor?: string | undefined },
  limit: number,
): Promise<{ entries: AuditEntry[]; next: string | null }> {
  const after = cursor ? readCursor(cursor) : null
  const conditions = [
    sql`e.company_id = ${reader.companyId}::uuid`,
    ...(after ? [sql`(e.at, e.id) < (${after.at}::timestamptz, ${after.id}::bigint)`] : []),
    ...(filter.from ? [sql`e.at >= ${filter.from}::timestamptz`] : []),
    ...(filter.until ? [sql`e.at < ${filter.until}::timestamptz`] : []),
    ...(reader.whole ? [] : [isInScope(reader)]),
  ]
  // Each source is read along an index of its own, no further than a page.
  const sources = sourcesOf(filter).map(
    (source) => sql`(select e.id, e.at from audit_entry e
      where ${sql.join([...conditions, ...source], sql` and `)} order by e.at desc, e.id desc limit ${limit + 1})`,
  )
  const { rows } = await sql<Row>`
    with page as (select id from (${sql.join(sources, sql` union `)}) found order by at desc, id desc limit ${limit + 1})
    ${selectEntries(reader, sql`page`)}`.execute(db)
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return { entries: page.map(toEntry), next: last ? writeCursor(last) : null }
}

function sourcesOf({ professionalId, clientId, groupId, kind }: Filter): Fragment[][] {
  const chosen = [professionalId, clientId, groupId].filter((id) => id !== undefined)
  if (chosen.length > 1) throw new Problem('bad_request', { field: 'clientId' })
  const actions = kind ? [sql`e.action = any(${[...AUDIT_ACTIONS[kind]]}::text[])`] : []
  if (professionalId)
    return [
      [sql`e.professional_id = ${professionalId}::uuid`, ...actions],
      [sql`e.subject_professional_id = ${professionalId}::uuid`, ...actions],
    ]
  if (clientId)
    return [
      [sql`e.subject_client_id = ${clientId}::uuid`, ...actions],
      // What was written of records that were merged into this one since.
      [
        sql`e.subject_client_id = any(array(
          select m.id from merged_client m where m.into_client_id = ${clientId}::uuid))`,
        ...actions,
      ],
    ]
  if (groupId) return [[sql`e.subject_group_id = ${groupId}::uuid`, ...actions]]
  return kind ? AUDIT_ACTIONS[kind].map((action) => [sql`e.action = ${action}`]) : [[]]
}

/** What a branch admin did, or what is about the clients, groups and people of their branches. */
function isInScope(reader: Reader): Fragment {
  return sql`(e.professional_id = ${reader.professionalId}::uuid or case
    when e.subject_client_id is not null or e.subject_group_id is not null
      then coalesce(e.subject_client_id in ${clientIds(reader)}, false)
        or coalesce(e.subject_group_id in ${groupIds(reader)}, false)
    else e.subject_professional_id in ${professionalIds(reader)} end)`
}

/**
 * The entries of a page. `i` is the item as it is now and `shot` as it was: the rule is asked of both, for `v`, which
 * is the reader in the item's space.
 */
function selectEntries(reader: Reader, page: Fragment): Fragment {
  return sql`
    select e.id, e.at, e.at::text as key, e.action, e.address, e.details,
      e.professional_id, actor.name as professional_name,
      e.client_id, ${nameOfClient(sql`e.client_id`, reader)} as client_name,
      shot.kind as item_kind,
      case when seen.now then case when seen."then" then shot.name else i.name end
        when seen.gone and seen."then" then shot.name end as item_name,
      e.item is null or seen."then" and (seen.now or seen.gone) as told,
      e.subject_client_id, ${nameOfClient(sql`e.subject_client_id`, reader)} as subject_client_name,
      e.subject_group_id, (select g.name from client_group g
        where g.id = e.subject_group_id and (v.space_id is not null or g.id in ${groupIds(reader)})) as subject_group_name,
      e.subject_professional_id, subject.name as subject_professional_name,
      case when folder.deletion_id is null and ${visible('folder', 'v')} then folder.name end as folder_name,
      coalesce(invited.name, joined.name) as invited_name, receiver.name as receiver_name,
      ${nameOfClient(sql`(e.details ->> 'merged')::uuid`, reader)} as merged_name
    from ${page} page
    join audit_entry e on e.id = page.id
    left join professional actor on actor.id = e.professional_id
    left join professional subject on subject.id = e.subject_professional_id
    left join item i on i.id = e.item_id
    left join lateral jsonb_populate_record(null::item, e.item) shot on e.item is not null
    left join ${viewerOf(reader)} v on v.space_id = coalesce(i.space_id, e.space_id)
    left join space s on s.id = v.space_id
    left join item folder on folder.id = (e.details ->> 'folderId')::uuid
    left join lateral (select
      coalesce(i.deletion_id is null and ${visible('i', 'v')}, false) as now,
      i.id is null or i.deletion_id is not null as gone,
      coalesce(${sees('shot', 'v')}, false) as "then") seen on e.item is not null
    left join professional receiver on receiver.id = case
      when e.action in ('ownership_transferred', 'professional_transferred') then (e.details ->> 'to')::uuid end
    left join professional_invitation invited on invited.id = (e.details ->> 'invitationId')::uuid
    left join lateral (select w.name from audit_entry j join professional w on w.id = j.professional_id
      where j.company_id = e.company_id and j.action = 'joined' and e.action = 'professional_invited'
        and j.details ->> 'invitationId' = e.details ->> 'invitationId' limit 1) joined on true
    order by e.at desc, e.id desc`
}

/** As it is now; of a merged record, as it was. Null for a client whom the reader neither administers nor reaches here. */
function nameOfClient(id: Fragment, reader: Reader): Fragment {
  return sql`(select name from (select c.id, c.name from client c union all select m.id, m.name from merged_client m) named
    where named.id = ${id} and (named.id = s.client_id or named.id in ${clientIds(reader)}))`
}

function toEntry(row: Row): AuditEntry {
  const { id, at, action, address } = row
  const named = (of: string | null, name: string | null) => of && { id: of, name }
  return {
    id,
    at: at.toISOString(),
    action,
    by: row.professional_id
      ? { kind: 'professional', id: row.professional_id, name: row.professional_name }
      : row.client_id
        ? { kind: 'client', id: row.client_id, name: row.client_name }
        : null,
    address,
    item: row.item_kind && { kind: row.item_kind, name: row.item_name },
    client: named(row.subject_client_id, row.subject_client_name) || null,
    group: named(row.subject_group_id, row.subject_group_name) || null,
    person: named(row.subject_professional_id, row.subject_professional_name) || null,
    details: toDetails(row),
  }
}

/** What stands for a name is replaced by it, as far as the reader may know it. */
function toDetails({ told, details, ...row }: Row): AuditEntry['details'] {
  // Why something was done is for administrators to read, whatever it was done to.
  if (!told) return details.reason === undefined ? {} : { reason: details.reason }
  const { folderId, invitationId, merged, ...rest } = details
  return {
    ...rest,
    ...(row.folder_name !== null && { to: row.folder_name }),
    ...(row.invited_name !== null && { to: row.invited_name }),
    ...(row.receiver_name !== null && { to: row.receiver_name }),
    ...(row.merged_name !== null && { from: row.merged_name }),
  }
}
