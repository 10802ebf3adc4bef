import { type Kysely, sql } from 'kysely'
import type { InboxKind } from '../../core/api/inbox.ts'
import { viewers } from '../access.ts'
import type { Database } from '../db/schema.ts'
import { tell } from '../notify/inbox.ts'
import type { Professional } from './reach.ts'

type Db = Kysely<Database>

/** So long whoever gave an address may mend their own slip. */
const MENDING_MS = 24 * 60 * 60_000

/** Whether the record ever had an address, since when, and from whom. */
export type Addressed = { email: string | null; addressed_at: Date | null; addressed_by: string | null }

/**
 * Whether somebody who may edit the record may say where its client is invited, as long as there is no account: whoever
 * has that address comes to see all that was ever shared with the client. docs/decisions/0030
 */
export function mayAddress(
  { email, addressed_at: at, addressed_by: by }: Addressed,
  { professionalId }: Professional,
  manages: boolean,
  now: Date,
): boolean {
  const never = email === null && at === null
  return manages || never || isMending({ at, by }, professionalId, now)
}

/** Writes down who gave the address, or took it away; of a slip that is mended, the first time counts on. */
export async function markAddressed(
  trx: Db,
  { professionalId }: Professional,
  clientId: string,
  now: Date,
): Promise<void> {
  const { addressed_at: at, addressed_by: by } = await trx
    .selectFrom('client')
    .select(['addressed_at', 'addressed_by'])
    .where('id', '=', clientId)
    .executeTakeFirstOrThrow()
  if (isMending({ at, by }, professionalId, now)) return
  const mark = { addressed_at: now, addressed_by: professionalId }
  await trx.updateTable('client').set(mark).where('id', '=', clientId).execute()
}

function isMending(
  { at, by }: { at: Date | null; by: string | null },
  professionalId: string,
  now: Date,
): boolean {
  return by === professionalId && at !== null && now.getTime() - at.getTime() < MENDING_MS
}

/** The other stakeholders learn of it, and the administrators of the record: not which address it is. */
export async function tellAddressed(
  trx: Db,
  { professionalId }: Professional,
  { clientId, spaceId }: { clientId: string; spaceId: string },
  from: string | null,
  to: string | null,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select v.professional_id as id from ${viewers} v
    where v.space_id = ${spaceId}::uuid and v.professional_id is not null
      and (v.in_scope and v.administers or exists (select from stakeholder st where st.space_id = v.space_id
        and st.professional_id = v.professional_id and st.status = 'active'))`.execute(trx)
  const kind: InboxKind = !from
    ? 'client_address_given'
    : to
      ? 'client_address_changed'
      : 'client_address_removed'
  await tell(trx, { professionalIds: rows.map(({ id }) => id) }, kind, { professionalId, clientId, spaceId })
}
