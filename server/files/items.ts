import { type Kysely, sql, type Transaction } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import { nameProblem, tidyName } from '../../core/names.ts'
import { LEVELS, type Level } from '../../core/visibility.ts'
import { type Actor, mayAddInside, viewerOf, viewers, visible } from '../access.ts'
import { record } from '../audit.ts'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import { createDeletions } from './deletions.ts'
import { foresee, readLevels } from './foresight.ts'
import { findItem, findItems, type ListQuery, listItems } from './listing.ts'

type Db = Kysely<Database>
type Trx = Transaction<Database>

/** Where and how an actor asks to add something. */
export type PlaceInput = {
  /** A client's own space is known. */
  spaceId?: string | undefined
  parentId: string | null
  name: string
  /** A professional's; the company's default unless said. */
  level?: Level | undefined
  branchId?: string | undefined
  /** A client's: the professionals who see it; null means all who are involved. */
  audience?: readonly string[] | null | undefined
}

/** The columns of a new item, decided by the server. */
export type Place = {
  spaceId: string
  parentId: string | null
  name: string
  level: Level | 'client'
  companyId: string | null
  branchId: string | null
  audience: string[] | null
}

/** Durable bytes that an item is about to refer to; `sha256` as 64 hexadecimal digits. */
export type NewBlob = { key: string; size: number; sha256: string; type: string }

export type Items = ReturnType<typeof createItems>

/**
 * Files and folders. Every verb takes the actor first and starts from what the actor sees, so that the hidden
 * and the unknown are the same `not_found`. Every change holds its space's row lock: two moves can't make a
 * ring, and nothing is added to what is being deleted.
 */
