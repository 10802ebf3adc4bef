import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { ClientRecord } from '../../core/api/people.ts'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import { viewerOf } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import type { Language } from '../notify/letters.ts'
import { type Addressed, markAddressed, mayAddress, tellAddressed } from './addresses.ts'
import type { Invitations } from './invitations.ts'
import { legalPersonName } from './names.ts'
import { claimAddress, isActive, releaseAddress } from './persons.ts'
import {
  branchesOf,
  chooseBranch,
  isOwn,
  type Professional,
  reachSpace,
  requireAbility,
  sinceOf,
} from './reach.ts'

type Db = Kysely<Database>
type Client = { id: string; name: string }

/** Clients and their way into the app. An address that is somebody's already looks like any other: docs/decisions/0004. */
export function createClients({
  db,
  invitations,
  now,
}: {
  db: Db
  invitations: Invitations
  now: () => Date
}) {
  async function readClient(actor: Professional, { clientId }: { clientId: string }, on = db) {
    const { rows } = await sql<Row>`
      select c.id, s.id as space_id, c.name, ${emailOf} as email, ${isActive} as active,
        c.access_ended_at is not null as ended, ${branchesOf(actor.companyId)} as branches,
        c.addressed_at, c.addressed_by, ${sinceOf(actor)} as since, v.may_write, v.in_scope, ${isOwn(actor.companyId)} as own,
        ${isFollowedElsewhere(actor.companyId)} as elsewhere
      from ${viewerOf(actor)} v
      join space s on s.id = v.space_id
      join client c on c.id = s.client_id
      left join person p on p.id = c.person_id
      where c.id = coalesce((select m.into_client_id from merged_client m where m.id = ${clientId}::uuid),
        ${clientId}::uuid)`.execute(on)
    if (!rows[0]) throw new Problem('not_found')
    return toRecord(rows[0], actor, now())
  }

  /** The record, locked, if the actor may change it. @throws not_found, read_only, forbidden */
  async function changeable(trx: Db, actor: Professional, clientId: string) {
    const { own } = await reachSpace(trx, actor, { clientId })
    requireAbility(actor, 'writeFiles')
    if (!own) throw new Problem('forbidden')
    await trx.selectFrom('client').select('id').where('id', '=', clientId).forUpdate().execute()
    return readClient(actor, { clientId }, trx)
  }

  /** Gives the client a new address, and has the invitation sent there. @throws email_taken */
  async function address(trx: Db, actor: Professional, client: Client, email: string) {
    await refuseSecondRecord(trx, actor, client.id, email)
    await dropAddress(trx, client.id)
    await trx.updateTable('client').set({ email }).where('id', '=', client.id).execute()
    await markAddressed(trx, actor, client.id, now())
    await invite(trx, actor, client, email)
  }

  async function removeAddress(trx: Db, actor: Professional, clientId: string): Promise<void> {
    await dropAddress(trx, clientId)
    await markAddressed(trx, actor, clientId, now())
  }

  async function invite(trx: Db, actor: Professional, { id, name }: Client, email: string) {
    const language = await languageOf(trx, actor)
    const { person_id } = await personOf(trx, id)
    const personId = person_id ?? (await claimAddress(trx, { name, email, language }))
    await trx.updateTable('client').set({ person_id: personId }).where('id', '=', id).execute()
    await invitations.send(trx, id, actor)
  }

  return {
    /** The record; of one that was merged into another, that other. @throws not_found */
    readClient,

    /** The creator becomes a stakeholder. @throws read_only, email_taken, too_many_requests, not_found for the branch */
    async createClient(
      actor: Professional,
      input: { name: string; email?: string | undefined; branchId?: string | undefined },
    ): Promise<ClientRecord> {
      requireAbility(actor, 'createClients')
      const name = legalPersonName(input.name)
      if (input.email) await invitations.countMail(actor.companyId, input.email)
      return db.transaction().execute(async (trx) => {
        const branchId = await chooseBranch(trx, actor, input.branchId)
        const { id } = await trx
          .insertInto('client')
          .values({ name })
          .returning('id')
          .executeTakeFirstOrThrow()
        const link = { client_id: id, company_id: actor.companyId }
        await trx.insertInto('client_company').values(link).execute()
        if (branchId)
          await trx
            .insertInto('client_branch')
            .values({ ...link, branch_id: branchId })
            .execute()
        const space = await trx
          .insertInto('space')
          .values({ client_id: id })
          .returning('id')
          .executeTakeFirstOrThrow()
        await trx
          .insertInto('stakeholder')
          .values({
            space_id: space.id,
            professional_id: actor.professionalId,
            added_by: actor.professionalId,
          })
          .execute()
        await record(trx, actor, 'client_created', { spaceId: space.id })
        if (input.email) await address(trx, actor, { id, name }, input.email)
        return readClient(actor, { clientId: id }, trx)
      })
    },

    /**
     * @throws not_found, read_only; forbidden, for the e-mail too of who was invited; conflict for that of an account;
     * email_taken, too_many_requests
     */
    async changeClient(
      actor: Professional,
      input: { clientId: string; name?: string | undefined; email?: string | null | undefined },
    ): Promise<ClientRecord> {
      const { clientId, email } = input
      const name = input.name === undefined ? undefined : legalPersonName(input.name)
      const before = await readClient(actor, { clientId })
      const moves = email !== undefined && email !== before.email
      if (moves && email && before.can.address) await invitations.countMail(actor.companyId, email)
      return db.transaction().execute(async (trx) => {
        const found = await changeable(trx, actor, clientId)
        if (name) await rename(trx, clientId, name)
        const readdressed = email !== undefined && email !== found.email
        if (readdressed) {
          if (hasAccount(found)) throw new Problem('conflict')
          if (!found.can.address) throw new Problem('forbidden')
          if (email) await address(trx, actor, { id: clientId, name: name ?? found.name }, email)
          else await removeAddress(trx, actor, clientId)
          await tellAddressed(trx, actor, { clientId, spaceId: found.spaceId }, found.email, email)
        }
        const changed = [...(name ? ['name'] : []), ...(readdressed ? ['email'] : [])]
        await record(trx, actor, 'client_changed', { spaceId: found.spaceId, details: { changed } })
        return readClient(actor, { clientId }, trx)
      })
    },

    /** @throws not_found, read_only, forbidden; conflict without an e-mail or with an account; too_many_requests */
    async inviteClient(actor: Professional, { clientId }: { clientId: string }): Promise<ClientRecord> {
      const { email, can } = await readClient(actor, { clientId })
      if (can.invite && email) await invitations.countMail(actor.companyId, email)
      return db.transaction().execute(async (trx) => {
        const found = await changeable(trx, actor, clientId)
        if (!found.can.invite || !found.email) throw new Problem('conflict')
        await invite(trx, actor, found, found.email)
        await record(trx, actor, 'client_invited', { spaceId: found.spaceId })
        return readClient(actor, { clientId }, trx)
      })
    },
  }
}

