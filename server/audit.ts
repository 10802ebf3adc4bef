import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { AuditAction } from '../core/api/audit.ts'
import { type Actor, hatOf } from './access.ts'
import { type Batch, inBatches } from './batches.ts'
import { PLANNED_ONCE, unforeseen } from './db/planned-once.ts'
import type { Database } from './db/schema.ts'

type Db = Kysely<Database>
type Sql = RawBuilder<unknown>

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
  await write(on, by, action, about, { first: sql``, only: sql`` })
}

/** `first`, a query with a name, does something else with the entries that are to be; `only` says which of them are written. */
async function write(
  on: Db,
  by: Actor | null,
  action: AuditAction,
  about: About,
  { first, only }: { first: Sql; only: Sql },
): Promise<void> {
  const clients = about.clients ?? (about.clientId ? [about.clientId] : [])
  const actorCompany = id(by?.kind === 'professional' ? by.companyId : null)
  const clientId = id(by?.kind === 'client' ? by.clientId : null)
  const professionalId = id(about.professionalId)
  await sql`${PLANNED_ONCE} with entry as (
    select concerned.company_id, ${action}::text as action,
      ${id(by?.kind === 'professional' ? by.professionalId : null)} as professional_id, ${clientId} as client_id,
      case when ${clientId} is not null or concerned.company_id = ${actorCompany}
        then ${by?.address ?? null}::text end as address,
      s.id as space_id, i.id as item_id,
      case when i.id is not null then jsonb_build_object('space_id', i.space_id, 'kind', i.kind, 'name', i.name,
        'level', i.level, 'audience', i.audience, 'protected', i.protected, 'company_id', i.company_id,
        'branch_id', i.branch_id, 'owner_professional_id', i.owner_professional_id,
        'owner_client_id', i.owner_client_id) end as item,
      ${professionalId} as subject_professional_id,
      coalesce(subject.client_id, s.client_id, ${clientId}) as subject_client_id,
      coalesce(${id(about.groupId)}, s.group_id) as subject_group_id,
      ${JSON.stringify(about.details ?? {})}::jsonb as details
    from (select) one
    left join item i on i.id = any(${unforeseen(about.items ?? null, 'uuid[]')})
    left join unnest(${unforeseen(clients, 'uuid[]')}) subject (client_id) on true
    left join space s on s.id = coalesce(i.space_id, ${id(about.spaceId)})
    cross join lateral (
      select ${actorCompany} as company_id
      union select ${id(about.companyId)}
      union select unnest(${unforeseen(about.companyIds ?? [], 'uuid[]')})
      union select i.company_id
      union select p.company_id from professional p where p.id = ${professionalId}
        or p.id = any(i.audience) and ${clientId} is not null
      union select cc.company_id from client_company cc
        where cc.client_id = ${clientId} and cc.archived_at is null
          and i.company_id is null and i.audience is null
    ) concerned
    where concerned.company_id is not null and (i.id is not null or ${unforeseen(about.items === undefined, 'boolean')})
      and (subject.client_id is not null or ${unforeseen(about.clients === undefined, 'boolean')})
    ) ${first}
    insert into audit_entry (company_id, action, professional_id, client_id, address, space_id, item_id, item,
      subject_professional_id, subject_client_id, subject_group_id, details)
    select * from entry ${only}`.execute(on)
}

const id = (value: string | null | undefined) => unforeseen(value ?? null, 'uuid')

/** How long what is fetched again, or in parts, counts as the same viewing. */
const ONE_VIEWING = 10 * 60 * 1000

export type ViewingAction = 'file_opened' | 'file_downloaded'
type Opening = { by: Actor; action: ViewingAction; itemId: string; now: Date }

/** A column: as what the actor has been viewing the item `i` of late. That stands in the log. */
export function viewingsOf(actor: Actor, i: string, now: Date): RawBuilder<ViewingAction[]> {
  return sql`array(select viewing.action from viewing
    where viewing.actor_id = ${id(hatOf(actor))} and viewing.item_id = ${sql.ref(`${i}.id`)} and ${soon(now)})`
}

function soon(now: Date) {
  return sql`viewing.at between ${new Date(now.getTime() - ONE_VIEWING)}::timestamptz
    and ${new Date(now.getTime() + ONE_VIEWING)}::timestamptz`
}

/**
 * Writes down that a file's bytes are about to go out: once for one viewing, however many requests it takes, and
 * however many of them come at once, to whatever process. What one person opens at the same time is written down together.
 */
export function createOpenings(db: Db) {
  const recordTogether = inBatches(async (openings: Batch<Opening>) => {
    const [{ by, action, now }] = openings
    const items = [...new Set(openings.map(({ itemId }) => itemId))]
    await write(
      db,
      by,
      action,
      { items },
      {
        // In one order: who writes the same at the same time waits, and finds it written.
        first: sql`, new as (
          insert into viewing (actor_id, item_id, action, at)
          select distinct ${id(hatOf(by))}, entry.item_id, ${action}::text, ${now}::timestamptz from entry order by 2
          on conflict (actor_id, item_id, action) do update set at = excluded.at where not (${soon(now)})
          returning item_id)`,
        only: sql`where item_id in (select item_id from new)`,
      },
    )
    return openings.map(() => ({ status: 'fulfilled', value: undefined }) as const)
  })

  return (opening: Opening): Promise<void> =>
    recordTogether(JSON.stringify([opening.by, opening.action]), opening)
}
