import { type Kysely, sql } from 'kysely'
import type { InboxKind } from '../../core/api/inbox.ts'
import type { Database } from '../db/schema.ts'

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
