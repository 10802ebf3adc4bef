import { type Kysely, sql } from 'kysely'
import type { InboxKind, Note } from '../../core/api/inbox.ts'
import { Problem } from '../../core/errors.ts'
import { type Actor, viewerOf, visible } from '../access.ts'
import type { Database } from '../db/schema.ts'

const PAGE = 30
/** Beyond this the bell says "and more". */
const COUNTED = 100

/** Whom to tell: as the professional or client that they are or, by their person, whomever they act as. */
export type Told = {
  personIds?: readonly string[]
  professionalIds?: readonly string[]
  clientIds?: readonly string[]
}

/**
 * What a note is about. `professionalId` (who did it), `companyId`, `clientId` and `groupId` are named in its
 * sentence. With `itemId` it shows only as long as its reader sees that item, with `spaceId` only as long as they reach
 * the space: leave both away where it tells of an end. `details` are further words and numbers of the sentence.
 */
export type About = {
  spaceId?: string
  itemId?: string
  professionalId?: string
  clientId?: string
  groupId?: string
  companyId?: string
  details?: Record<string, string | number>
}

/**
 * Tells people something in the app, in the transaction of what happened. Whoever has no account is passed over; so
 * is the professional who did it: nobody is told of their own acts.
 */
export async function tell(on: Kysely<Database>, told: Told, kind: InboxKind, about: About): Promise<void> {
  const { personIds = [], professionalIds = [], clientIds = [] } = told
  await sql`
    insert into notification (person_id, to_professional_id, to_client_id, kind, space_id, item_id,
      professional_id, client_id, group_id, company_id, details)
    select t.*, ${kind}, ${about.spaceId ?? null}::uuid, ${about.itemId ?? null}::uuid,
      ${about.professionalId ?? null}::uuid, ${about.clientId ?? null}::uuid, ${about.groupId ?? null}::uuid,
      ${about.companyId ?? null}::uuid, ${JSON.stringify(about.details ?? {})}::jsonb
    from (
      select p.id, null::uuid, null::uuid from person p where p.id = any(${personIds}::uuid[])
      union
      select w.person_id, w.id, null from professional w
      where w.id = any(${professionalIds}::uuid[]) and w.person_id is not null and w.archived_at is null
        and w.id is distinct from ${about.professionalId ?? null}::uuid
      union
      select c.person_id, null, c.id from client c
      where c.id = any(${clientIds}::uuid[]) and c.person_id is not null
    ) t`.execute(on)
}

/** What people were told. Whatever they may no longer see, they were never told. */
export function createInbox({ db, now }: { db: Kysely<Database>; now: () => Date }) {
  /** The notes `n` of the actor. */
  const mine = (actor: Actor) => sql`
    n.person_id = ${actor.personId}::uuid
    and (n.to_professional_id is null or n.to_professional_id = ${professionalOf(actor)}::uuid)
    and (n.to_client_id is null or n.to_client_id = ${clientOf(actor)}::uuid)
    and (n.space_id is null or exists (select from ${viewerOf(actor)} v where v.space_id = n.space_id))
    and (n.item_id is null or exists (select from item i join ${viewerOf(actor)} v on v.space_id = i.space_id
      where i.id = n.item_id and ${visible('i', 'v')}))`

  return {
    async readInbox(actor: Actor, { cursor }: { cursor?: string | undefined }) {
      const after = cursor === undefined ? sql`true` : sql`(n.created_at, n.id) < ${readCursor(cursor)}`
      const { rows } = await sql<Row>`
        select n.id, n.kind, n.created_at, n.created_at::text as moment, n.read_at is not null as read, n.details,
          w.name as professional, coalesce(co.name, of.name) as company, i.name as item,
          case when ${actor.kind} = 'professional' then c.name end as client,
          case when ${actor.kind} = 'professional' then g.name end as "group",
          case when n.space_id is not null or i.id is not null then json_build_object(
            'clientId', s.client_id, 'itemId', i.id, 'folderId', i.parent_id,
            'groupId', case when ${actor.kind} = 'professional' then s.group_id end) end as place
        from notification n
        left join professional w on w.id = n.professional_id
        left join company of on of.id = w.company_id
        left join company co on co.id = n.company_id
        left join client c on c.id = n.client_id
        left join client_group g on g.id = n.group_id
        left join item i on i.id = n.item_id
        left join space s on s.id = coalesce(n.space_id, i.space_id)
        where ${mine(actor)} and ${after}
        order by n.created_at desc, n.id desc limit ${PAGE + 1}`.execute(db)
      const unread = await sql<{ count: number }>`
        select count(*)::integer as count from (
          select from notification n where ${mine(actor)} and n.read_at is null limit ${COUNTED}) counted`.execute(
        db,
      )
      const page = rows.slice(0, PAGE)
      const last = rows.length > PAGE ? page.at(-1) : undefined
      return {
        notes: page.map(({ created_at, moment: _, ...note }) => ({ ...note, at: created_at.toISOString() })),
        unread: unread.rows[0]?.count ?? 0,
        next: last ? writeCursor(last) : null,
      }
    },

    /** Marks as read what came up to a moment, to whomever of the person it was told. */
    async markRead(actor: Actor, { until }: { until: string }): Promise<{ ok: true }> {
      // A moment has microseconds here, and milliseconds where it was read.
      await sql`update notification n set read_at = ${now()}::timestamptz
        where ${mine(actor)} and n.read_at is null and n.created_at < ${until}::timestamptz + interval '1 ms'`.execute(
        db,
      )
      return { ok: true }
    },
  }
}

type Row = Omit<Note, 'at'> & { created_at: Date; moment: string }

function professionalOf(actor: Actor): string | null {
  return actor.kind === 'professional' ? actor.professionalId : null
}

function clientOf(actor: Actor): string | null {
  return actor.kind === 'client' ? actor.clientId : null
}

function writeCursor({ moment, id }: Row): string {
  return Buffer.from(JSON.stringify([moment, id])).toString('base64url')
}

/** @throws bad_request on what we didn't write */
function readCursor(text: string) {
  try {
    const [moment, id] = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (!Number.isNaN(Date.parse(moment)) && /^[0-9a-f-]{36}$/.test(id))
      return sql`(${moment}::timestamptz, ${id}::uuid)`
  } catch {}
  throw new Problem('bad_request', { field: 'cursor' })
}
