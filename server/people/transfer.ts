import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Colleague } from '../../core/api/administration.ts'
import type { Transfer } from '../../core/api/custody.ts'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import { viewerOf } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { lockSpaces } from '../files/space-lock.ts'
import type { Jobs } from '../jobs.ts'
import { tell } from '../notify/inbox.ts'
import { archive } from './archiving.ts'
import { personBehind } from './persons.ts'
import { listColleagues } from './professionals.ts'
import type { Professional } from './reach.ts'
import { administering, holds, readScope, type Scope } from './scope.ts'

type Db = Kysely<Database>
type Input = { professionalId: string; colleagueId: string }
/** Whose work it is, and who goes on with it. */
type Pair = { leaver: Colleague; colleague: Colleague }

/**
 * Handing over the work of somebody who leaves: docs/decisions/0017. The colleague becomes a stakeholder of the
 * leaver's clients and groups, and the owner of what the leaver made wherever the colleague is involved by then.
 * Levels, companies and branches of items stay as they are.
 */
export function createTransfers({ db, jobs, now }: { db: Db; jobs: Jobs; now: () => Date }) {
  return {
    /** @throws read_only, forbidden, not_found, archive_yourself, bad_request for a colleague who couldn't go on */
    async readTransfer(actor: Professional, input: Input): Promise<Transfer> {
      return toTransfer(await readPlan(db, actor, await findPair(db, await readScope(db, actor), input)))
    },

    /** Once more hands over what is left, if anything. @throws as `readTransfer` */
    transferProfessional(actor: Professional, input: Input): Promise<Transfer> {
      return administering(db, actor, async (trx, scope) => {
        const pair = await findPair(trx, scope, input)
        const { leaver, colleague } = pair
        await lockSpaces(
          trx,
          sql`select space_id from stakeholder where professional_id = ${leaver.id}::uuid and status = 'active'
            union select space_id from item where owner_professional_id = ${leaver.id}::uuid`,
        )
        const plan = await readPlan(trx, actor, pair)
        const { clients, groups, items } = toTransfer(plan)
        await record(trx, actor, 'professional_transferred', {
          professionalId: leaver.id,
          details: { to: colleague.id, clients, groups, items },
        })
        await involve(trx, actor, colleague, plan.spaces, now())
        await handOver(trx, actor, pair, plan.ids, now())
        if (clients + groups + items > 0) {
          const details = { from: leaver.name, to: colleague.name, clients, groups, items }
          const about = { professionalId: actor.professionalId, details }
          await tell(trx, { professionalIds: [colleague.id] }, 'work_received', about)
          // The person, who in a moment acts as this professional no more.
          await tell(trx, { personIds: await personBehind(trx, leaver.id) }, 'work_handed_over', about)
        }
        if (!leaver.archived) await archive(trx, actor, leaver, { jobs, now })
        return toTransfer(plan)
      })
    },
  }
}

/** @throws not_found, forbidden, archive_yourself, bad_request */
async function findPair(on: Db, scope: Scope, { professionalId, colleagueId }: Input): Promise<Pair> {
  const all = await listColleagues(on, scope)
  const leaver = all.find(({ id }) => id === professionalId)
  const colleague = all.find(({ id }) => id === colleagueId)
  if (!leaver || !colleague) throw new Problem('not_found')
  if (!holds(scope, leaver)) throw new Problem('forbidden')
  if (leaver.you) throw new Problem('archive_yourself')
  const goesOn = colleague.id !== leaver.id && !colleague.archived && can(colleague.profile, 'writeFiles')
  if (!goesOn) throw new Problem('bad_request', { field: 'colleagueId' })
  return { leaver, colleague }
}

type Plan = Transfer & { spaces: string[]; ids: string[] }

/**
 * `spaces` are those that the leaver is a stakeholder of, in the clients and groups that the actor administers. Items
 * are the colleague's wherever the colleague is involved, by those or already, as far as the actor may take over;
 * deleted ones among them, should they come back.
 */
async function readPlan(on: Db, actor: Professional, { leaver, colleague }: Pair): Promise<Plan> {
  const { rows } = await sql<Plan>`
    with administered as (
      select v.space_id from ${viewerOf(actor)} v where v.in_scope
    ), theirs as (
      select s.id, s.client_id, s.id in (select space_id from administered) as own
      from ${viewerOf(asActor(actor, leaver))} v
      join stakeholder st on st.space_id = v.space_id and st.professional_id = v.professional_id and st.status = 'active'
      join space s on s.id = v.space_id
    ), made as (
      select i.id, i.kind, i.level, i.deletion_id is null as alive,
        i.space_id in (select id from theirs where own
          union select v.space_id from ${viewerOf(asActor(actor, colleague))} v
          where ${can(actor.profile, 'administerCompany')} or v.space_id in (select space_id from administered)) as moves
      from item i join space s on s.id = i.space_id and s.professional_id is null
      where i.owner_professional_id = ${leaver.id}::uuid and not i.protected
    )
    select ${count(sql`theirs where own and client_id is not null`)} as clients,
      ${count(sql`theirs where own and client_id is null`)} as groups,
      ${count(sql`theirs where not own`)} as elsewhere,
      ${count(sql`made where moves and alive`)} as items,
      ${count(sql`made where moves and alive and kind = 'file' and level in ('me', 'me_client')`)} as hidden,
      ${count(sql`made where not moves and alive`)} as left,
      array(select id from theirs where own order by id) as spaces,
      array(select id from made where moves) as ids`.execute(on)
  if (!rows[0]) throw new Error('a row of counts is always there')
  return rows[0]
}

function toTransfer({ spaces: _, ids: __, ...counts }: Plan): Transfer {
  return counts
}

function count(of: RawBuilder<unknown>): RawBuilder<number> {
  return sql`(select count(*)::integer from ${of})`
}

/** A colleague, to be asked what they reach. */
function asActor({ companyId }: Professional, { id, profile }: Colleague): Professional {
  return { kind: 'professional', personId: '', address: null, professionalId: id, companyId, profile }
}

async function involve(trx: Db, actor: Professional, colleague: Colleague, spaces: string[], now: Date) {
  await sql`
    insert into stakeholder (space_id, professional_id, added_by, since)
    select unnest(${spaces}::uuid[]), ${colleague.id}::uuid, ${actor.professionalId}::uuid, ${now}::timestamptz
    on conflict (space_id, professional_id) do update set
      status = 'active', ended_at = null, since = excluded.since, added_by = excluded.added_by
      where stakeholder.status <> 'active'`.execute(trx)
  for (const spaceId of spaces)
    await record(trx, actor, 'stakeholder_added', { spaceId, professionalId: colleague.id })
}

/** Logged first: the log keeps each item as its former owner had it. */
async function handOver(
  trx: Db,
  actor: Professional,
  { leaver, colleague }: Pair,
  items: string[],
  now: Date,
) {
  if (items.length === 0) return
  await record(trx, actor, 'ownership_transferred', {
    items,
    professionalId: leaver.id,
    details: { to: colleague.id },
  })
  await sql`update item set owner_professional_id = ${colleague.id}::uuid, changed_at = ${now}::timestamptz
    where id = any(${items}::uuid[])`.execute(trx)
}
