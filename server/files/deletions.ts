import { type Kysely, sql, type Transaction } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { type Actor, viewerOf } from '../access.ts'
import { record } from '../audit.ts'
import { nameOf } from '../blobs/blobs.ts'
import type { Database } from '../db/schema.ts'
import { doEach } from '../each.ts'
import type { Jobs } from '../jobs.ts'
import { findItems } from './listing.ts'

type Trx = Transaction<Database>

/** How long the person who deleted can undo. */
const UNDO_MS = 10_000

/** What a change is about: a space, or what lies in one. */
export type Changing = { space: string } | { deletion: string } | { items: readonly string[] }

type Needs = {
  db: Kysely<Database>
  jobs: Jobs
  now: () => Date
  changing<T>(of: Changing, change: (trx: Trx) => Promise<T>): Promise<T>
}

/**
 * Deleting: everything vanishes for everyone at once, can be undone whole for ten seconds, and is purged after the
 * company's retention. Rows go first; bytes by a job that checks again that nothing refers to them.
 */
export function createDeletions({ db, jobs, now, changing }: Needs) {
  async function purgeOne({ id }: { id: string }): Promise<void> {
    await changing({ deletion: id }, async (trx) => {
      // Nobody waits for it, and given up it would only begin again.
      await sql`set local statement_timeout = 0`.execute(trx)
      const { rows } = await sql<{ blob_id: string }>`
        with recursive kept(id) as (
          -- What was deleted from a folder earlier but is kept longer goes first, then all that leads to it.
          select i.parent_id from item i join item folder on folder.id = i.parent_id
          where folder.deletion_id = ${id}::uuid and i.deletion_id <> folder.deletion_id
          union
          select i.parent_id from item i join kept on kept.id = i.id
        ) delete from item i where i.deletion_id = ${id}::uuid
          and exists (select from deletion d where d.id = i.deletion_id and d.purge_after <= ${now()})
          and not exists (select from kept where kept.id = i.id)
        returning blob_id`.execute(trx)
      const blobs = rows.flatMap((row) => row.blob_id ?? [])
      const { rows: unused } = await sql<{ id: string; keys: string[] }>`
        select b.id, array_remove(array_agg(p.key), null) || b.key as keys
        from blob b left join preview p on p.blob_id = b.id
        where b.id = any(${sql.val(blobs)}::uuid[]) and not exists (select from item i where i.blob_id = b.id)
        group by b.id`.execute(trx)
      if (unused.length > 0) {
        const ids = unused.map((blob) => blob.id)
        await trx.deleteFrom('blob').where('id', 'in', ids).execute()
        await jobs.add(trx, 'erase', { keys: unused.flatMap((blob) => blob.keys.map(nameOf)) })
      }
      await sql`delete from deletion d where d.id = ${id}::uuid and not exists (select from item i where i.deletion_id = d.id)`.execute(
        trx,
      )
    })
  }

  return {
    /** All or nothing. @throws not_found, read_only, forbidden, folder_holds_others */
    async deleteItems(
      actor: Actor,
      { ids }: { ids: readonly string[] },
    ): Promise<{ deletionId: string; undoUntil: string }> {
      return changing({ items: ids }, async (trx) => {
        const items = await findItems(trx, actor, ids)
        if (items.length < new Set(ids).size) throw new Problem('not_found')
        const refused = items.find((item) => !item.can.delete)
        if (refused?.can.modify) throw new Problem('folder_holds_others')
        if (refused)
          throw new Problem(
            actor.kind === 'professional' && actor.profile === 'read_only' ? 'read_only' : 'forbidden',
          )

        const { rows: spaces } = await sql<{ space_id: string; retention_days: number }>`
          select i.space_id, coalesce(max(c.retention_days), 0) as retention_days
          from item i left join company c on c.id = i.company_id
          where i.id = any(${sql.val(ids)}::uuid[]) group by i.space_id`.execute(trx)
        const [space] = spaces
        if (!space || spaces.length > 1) throw new Problem('bad_request', { field: 'ids' })
        const undoUntil = new Date(now().getTime() + UNDO_MS)
        const purgeAfter = new Date(undoUntil.getTime() + space.retention_days * 86_400_000)
        const deletion = await trx
          .insertInto('deletion')
          .values({
            space_id: space.space_id,
            professional_id: actor.kind === 'professional' ? actor.professionalId : null,
            client_id: actor.kind === 'client' ? actor.clientId : null,
            at: now(),
            undo_until: undoUntil,
            purge_after: purgeAfter,
          })
          .returning('id')
          .executeTakeFirstOrThrow()
        const { rows: deleted } = await sql<{ id: string }>`
          with recursive below(id) as (
            select i.id from item i where i.id = any(${sql.val(ids)}::uuid[])
            union
            select i.id from item i join below on i.parent_id = below.id where i.deletion_id is null
          ) update item set deletion_id = ${deletion.id}::uuid where id in (select id from below)
          returning id`.execute(trx)
        await record(trx, actor, 'item_deleted', { items: deleted.map(({ id }) => id) })
        await jobs.add(trx, 'purge', {}, { runAt: purgeAfter })
        return { deletionId: deletion.id, undoUntil: undoUntil.toISOString() }
      })
    },

    /** @throws not_found unless it is the actor's own and they are still involved, too_late */
    async undoDeletion(actor: Actor, { deletionId }: { deletionId: string }): Promise<{ ok: true }> {
      const found = await sql<{ undo_until: Date }>`
        select d.undo_until from deletion d join ${viewerOf(actor)} v on v.space_id = d.space_id and v.may_write
        where d.id = ${deletionId}::uuid and (d.professional_id = v.professional_id or d.client_id = v.client_id)`.execute(
        db,
      )
      const deletion = found.rows[0]
      if (!deletion) throw new Problem('not_found')
      return changing({ deletion: deletionId }, async (trx) => {
        if (now() > deletion.undo_until) throw new Problem('too_late')
        await bringBack(trx, actor, deletionId, 'deletion_undone')
        return { ok: true as const }
      })
    },

    /**
     * The sweep: removes the rows of what is past its time, and asks for the bytes that nothing refers to. What is wrong
     * with one deletion keeps no other.
     */
    async purge(): Promise<void> {
      const due = await db
        .selectFrom('deletion')
        .select('id')
        .where('purge_after', '<=', now())
        .orderBy('at')
        .execute()
      await doEach(due, purgeOne)
    },

    /** Of these names of blobs, those that no row refers to now. */
    async unreferenced(keys: readonly string[]): Promise<string[]> {
      const { rows } = await sql<{ key: string }>`
        select k.key from unnest(${sql.val(keys)}::text[]) k(key)
        where not exists (select from blob b where split_part(b.key, '.', 1) = k.key)
          and not exists (select from preview p where split_part(p.key, '.', 1) = k.key)`.execute(db)
      return rows.map((row) => row.key)
    },
  }
}

/** Undoes a deletion whole. A folder that was deleted since is replaced by the root, so that nothing is lost. */
export async function bringBack(
  trx: Trx,
  actor: Actor,
  deletionId: string,
  action: 'deletion_undone' | 'deletion_restored',
): Promise<void> {
  const { rows: restored } = await sql<{ id: string }>`
    update item i set deletion_id = null, parent_id = case when not exists (
        select from item folder where folder.id = i.parent_id and folder.deletion_id <> i.deletion_id
      ) then i.parent_id end
    where i.deletion_id = ${deletionId}::uuid returning i.id`.execute(trx)
  await record(trx, actor, action, { items: restored.map(({ id }) => id) })
  await trx.deleteFrom('deletion').where('id', '=', deletionId).execute()
}