export function createItems({ db, jobs, now }: { db: Db; jobs: Jobs; now: () => Date }) {
  const deletions = createDeletions({ db, jobs, now, changing })

  /** Checks that the actor may add there now. @throws not_found, read_only, forbidden, name_… */
  async function place(actor: Actor, input: PlaceInput, on: Db = db): Promise<Place> {
    const name = legalName(input.name)
    const { rows } = await sql<{ space_id: string; may_write: boolean; own: boolean }>`
      select v.space_id, v.may_write, s.client_id is not distinct from v.client_id as own
      from ${viewerOf(actor)} v join space s on s.id = v.space_id
      where ${input.spaceId ? sql`s.id = ${input.spaceId}::uuid` : sql`s.client_id = v.client_id`}`.execute(
      on,
    )
    const space = rows[0]
    if (!space || (actor.kind === 'client' && !space.own)) throw new Problem('not_found')
    if (input.parentId) {
      const { rows: inside } = await sql<{ ok: boolean }>`select ${mayAddInside('i', 'v')} as ok
        from ${viewerOf(actor)} v join item i on i.space_id = v.space_id
        where i.id = ${input.parentId}::uuid and v.space_id = ${space.space_id}::uuid and ${visible('i', 'v')}`.execute(
        on,
      )
      if (!inside[0]) throw new Problem('not_found')
      if (!inside[0].ok) throw new Problem(space.may_write ? 'forbidden' : 'read_only')
    }
    if (!space.may_write) throw new Problem('read_only')
    const at = { spaceId: space.space_id, parentId: input.parentId, name }
    if (actor.kind === 'client') {
      if (input.level || input.branchId) throw new Problem('bad_request', { field: 'level' })
      const audience = await legalAudience(on, at.spaceId, input.audience ?? null)
      return { ...at, level: 'client', companyId: null, branchId: null, audience }
    }
    if (input.audience) throw new Problem('bad_request', { field: 'audience' })
    const branches = await sharedBranches(on, actor, at.spaceId)
    const branch = input.branchId ? branches.find((b) => b.id === input.branchId) : branches[0]
    if (input.branchId && !branch) throw new Problem('bad_request', { field: 'branchId' })
    const company = await on
      .selectFrom('company')
      .select('default_level')
      .where('id', '=', actor.companyId)
      .executeTakeFirstOrThrow()
    const level = input.level ?? (company.default_level as Level)
    if (level === 'branch' && !branch) throw new Problem('bad_request', { field: 'branchId' })
    return { ...at, level, companyId: actor.companyId, branchId: branch?.id ?? null, audience: null }
  }

  /**
   * The place as it is now, for what was allowed there before: a folder that vanished is replaced by the root, and
   * level, branch and audience stay as they were chosen (who has left since sees nothing anyway). @throws as `place`
   */
  async function placeAgain(actor: Actor, at: Place, on: Db = db): Promise<Place> {
    const [folder] = at.parentId ? await findItems(on, actor, [at.parentId]) : []
    const parentId = folder?.can.addInside ? folder.id : null
    const here = { spaceId: at.spaceId, name: at.name, parentId }
    const free = at.level === 'client' ? {} : { level: 'me' as const }
    const { companyId } = await place(actor, { ...here, ...free }, on)
    return { ...at, parentId, companyId }
  }

  async function insert(trx: Trx, actor: Actor, at: Place, blobId: string | null): Promise<Item> {
    const { id } = await trx
      .insertInto('item')
      .values({
        space_id: at.spaceId,
        parent_id: at.parentId,
        kind: blobId ? 'file' : 'folder',
        name: at.name,
        owner_professional_id: actor.kind === 'professional' ? actor.professionalId : null,
        owner_client_id: actor.kind === 'client' ? actor.clientId : null,
        company_id: at.companyId,
        branch_id: at.branchId,
        level: blobId ? at.level : 'company',
        audience: at.audience,
        blob_id: blobId,
        created_at: now(),
        changed_at: now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await record(trx, actor, blobId ? 'file_added' : 'folder_added', { items: [id] })
    return findItem(trx, actor, id)
  }

  /** Runs a change while nobody else changes the space of the items (or the space itself, by id). */
  async function changing<T>(
    of: { space: string } | { items: readonly string[] },
    change: (trx: Trx) => Promise<T>,
    on?: Trx,
  ): Promise<T> {
    const run = async (trx: Trx) => {
      const which =
        'space' in of
          ? sql`select ${of.space}::uuid`
          : sql`select i.space_id from item i where i.id = any(${sql.val(of.items)}::uuid[])`
      await sql`select from space where id in (${which}) order by id for no key update`.execute(trx)
      return change(trx)
    }
    return on ? run(on) : db.transaction().execute(run)
  }

  /** The items, all seen and all such that the actor may change them. @throws not_found, read_only, forbidden */
  async function changeable(trx: Trx, actor: Actor, ids: readonly string[]): Promise<Item[]> {
    const items = await findItems(trx, actor, ids)
    if (items.length < new Set(ids).size) throw new Problem('not_found')
    if (!items.every((item) => item.can.modify))
      throw new Problem(isReadOnly(actor) ? 'read_only' : 'forbidden')
    return items
  }

  const patch = (
    trx: Trx,
    ids: readonly string[],
    values: Partial<{ name: string; level: Level; audience: string[] | null }>,
  ) =>
    trx
      .updateTable('item')
      .set({ ...values, changed_at: now() })
      .where('id', 'in', [...new Set(ids)])
      .execute()

  const sameOrder = async (trx: Trx, actor: Actor, ids: readonly string[]) => {
    const found = new Map((await findItems(trx, actor, ids)).map((item) => [item.id, item]))
    return [...new Set(ids)].flatMap((id) => found.get(id) ?? [])
  }

  return {
    ...deletions,
    place,
    placeAgain,
    listItems: (actor: Actor, query: ListQuery) => listItems(db, actor, query),
    readItem: (actor: Actor, { itemId }: { itemId: string }) => findItem(db, actor, itemId),
    readLevels: (actor: Actor, input: { itemId: string }) => readLevels(db, actor, input.itemId),
    foresee: (actor: Actor, input: Parameters<typeof foresee>[2]) => foresee(db, actor, input),

    async createFolder(
      actor: Actor,
      input: { spaceId: string; parentId: string | null; name: string; branchId?: string | undefined },
      on?: Trx,
    ): Promise<Item> {
      if (actor.kind === 'client') throw new Problem('forbidden')
      return changing(
        { space: input.spaceId },
        async (trx) => insert(trx, actor, await place(actor, input, trx), null),
        on,
      )
    },

    /**
     * Adds a file whose bytes are durable, asking again whether the actor may. Pass `on` to commit together with
     * other rows.
     */
    async addFile(actor: Actor, at: Place, blob: NewBlob, on?: Trx): Promise<Item> {
      return changing(
        { space: at.spaceId },
        async (trx) => {
          const allowed = await placeAgain(actor, at, trx)
          const { id } = await trx
            .insertInto('blob')
            .values({
              key: blob.key,
              size: blob.size,
              sha256: Buffer.from(blob.sha256, 'hex'),
              type: blob.type,
            })
            .returning('id')
            .executeTakeFirstOrThrow()
          await jobs.add(trx, 'preview', { blobId: id })
          return insert(trx, actor, allowed, id)
        },
        on,
      )
    },

    async renameItem(actor: Actor, { itemId, name }: { itemId: string; name: string }): Promise<Item> {
      const legal = legalName(name)
      return changing({ items: [itemId] }, async (trx) => {
        const [before] = await changeable(trx, actor, [itemId])
        await patch(trx, [itemId], { name: legal })
        await record(trx, actor, 'item_renamed', { items: [itemId], details: { from: before?.name ?? null } })
        return findItem(trx, actor, itemId)
      })
    },

    async moveItems(
      actor: Actor,
      { ids, folderId }: { ids: readonly string[]; folderId: string | null },
    ): Promise<Item[]> {
      return changing({ items: folderId ? [...ids, folderId] : ids }, async (trx) => {
        await changeable(trx, actor, ids)
        if (folderId) {
          const folder = await findItem(trx, actor, folderId)
          if (!folder.can.addInside) throw new Problem(isReadOnly(actor) ? 'read_only' : 'forbidden')
        }
        await refuseRing(trx, ids, folderId)
        // One at a time: each move reads the folders above, which an earlier one may have changed.
        for (const id of new Set(ids))
          await trx
            .updateTable('item')
            .set({ parent_id: folderId, changed_at: now() })
            .where('id', '=', id)
            .execute()
        await record(trx, actor, 'item_moved', { items: ids, details: { folderId } })
        return sameOrder(trx, actor, ids)
      })
    },

    async changeLevel(
      actor: Actor,
      { ids, level }: { ids: readonly string[]; level: Level },
    ): Promise<Item[]> {
      return changing({ items: ids }, async (trx) => {
        const items = await changeable(trx, actor, ids)
        if (!items.every((item) => item.level)) throw new Problem('bad_request', { field: 'ids' })
        if (level === 'branch') {
          const { rows } =
            await sql`select from item where id = any(${sql.val(ids)}::uuid[]) and branch_id is null`.execute(
              trx,
            )
          if (rows.length > 0) throw new Problem('bad_request', { field: 'level' })
        }
        await patch(trx, ids, { level })
        for (const from of LEVELS.filter((one) => one !== level)) {
          const changed = items.filter((item) => item.level === from).map((item) => item.id)
          if (changed.length > 0)
            await record(trx, actor, 'level_changed', { items: changed, details: { from, to: level } })
        }
        return sameOrder(trx, actor, ids)
      })
    },

    async changeAudience(
      actor: Actor,
      { ids, audience }: { ids: readonly string[]; audience: readonly string[] | null },
    ): Promise<Item[]> {
      return changing({ items: ids }, async (trx) => {
        const items = await changeable(trx, actor, ids)
        if (!items.every((item) => item.audience)) throw new Problem('bad_request', { field: 'ids' })
        const { space_id } = await trx
          .selectFrom('item')
          .select('space_id')
          .where('id', 'in', [...ids])
          .executeTakeFirstOrThrow()
        const legal = await legalAudience(trx, space_id, audience)
        await patch(trx, ids, { audience: legal })
        await record(trx, actor, 'audience_changed', { items: ids, details: { to: legal } })
        return sameOrder(trx, actor, ids)
      })
    },

    async readAudience(actor: Actor, { itemId }: { itemId: string }): Promise<{ audience: string[] | null }> {
      const item = await findItem(db, actor, itemId)
      if (!item.owner?.you) throw new Problem('forbidden')
      const { audience } = await db
        .selectFrom('item')
        .select('audience')
        .where('id', '=', itemId)
        .executeTakeFirstOrThrow()
      return { audience }
    },

    /** The bytes behind a file that the actor sees now. `type` was found in the bytes. @throws not_found */
    async content(actor: Actor, itemId: string) {
      const item = await findItem(db, actor, itemId)
      if (item.kind === 'folder') throw new Problem('not_found')
      return db
        .selectFrom('item')
        .innerJoin('blob', 'blob.id', 'item.blob_id')
        .select(['blob.id as blobId', 'blob.key', 'blob.size', 'blob.type', 'item.name'])
        .where('item.id', '=', itemId)
        .executeTakeFirstOrThrow(() => new Problem('not_found'))
    },
  }
}

function isReadOnly(actor: Actor): boolean {
  return actor.kind === 'professional' && actor.profile === 'read_only'
}

/** @throws name_empty, name_too_long, name_characters */
function legalName(raw: string): string {
  const name = tidyName(raw)
  const problem = nameProblem(name)
  if (problem) throw new Problem(problem)
  return name
}

/** The branches that the space shares with the actor or, where there are none, the actor's own. */
export async function sharedBranches(db: Db, actor: Actor & { kind: 'professional' }, spaceId: string) {
  const { rows } = await sql<{ id: string; name: string; shared: boolean }>`
    select b.id, b.name, sb.branch_id is not null as shared
    from branch b
    left join (
      select cb.branch_id from client_branch cb join space s using (client_id) where s.id = ${spaceId}::uuid
      union select gb.branch_id from group_branch gb join space s using (group_id) where s.id = ${spaceId}::uuid
    ) sb on sb.branch_id = b.id
    left join professional_branch pb on pb.branch_id = b.id and pb.professional_id = ${actor.professionalId}::uuid
    where b.company_id = ${actor.companyId}::uuid
      and (pb.branch_id is not null or ${actor.profile === 'super_admin'})
    order by b.name collate natural_order, b.id`.execute(db)
  const shared = rows.filter((row) => row.shared)
  return (shared.length > 0 ? shared : rows).map(({ id, name }) => ({ id, name }))
}

/** Sorted, so that equal audiences count as one class inside folders. @throws bad_request unless all are involved */
async function legalAudience(
  db: Db,
  spaceId: string,
  audience: readonly string[] | null,
): Promise<string[] | null> {
  if (!audience) return null
  const ids = [...new Set(audience)].sort()
  const { rows } = await sql`select from ${viewers} v
    where v.space_id = ${spaceId}::uuid and v.professional_id = any(${sql.val(ids)}::uuid[])`.execute(db)
  if (ids.length === 0 || rows.length < ids.length) throw new Problem('bad_request', { field: 'audience' })
  return ids
}

/** @throws folder_into_itself, not_found when the folder is in another space */
async function refuseRing(trx: Trx, ids: readonly string[], folderId: string | null): Promise<void> {
  const { rows } = await sql<{ ring: boolean; elsewhere: boolean }>`
    with recursive up(id, parent_id) as (
      select i.id, i.parent_id from item i where i.id = ${folderId}::uuid
      union all select i.id, i.parent_id from up join item i on i.id = up.parent_id
    ) select exists (select from up where up.id = any(${sql.val(ids)}::uuid[])) as ring,
      (select count(distinct space_id) > 1 from item where id = any(${sql.val([...ids, folderId].filter(Boolean))}::uuid[]))
        as elsewhere`.execute(trx)
  if (rows[0]?.elsewhere) throw new Problem('not_found')
  if (rows[0]?.ring) throw new Problem('folder_into_itself')
}
