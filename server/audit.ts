import { type Kysely, sql } from 'kysely'
import type { AuditAction } from '../core/api/audit.ts'
import type { Actor } from './access.ts'
import { type Batch, inBatches } from './batches.ts'
import type { Database } from './db/schema.ts'

type Db = Kysely<Database>

/** What an entry is about. `details` hold identifiers, levels, numbers and what the company itself is called by: never a person's name. */
type About = {
  spaceId?: string
  /** An entry each, with the item as it is at this moment. */
  items?: readonly string[]
  professionalId?: string
  clientId?: string
  /** An entry each. */
  clients?: readonly string[]
  groupId?: string
  /** Concerned besides those that are concerned anyway. */
  companyId?: string
  companyIds?: readonly string[]
  details?: Record<string, string | number | null | string[] | undefined>
}

/**
 * Writes down what is being done, in the transaction that does it and before rows vanish; `by` null is the software.
 *
 * Concerned are: the professional's company; the company of an item; of a client's act on files of their own, the
 * companies that follow them, or those of the professionals whom they chose; of a client's other acts, the companies
 * that follow them; the company of a professional who is its subject.
 */
export async function record(on: Db, by: Actor | null, action: AuditAction, about: About): Promise<void> {
  const clients = about.clients ?? (about.clientId ? [about.clientId] : [])
  const actorCompany = by?.kind === 'professional' ? by.companyId : null
  const clientId = by?.kind === 'client' ? by.clientId : null
  await sql`
    insert into audit_entry (company_id, action, professional_id, client_id, address, space_id, item_id, item,
      subject_professional_id, subject_client_id, subject_group_id, details)
    select concerned.company_id, ${action}, ${by?.kind === 'professional' ? by.professionalId : null}, ${clientId},
      case when ${clientId}::uuid is not null or concerned.company_id = ${actorCompany}::uuid
        then ${by?.address ?? null} end,
      s.id, i.id,
      case when i.id is not null then jsonb_build_object('space_id', i.space_id, 'kind', i.kind, 'name', i.name,
        'level', i.level, 'audience', i.audience, 'protected', i.protected, 'company_id', i.company_id,
        'branch_id', i.branch_id, 'owner_professional_id', i.owner_professional_id,
        'owner_client_id', i.owner_client_id) end,
      ${about.professionalId ?? null}::uuid,
      coalesce(subject.client_id, s.client_id, ${clientId}::uuid),
      coalesce(${about.groupId ?? null}::uuid, s.group_id),
      ${JSON.stringify(about.details ?? {})}::jsonb
    from (select) one
    left join item i on i.id = any(${about.items ? sql.val(about.items) : null}::uuid[])
    left join unnest(${sql.val(clients)}::uuid[]) subject (client_id) on true
    left join space s on s.id = coalesce(i.space_id, ${about.spaceId ?? null}::uuid)
    cross join lateral (
      select ${actorCompany}::uuid as company_id
      union select ${about.companyId ?? null}::uuid
      union select unnest(${sql.val(about.companyIds ?? [])}::uuid[])
      union select i.company_id
      union select p.company_id from professional p where p.id = ${about.professionalId ?? null}::uuid
        or p.id = any(i.audience) and ${clientId}::uuid is not null
      union select cc.company_id from client_company cc
        where cc.client_id = ${clientId}::uuid and cc.archived_at is null
          and i.company_id is null and i.audience is null
    ) concerned
    where concerned.company_id is not null and (i.id is not null or ${about.items === undefined})
      and (subject.client_id is not null or ${about.clients === undefined})`.execute(on)
}

/** How long what is fetched again, or in parts, counts as the same viewing. */
const ONE_VIEWING = 10 * 60 * 1000

type Opening = { by: Actor; action: 'file_opened' | 'file_downloaded'; itemId: string; now: Date }

/**
 * Writes down that a file's bytes are about to go out: once for one viewing, however many requests it takes, and
 * however many of them come at once. What one person opens at the same time is written down together.
 */
export function createOpenings(db: Db) {
  const recordTogether = inBatches(async (openings: Batch<Opening>) => {
    const [{ by, action, now }] = openings
    const actorId = by.kind === 'professional' ? by.professionalId : by.clientId
    const asked = [...new Set(openings.map(({ itemId }) => itemId))]
    const findNew = async (on: Db, ids: readonly string[]) => {
      const { rows } = await sql<{ item_id: string }>`select e.item_id from audit_entry e
        where e.item_id = any(${sql.val(ids)}::uuid[]) and e.at > ${new Date(now.getTime() - ONE_VIEWING)}
          and e.action = ${action} and coalesce(e.professional_id, e.client_id) = ${actorId}::uuid`.execute(
        on,
      )
      const recorded = new Set(rows.map(({ item_id }) => item_id))
      return ids.filter((id) => !recorded.has(id))
    }
    const unknown = await findNew(db, asked)
    if (unknown.length > 0)
      await db.transaction().execute(async (trx) => {
        // Their requests may be at another process too.
        await sql`select pg_advisory_xact_lock(hashtextextended(${`${action} ${actorId}`}, 0))`.execute(trx)
        const items = await findNew(trx, unknown)
        if (items.length > 0) await record(trx, by, action, { items })
      })
    return openings.map(() => ({ status: 'fulfilled', value: undefined }) as const)
  })

  return (opening: Opening): Promise<void> =>
    recordTogether(JSON.stringify([opening.by, opening.action]), opening)
}