/** What the record says is the client's address: the account's own, once there is one. */
export const emailOf = sql<string | null>`(case when ${isActive} then p.email else c.email end)`

/**
 * A second record with an address that the actor already sees on another is a slip. Records out of reach are not
 * looked at: that an address is known must not show.
 */
async function refuseSecondRecord(trx: Db, actor: Professional, clientId: string, email: string) {
  const { rows } = await sql`
    select from ${viewerOf(actor)} v
    join space s on s.id = v.space_id
    join client c on c.id = s.client_id
    left join person p on p.id = c.person_id
    where c.id <> ${clientId}::uuid and ${emailOf} = ${email} limit 1`.execute(trx)
  if (rows.length > 0) throw new Problem('email_taken')
}

async function languageOf(trx: Db, { personId }: Professional): Promise<Language> {
  const { language } = await trx
    .selectFrom('person')
    .select('language')
    .where('id', '=', personId)
    .executeTakeFirstOrThrow()
  return language as Language
}

/** The name of somebody who was invited and hasn't come is what the professional says it is. */
async function rename(trx: Db, clientId: string, name: string): Promise<void> {
  await trx.updateTable('client').set({ name }).where('id', '=', clientId).execute()
  await sql`update person p set name = ${name} from client c
    where c.id = ${clientId}::uuid and p.id = c.person_id and not ${isActive}`.execute(trx)
}

async function dropAddress(trx: Db, clientId: string): Promise<void> {
  const { person_id } = await personOf(trx, clientId)
  await trx.updateTable('client').set({ email: null, person_id: null }).where('id', '=', clientId).execute()
  if (person_id) await releaseAddress(trx, person_id)
}

function personOf(trx: Db, clientId: string) {
  return trx.selectFrom('client').select('person_id').where('id', '=', clientId).executeTakeFirstOrThrow()
}

/** Whether the client signs in, or did until their access was removed. */
export function hasAccount({ app }: ClientRecord): boolean {
  return app === 'active' || app === 'ended'
}

/** Whether another company follows the client `c` too. */
export function isFollowedElsewhere(companyId: string): RawBuilder<boolean> {
  return sql`exists (select from client_company o where o.client_id = c.id
    and o.company_id <> ${companyId}::uuid and o.archived_at is null)`
}

/** How far the client has come into the app. */
export function appOf({
  active,
  ended,
  email,
}: Pick<Row, 'active' | 'ended' | 'email'>): ClientRecord['app'] {
  if (active) return ended ? 'ended' : 'active'
  return email ? 'invited' : 'none'
}

type Row = Addressed & {
  id: string
  space_id: string
  name: string
  active: boolean
  branches: { id: string; name: string }[]
  since: Date
  ended: boolean
  may_write: boolean
  in_scope: boolean
  own: boolean
  elsewhere: boolean
}

function toRecord(row: Row, actor: Professional, now: Date): ClientRecord {
  const edit = row.may_write && row.own
  const manage = row.in_scope && can(actor.profile, 'manageStakeholders')
  return {
    id: row.id,
    spaceId: row.space_id,
    name: row.name,
    email: row.email,
    app: appOf(row),
    branches: row.branches,
    since: row.since.toISOString(),
    can: {
      edit,
      manageStakeholders: manage,
      address: edit && !row.active && mayAddress(row, actor, manage, now),
      invite: edit && row.email !== null && !row.active,
      manage,
      endApp: manage && row.active && !row.ended && !row.elsewhere,
      restoreApp: manage && row.ended,
    },
  }
}
