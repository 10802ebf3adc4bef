import { type Kysely, sql } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import { type Actor, isOwn, mayFetch, viewerOf, visible } from '../access.ts'
import { type ViewingAction, viewingsOf } from '../audit.ts'
import { type Batch, inBatches } from '../batches.ts'
import type { Database } from '../db/schema.ts'
import { type ItemRow, scanOf } from './item-rows.ts'
import { findRows } from './listing.ts'
import { type KeptPreviews, keptOf } from './preview-jobs.ts'

type Db = Kysely<Database>

/** Where the bytes of a file are. `type` was found in them; `own`: the actor is its owner, and it is no copy of another's. */
export type Content = {
  id: string
  name: string
  blobId: string
  key: string
  size: number
  type: string
  addedAt: Date
  own: boolean
  /** What was kept of it at that moment, of what may be asked for. */
  kept: KeptPreviews
  /** What stood in the log of it at that moment, and need not be written down again. */
  logged: readonly ViewingAction[]
  /** What is held against it: its owner may have it all the same, what decodes it may not. */
  scan: Item['scan']
}

/** A file or folder among those that are asked for together. */
export type TreeEntry = {
  id: string
  parentId: string | null
  kind: 'file' | 'folder'
  name: string
  addedAt: Date
}

const MAX_ENTRIES = 20_000

/** The way to bytes: through items that the actor sees now. */
export function createContents({ db, now }: { db: Db; now: () => Date }) {
  /** Many are fetched at once, of a listing's small images above all. */
  const readTogether = inBatches(async (asked: Batch<{ actor: Actor; itemId: string; shown: boolean }>) => {
    const [{ actor, shown }] = asked
    const rows = await findFiles(actor, [...new Set(asked.map(({ itemId }) => itemId))], shown)
    const found = new Map(rows.map((row) => [row.id, row]))
    return asked.map(({ itemId }) => {
      const row = found.get(itemId)
      if (!row) return { status: 'rejected', reason: new Problem('not_found') }
      return row.free
        ? { status: 'fulfilled', value: toContent(row) }
        : { status: 'rejected', reason: heldBack({ ...row, scan: scanOf(row) }) }
    })
  })
  const read = (actor: Actor, itemId: string, shown: boolean): Promise<Content> =>
    readTogether(JSON.stringify([actor, shown]), { actor, itemId, shown })

  /** Of those of the items that the actor sees and that are files, in no order; `shown`: by what is kept of them. */
  async function findFiles(actor: Actor, ids: readonly string[], shown: boolean): Promise<FileRow[]> {
    const own = sql`not i.protected and ${isOwn('i', 'v')}`
    // Of what is fetched as it is, nothing is asked but what stands for it to others.
    const asked = shown ? sql`true` : sql`not (${own}) and b.type ~ '^(image|video|audio)/'`
    const columns = sql`i.id, i.name, b.id as "blobId", b.key, b.size, b.type, i.created_at as "addedAt", b.scan,
      b.damage is not null as damaged, ${own} as own, ${mayFetch('i', 'b', 'v')} as free,
      case when ${asked} then ${keptOf('b', now())} end as kept, ${viewingsOf(actor, 'i', now())} as logged`
    return findRows(db, actor, ids, { columns, joins: sql`join blob b on b.id = i.blob_id` })
  }

  return {
    /** Of those of the files that the actor sees and may fetch, in no order. */
    async readContents(actor: Actor, ids: readonly string[]): Promise<Content[]> {
      return (await findFiles(actor, ids, false)).filter(({ free }) => free).map(toContent)
    },

    /** To be fetched. @throws not_found, file_damaged, file_unchecked, file_uncheckable, file_infected */
    content: (actor: Actor, itemId: string) => read(actor, itemId, false),

    /** The same, to be shown by what is made of it. */
    shown: (actor: Actor, itemId: string) => read(actor, itemId, true),

    /**
     * The items and, of folders, all inside them that the actor sees: parents before children.
     * @throws not_found unless the actor sees all that was asked for; zip_too_large
     */
    async listTree(actor: Actor, ids: readonly string[]): Promise<TreeEntry[]> {
      const { rows } = await sql<TreeEntry>`
        with recursive mine as materialized (select * from ${viewerOf(actor)} v), tree(id, kind, depth) as (
          select i.id, i.kind, 0 from mine v join item i on i.space_id = v.space_id
          where i.id = any(${sql.val(ids)}::uuid[]) and ${visible('i', 'v')}
          union all
          select i.id, i.kind, t.depth + 1
          from tree t
          -- By folder, whatever the planner believes of a table that has just grown.
          cross join lateral (select * from item where parent_id = t.id offset 0) i
          join mine v on v.space_id = i.space_id
          where t.kind = 'folder' and ${visible('i', 'v')}
        )
        select i.id, i.parent_id as "parentId", i.kind, i.name, i.created_at as "addedAt"
        from (select id, max(depth) as depth from tree group by id) t join item i on i.id = t.id
        order by t.depth, i.name collate natural_order, i.id limit ${MAX_ENTRIES + 1}`.execute(db)
      if (rows.length > MAX_ENTRIES) throw new Problem('zip_too_large', { count: MAX_ENTRIES })
      const found = new Set(rows.map(({ id }) => id))
      if (ids.some((id) => !found.has(id))) throw new Problem('not_found')
      return rows
    },
  }
}

type FileRow = Omit<Content, 'scan' | 'kept'> &
  Pick<ItemRow, 'scan'> & { damaged: boolean; free: boolean; kept: KeptPreviews | null }

function toContent({ damaged, free, ...row }: FileRow): Content {
  return { ...row, kept: row.kept ?? {}, scan: scanOf(row) }
}

/** What keeps the bytes of a file from somebody who sees it. */
export function heldBack({ scan, damaged }: Pick<Item, 'scan' | 'damaged'>): Problem {
  if (damaged) return new Problem('file_damaged')
  if (scan === 'infected') return new Problem('file_infected')
  return new Problem(scan === 'unscannable' ? 'file_uncheckable' : 'file_unchecked')
}
