import { type Kysely, sql } from 'kysely'
import type { Merge, MergeSide } from '../../../core/api/lives.ts'
import type { ClientRecord } from '../../../core/api/people.ts'
import { Problem } from '../../../core/errors.ts'
import { viewerOf, viewers, visible } from '../../access.ts'
import { record } from '../../audit.ts'
import { rehearse } from '../../db/rehearse.ts'
import type { Database } from '../../db/schema.ts'
import { holdsWords } from '../../search.ts'
import { emailOf, hasAccount } from '../clients.ts'
import type { Professional } from '../reach.ts'
import { branchNames, PAGE } from './following.ts'
import { type Needs, requireManaged } from './managed.ts'
import { lockBoth, type Merging, unite, unitePeople } from './unite.ts'

type Db = Kysely<Database>
type Two = { clientId: string; otherId: string }

/** Two records of one client become one, for good, by whoever manages both. */
export function createMerging({ db, readClient }: Needs) {
  /**
   * The two records: the one with an account stays, so that the client's app goes on as it was.
   * @throws not_found, read_only, forbidden; merge_itself, merge_two_accounts
   */
  async function choose(on: Db, actor: Professional, { clientId, otherId }: Two) {
    for (const id of [clientId, otherId]) await requireManaged(on, actor, id)
    if (clientId === otherId) throw new Problem('merge_itself')
    const [one, other] = [
      await readClient(actor, { clientId }, on),
      await readClient(actor, { clientId: otherId }, on),
    ]
    const [mine, theirs] = [hasAccount(one), hasAccount(other)]
    if (mine && theirs) throw new Problem('merge_two_accounts')
    return theirs ? { stays: other, goes: one } : { stays: one, goes: other }
  }

  return {
    /** @throws not_found, read_only, forbidden */
    async listMergeable(
      actor: Professional,
      { clientId, search }: { clientId: string; search?: string | undefined },
    ) {
      await requireManaged(db, actor, clientId)
      const conditions = [
        sql`v.in_scope and c.id <> ${clientId}::uuid and cc.company_id = ${actor.companyId}::uuid`,
        ...holdsWords('c.name', search),
      ]
      const { rows } = await sql<Omit<MergeCandidate, 'more'>>`
          with mine as (select c.name, ${emailOf} as email from client c left join person p on p.id = c.person_id
            where c.id = ${clientId}::uuid)
          select c.id, c.name, ${emailOf} as email, ${branchNames('cc')} as branches,
            folded(c.name) = folded(mine.name) or coalesce(${emailOf} = mine.email, false) as alike
          from ${viewerOf(actor)} v
          join space s on s.id = v.space_id
          join client c on c.id = s.client_id
          join client_company cc on cc.client_id = c.id
          left join person p on p.id = c.person_id
          cross join mine
          where ${sql.join(conditions, sql` and `)}
          order by alike desc, c.name collate natural_order, c.id limit ${PAGE + 1}`.execute(db)
      return { clients: rows.slice(0, PAGE), more: rows.length > PAGE }
    },

    /** What it would do, as far as the actor sees. @throws as `choose` */
    async readMerge(actor: Professional, two: Two): Promise<Merge> {
      const { stays, goes } = await choose(db, actor, two)
      return {
        stays: await readSide(db, actor, stays),
        goes: await readSide(db, actor, goes),
        ...(await foreseeReach(db, actor, merging(stays), merging(goes))),
      }
    },

    /** @throws as `choose` */
    async mergeClients(actor: Professional, two: Two): Promise<ClientRecord> {
      return db.transaction().execute(async (trx) => {
        const found = await choose(trx, actor, two)
        await lockBoth(trx, merging(found.stays), merging(found.goes))
        // As things stand now that nobody else changes them.
        const { stays, goes } = await choose(trx, actor, two)
        const companies = await sql<{ company_id: string }>`
          select distinct company_id from client_company where client_id in (${stays.id}, ${goes.id})`.execute(
          trx,
        )
        await record(trx, actor, 'clients_merged', {
          clientId: stays.id,
          companyIds: companies.rows.map(({ company_id }) => company_id),
          details: { merged: goes.id },
        })
        await unite(trx, merging(stays), merging(goes))
        return readClient(actor, { clientId: stays.id }, trx)
      })
    },
  }
}

type MergeCandidate = { id: string; name: string; email: string | null; branches: string[]; alike: boolean }

function merging({ id, spaceId }: ClientRecord): Merging {
  return { clientId: id, spaceId }
}

/**
 * Who would come to reach all of both, and who would reach neither: the rule is asked before and after, and all is
 * taken back.
 */
function foreseeReach(db: Db, actor: Professional, stays: Merging, goes: Merging) {
  return rehearse(db, async (rehearsed) => {
    await lockBoth(rehearsed, stays, goes)
    const before = await whoReaches(rehearsed, actor, stays, goes)
    await unitePeople(rehearsed, stays, goes)
    const after = await whoReaches(rehearsed, actor, stays, goes)
    const names = (all: Who[], others: Who[], enough: number) =>
      all
        .filter((who) => !others.some(({ id, spaces }) => id === who.id && spaces >= enough))
        .map(({ name }) => name)
    return { gain: names(after, before, 2), lose: names(before, after, 1) }
  })
}

/** Somebody, and how many of the two they reach. */
type Who = { id: string; name: string; spaces: number }

async function whoReaches(on: Db, actor: Professional, one: Merging, other: Merging): Promise<Who[]> {
  const { rows } = await sql<Who>`
    select v.professional_id as id, v.name, count(*)::integer as spaces from ${viewers} v
    where v.space_id in (${one.spaceId}::uuid, ${other.spaceId}::uuid)
      and v.professional_id <> ${actor.professionalId}::uuid
    group by 1, 2 order by v.name collate natural_order, 1`.execute(on)
  return rows
}

async function readSide(on: Db, actor: Professional, client: ClientRecord): Promise<MergeSide> {
  const { rows } = await sql<Pick<MergeSide, 'stakeholders' | 'groups' | 'files' | 'folders'>>`
    select array(select w.name from stakeholder st join professional w on w.id = st.professional_id
        where st.space_id = ${client.spaceId}::uuid and st.status = 'active' and w.archived_at is null
        order by w.name collate natural_order, w.id) as stakeholders,
      array(select g.name from group_member m join client_group g on g.id = m.group_id
        join space gs on gs.group_id = g.id join ${viewerOf(actor)} w on w.space_id = gs.id
        where m.client_id = ${client.id}::uuid order by g.name collate natural_order, g.id) as groups,
      count(*) filter (where i.kind = 'file')::integer as files,
      count(*) filter (where i.kind = 'folder')::integer as folders
    from ${viewerOf(actor)} v join item i on i.space_id = v.space_id
    where v.space_id = ${client.spaceId}::uuid and ${visible('i', 'v')}`.execute(on)
  const { id, name, email, app, branches, since } = client
  const found = rows[0] ?? { stakeholders: [], groups: [], files: 0, folders: 0 }
  return { id, name, email, app, since, branches: branches.map((branch) => branch.name), ...found }
}
