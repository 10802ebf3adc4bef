import { randomUUID } from 'node:crypto'
import { type Insertable, type Kysely, type RawBuilder, sql, type Transaction } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import { hasPreview } from '../../core/kinds.ts'
import { nameProblem, tidyName } from '../../core/names.ts'
import { LEVELS, type Level } from '../../core/visibility.ts'
import { type Actor, mayAddInside, viewerOf, visible } from '../access.ts'
import { record } from '../audit.ts'
import { insertRows } from '../db/insert-rows.ts'
import { PLANNED_ONCE } from '../db/planned-once.ts'
import type { Blob as BlobTable, Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import { legalAudience, readChosen } from './audience.ts'
import { findChangeable, findMovable } from './changeable.ts'
import { createContents } from './contents.ts'
import { type Changing, createDeletions } from './deletions.ts'
import { refuseDepth } from './depth.ts'
import { foresee, readLevels } from './foresight/foresight.ts'
import { findItem, findItems, type ListQuery, listItems } from './listing.ts'
import { type Quota, quotaFor } from './quota.ts'
import { lockSpaces } from './space-lock.ts'
import { type Defaults, defaultsFor, preferShared, readSpace } from './spaces.ts'

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

type Needs = {
  db: Db
  jobs: Jobs
  /** There is a malware scanner. */
  scans?: boolean
  now: () => Date
}

export type Items = ReturnType<typeof createItems>

/**
 * Files and folders. Every verb takes the actor first and starts from what the actor sees, so that the hidden
 * and the unknown are the same `not_found`. Every change holds its space's row lock: two moves can't make a
 * ring, and nothing is added to what is being deleted.
 */
export function createItems({ db, jobs, scans = false, now }: Needs) {
  const deletions = createDeletions({ db, jobs, now, changing })

  /** The space and folder, if the actor may add there now; `found` has the columns of `more`. @throws not_found, read_only, forbidden */
  async function enter<More>(
    actor: Actor,
    input: Pick<PlaceInput, 'spaceId' | 'parentId'>,
    on: Db,
    more: RawBuilder<unknown> = sql``,
  ): Promise<Pick<Place, 'spaceId' | 'parentId'> & { found: More }> {
    const { rows } = await sql<{ space_id: string; may_write: boolean; own: boolean } & More>`${PLANNED_ONCE}
      select v.space_id, v.may_write, s.client_id is not distinct from v.client_id as own ${more}
      from ${viewerOf(actor)} v join space s on s.id = v.space_id
      where ${input.spaceId ? sql`s.id = ${input.spaceId}::uuid` : sql`s.client_id = v.client_id`}`.execute(
      on,
    )
    const space = rows[0]
    if (!space || (actor.kind === 'client' && !space.own)) throw new Problem('not_found')
    if (input.parentId) {
      // A group's folder is seen by its members, who add to their own files only: refused, not unknown.
      const { rows: inside } = await sql<{ ok: boolean }>`${PLANNED_ONCE}
        select i.space_id = ${space.space_id}::uuid and ${mayAddInside('i', 'v')} as ok
        from ${viewerOf(actor)} v join item i on i.space_id = v.space_id
        where i.id = ${input.parentId}::uuid and ${visible('i', 'v')}`.execute(on)
      if (!inside[0]) throw new Problem('not_found')
      if (!inside[0].ok) throw new Problem(space.may_write ? 'forbidden' : 'read_only')
    }
    if (!space.may_write) throw new Problem('read_only')
    return { spaceId: space.space_id, parentId: input.parentId, found: space }
  }

  /** Checks that the actor may add there now; for whom it counts. @throws not_found, read_only, forbidden, name_… */
  async function findPlace(
    actor: Actor,
    { name, ...input }: PlaceInput,
    on: Db = db,
  ): Promise<{ place: Place; quota: Quota | null }> {
    const legal = legalName(name)
    const counted = sql`, ${quotaFor(actor, 'v')} as quota`
    if (actor.kind === 'client') {
      const { spaceId, parentId, found } = await enter<{ quota: Quota | null }>(actor, input, on, counted)
      if (input.level || input.branchId) throw new Problem('bad_request', { field: 'level' })
      const audience = await legalAudience(on, spaceId, input.audience ?? null)
      const at = { spaceId, parentId, level: 'client', companyId: null, branchId: null, audience } as const
      return { place: { ...at, name: legal }, quota: found.quota }
    }
    const wanted = sql`${counted}, ${defaultsFor(actor, input.spaceId ?? null)}`
    const { spaceId, parentId, found } = await enter<Defaults & { quota: Quota | null }>(
      actor,
      input,
      on,
      wanted,
    )
    if (input.audience) throw new Problem('bad_request', { field: 'audience' })
    const branches = preferShared(found.branches)
    const branch = input.branchId ? branches.find((b) => b.id === input.branchId) : branches[0]
    if (input.branchId && !branch) throw new Problem('bad_request', { field: 'branchId' })
    const level = input.level ?? found.level
    if (level === 'branch' && !branch) throw new Problem('bad_request', { field: 'branchId' })
    const at = {
      spaceId,
      parentId,
      level,
      companyId: actor.companyId,
      branchId: branch?.id ?? null,
      audience: null,
    }
    return { place: { ...at, name: legal }, quota: found.quota }
  }

  const place = async (actor: Actor, input: PlaceInput, on?: Db) => (await findPlace(actor, input, on)).place

  /**
   * The place as it is now, for what was allowed there before: a folder that vanished is replaced by the root, and
   * level, branch and audience stay as they were chosen (who has left since sees nothing anyway). @throws as `place`
   */
  async function placeAgain(actor: Actor, at: Place, on: Db = db): Promise<Place> {
    const [folder] = at.parentId ? await findItems(on, actor, [at.parentId]) : []
    const parentId = folder?.can.addInside ? folder.id : null
    await enter(actor, { spaceId: at.spaceId, parentId }, on)
    return { ...at, parentId, companyId: actor.kind === 'professional' ? actor.companyId : null }
  }

  /** With the blobs that they refer to. In the order in which they are given. */
  async function insert(
    trx: Trx,
    actor: Actor,
    entries: readonly { at: Place; blobId: string | null }[],
    blobs: readonly Insertable<BlobTable>[] = [],
  ): Promise<Item[]> {
    const items = entries.map(({ at, blobId }) => ({
      id: randomUUID() as string,
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
    }))
    const stored = blobs.length > 0 ? sql`with stored as (${insertRows('blob', blobs)})` : sql``
    await sql`${PLANNED_ONCE} ${stored} ${insertRows('item', items)}`.execute(trx)
    const ids = items.map(({ id }) => id)
    await record(trx, actor, entries[0]?.blobId ? 'file_added' : 'folder_added', { items: ids })
    return sameOrder(trx, actor, ids)
  }

  /** Runs a change while nobody else changes the space of the items or the deletion (or the space itself, by id). */
  async function changing<T>(of: Changing, change: (trx: Trx) => Promise<T>, on?: Trx): Promise<T> {
    const run = async (trx: Trx) => {
      const which =
        'space' in of
          ? sql`select ${of.space}::uuid`
          : 'deletion' in of
            ? sql`select d.space_id from deletion d where d.id = ${of.deletion}::uuid`
            : sql`select i.space_id from item i where i.id = any(${sql.val(of.items)}::uuid[])`
      await lockSpaces(trx, which)
      return change(trx)
    }
    return on ? run(on) : db.transaction().execute(run)
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

  /**
   * Adds files whose bytes are durable and whose places were asked for again just now, in a transaction that holds the
   * lock of their space. In the order in which they are given.
   */
  async function addFiles(
    actor: Actor,
    files: readonly (NewBlob & { at: Place })[],
    trx: Trx,
  ): Promise<Item[]> {
    const blobs = files.map(({ key, size, sha256, type }) => ({
      id: randomUUID() as string,
      key,
      size,
      sha256: Buffer.from(sha256, 'hex'),
      type,
      scan: scans ? 'waiting' : 'none',
    }))
    // Previews are made of what was scanned.
    if (scans) await jobs.add(trx, 'scan', {})
    else {
      const shown = blobs.filter(({ type }) => hasPreview(type))
      await jobs.addEach(
        trx,
        'preview',
        shown.map(({ id }) => ({ blobId: id })),
      )
    }
    const entries = files.map(({ at }, index) => ({ at, blobId: blobs[index]?.id ?? null }))
    return insert(trx, actor, entries, blobs)
  }

  return {
    ...deletions,
    ...createContents({ db, now }),
    findPlace,
    place,
    placeAgain,
    listItems: (actor: Actor, query: ListQuery) => listItems(db, actor, query),
    readItem: (actor: Actor, { itemId }: { itemId: string }) => findItem(db, actor, itemId),
    readSpace: (actor: Actor & { kind: 'professional' }, input: Parameters<typeof readSpace>[2]) =>
      readSpace(db, actor, input),
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
        async (trx) => {
          const at = await place(actor, input, trx)
          await refuseDepth(trx, actor, { folderId: at.parentId })
          return firstOf(await insert(trx, actor, [{ at, blobId: null }]))
        },
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
        async (trx) =>
          firstOf(await addFiles(actor, [{ ...blob, at: await placeAgain(actor, at, trx) }], trx)),
        on,
      )
    },

    addFiles,

    async renameItem(actor: Actor, { itemId, name }: { itemId: string; name: string }): Promise<Item> {
      const legal = legalName(name)
      return changing({ items: [itemId] }, async (trx) => {
        const [before] = await findChangeable(trx, actor, [itemId])
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
        await findMovable(trx, actor, { ids, folderId })
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
        const items = await findChangeable(trx, actor, ids)
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
        const items = await findChangeable(trx, actor, ids)
        if (!items.every((item) => item.audience)) throw new Problem('bad_request', { field: 'ids' })
        const rows = await trx
          .selectFrom('item')
          .select(['space_id', 'audience'])
          .where('id', 'in', [...ids])
          .execute()
        const known = rows.flatMap((row) => row.audience ?? [])
        const legal = await legalAudience(trx, rows[0]?.space_id ?? '', audience, known)
        await patch(trx, ids, { audience: legal })
        await record(trx, actor, 'audience_changed', { items: ids, details: { to: legal } })
        return sameOrder(trx, actor, ids)
      })
    },

    async readAudience(actor: Actor, { itemId }: { itemId: string }) {
      const item = await findItem(db, actor, itemId)
      if (!item.owner?.you) throw new Problem('forbidden')
      return readChosen(db, itemId)
    },
  }
}

function firstOf([item]: Item[]): Item {
  if (!item) throw new Problem('not_found')
  return item
}

/** @throws name_empty, name_too_long, name_characters */
export function legalName(raw: string): string {
  const name = tidyName(raw)
  const problem = nameProblem(name)
  if (problem) throw new Problem(problem)
  return name
}
