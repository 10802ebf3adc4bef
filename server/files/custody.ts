import { type Kysely, sql } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import { can } from '../../core/profiles.ts'
import { type Actor, mayTakeOver, viewerOf } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import { tell } from '../notify/inbox.ts'
import { personBehind } from '../people/persons.ts'
import { findItem } from './listing.ts'
import { lockSpaces } from './space-lock.ts'

type Db = Kysely<Database>
type Professional = Extract<Actor, { kind: 'professional' }>

/**
 * Becoming the owner of what a colleague made, giving a reason. What one doesn't see is taken over without being told
 * of first: all that somebody made in a client's or group's files, whatever that is. Levels stay.
 */
export function createCustody({ db, now }: { db: Db; now: () => Date }) {
  /** @throws read_only, forbidden */
  function requireAdministrator({ profile }: Professional): void {
    if (!can(profile, 'administer')) throw new Problem(profile === 'read_only' ? 'read_only' : 'forbidden')
  }

  /** Logged and told, then done: the log keeps each item as its former owner had it. */
  async function take(trx: Db, actor: Professional, ids: string[], from: string, reason: string) {
    await record(trx, actor, 'ownership_taken', {
      items: ids,
      professionalId: from,
      details: { reason },
    })
    await trx
      .updateTable('item')
      .set({ owner_professional_id: actor.professionalId, changed_at: now() })
      .where('id', 'in', ids)
      .execute()
  }

  return {
    /** Once more is the same. @throws not_found, read_only, forbidden */
    async takeOverItem(
      actor: Professional,
      { itemId, reason }: { itemId: string; reason: string },
    ): Promise<Item> {
      return db.transaction().execute(async (trx) => {
        await lockSpaces(trx, sql`select i.space_id from item i where i.id = ${itemId}::uuid`)
        const item = await findItem(trx, actor, itemId)
        if (item.owner?.you) return item
        requireAdministrator(actor)
        if (!item.can.takeOver || !item.owner?.id) throw new Problem('forbidden')
        const from = item.owner.id
        await take(trx, actor, [itemId], from, reason)
        const about = { professionalId: actor.professionalId, details: { name: item.name, reason } }
        await tell(trx, { personIds: await personBehind(trx, from) }, 'item_taken_over', about)
        return findItem(trx, actor, itemId)
      })
    },

    /**
     * Logged whether or not there is anything, so that nobody looks for what is hidden without saying why.
     * @throws not_found for the space, and for a professional of another company; read_only, forbidden
     */
    async takeOverSpace(
      actor: Professional,
      { spaceId, professionalId, reason }: { spaceId: string; professionalId: string; reason: string },
    ): Promise<{ items: number }> {
      return db.transaction().execute(async (trx) => {
        await lockSpaces(trx, sql`select ${spaceId}::uuid`)
        const { rows: found } = await sql<{ client_id: string | null; group_id: string | null }>`
          select s.client_id, s.group_id from ${viewerOf(actor)} v join space s on s.id = v.space_id
          join professional w on w.id = ${professionalId}::uuid and w.company_id = v.company_id
          where v.space_id = ${spaceId}::uuid`.execute(trx)
        if (!found[0]) throw new Problem('not_found')
        requireAdministrator(actor)
        const { rows } = await sql<{ id: string }>`
          select i.id from ${viewerOf(actor)} v join item i on i.space_id = v.space_id
          where v.space_id = ${spaceId}::uuid and i.owner_professional_id = ${professionalId}::uuid
            and i.deletion_id is null and ${mayTakeOver('i', 'v')}`.execute(trx)
        const ids = rows.map(({ id }) => id)
        const details = { reason, items: ids.length }
        await record(trx, actor, 'space_taken_over', { spaceId, professionalId, details })
        if (ids.length === 0) return { items: 0 }
        await take(trx, actor, ids, professionalId, reason)
        const { client_id, group_id } = found[0]
        const about = {
          professionalId: actor.professionalId,
          ...(client_id && { clientId: client_id }),
          ...(group_id && { groupId: group_id }),
          details: { reason, count: ids.length },
        }
        await tell(trx, { personIds: await personBehind(trx, professionalId) }, 'space_taken_over', about)
        return { items: ids.length }
      })
    },
  }
}
