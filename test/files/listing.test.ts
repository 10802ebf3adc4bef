import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Kysely, sql } from 'kysely'
import type { Item } from '../../core/api/shapes.ts'
import type { Actor } from '../../server/access.ts'
import type { Database } from '../../server/db/schema.ts'
import { findItems, type ListQuery, listItems } from '../../server/files/listing.ts'
import { openTestDatabase } from '../database.ts'
import { countStatements } from '../statements.ts'
import { type Crowd, gatherCrowd } from './crowd.ts'

const { compare: compareNames } = new Intl.Collator('und', { numeric: true })

// Listings with fifty stakeholders, for every kind of viewer.

const FEW = 10
const MANY = 1000
/** What the client sees of `shownFew` and of `shownMany`. */
const SHOWN = 20

let database: Awaited<ReturnType<typeof openTestDatabase>>
let crowd: Crowd
const folders: Record<'few' | 'many' | 'shownFew' | 'shownMany', Record<string, string>> = {
  few: {},
  many: {},
  shownFew: {},
  shownMany: {},
}

before(async () => {
  database = await openTestDatabase()
  crowd = await gatherCrowd(database.db)
  for (const space of [crowd.record, crowd.group]) {
    folders.few[space] = await crowd.fill(space, FEW)
    folders.many[space] = await crowd.fill(space, MANY)
    folders.shownFew[space] = await crowd.fill(space, SHOWN, { shown: SHOWN })
    folders.shownMany[space] = await crowd.fill(space, MANY, { shown: SHOWN })
  }
  await sql`analyze`.execute(database.db)
})
after(() => database.close())

type Viewer = { actor: Actor; spaceId: string | undefined }
const viewers = (): [string, Viewer][] => Object.entries(crowd.viewers)
/** The folder of that many in the space that they look at. */
const folderOf = (which: keyof typeof folders, kind: string) =>
  folders[which][kind === 'group member' ? crowd.group : crowd.record] ?? assert.fail()

const ask = ({ actor, spaceId }: Viewer, query: Partial<ListQuery>, on: Kysely<Database> = database.db) =>
  listItems(on, actor, { spaceId, scope: 'tree', sort: 'name', order: 'asc', ...query })

test('a listing costs as many statements for many items as for few, whoever looks', async () => {
  const queries: [string, (folderId: string) => Partial<ListQuery>, number][] = [
    ['a folder', (folderId) => ({ folderId }), 2],
    ['the root', () => ({}), 2],
    ['everything below', (folderId) => ({ folderId, scope: 'flat', sort: 'added', order: 'desc' }), 2],
    ['a search', (folderId) => ({ folderId, search: 'file' }), 2],
  ]
  for (const [kind, viewer] of viewers())
    for (const [what, query, expected] of queries)
      for (const which of ['few', 'many'] as const) {
        const statements = await countStatements(() => ask(viewer, query(folderOf(which, kind))))
        assert.equal(statements, expected, `${kind}: ${what}, ${which}`)
      }
  const { owner } = crowd.viewers
  for (const which of ['few', 'many'] as const) {
    const asClient = () => ask(owner, { folderId: folderOf(which, 'owner'), viewAs: 'client' })
    assert.equal(await countStatements(asClient), 3)
  }
})

/** A page, and how many rows of the table it took. */
async function askCounting(table: string, viewer: Viewer, query: Partial<ListQuery>) {
  return database.db.transaction().execute(async (trx) => {
    const count = async () => {
      const { rows } = await sql<{ n: number }>`
        select (seq_tup_read + idx_tup_fetch)::integer as n from pg_stat_xact_user_tables where relname = ${table}`.execute(
        trx,
      )
      return rows[0]?.n ?? 0
    }
    const before = await count()
    const { items } = await ask(viewer, query, trx)
    return { shown: items.length, read: (await count()) - before }
  })
}

test('what is hidden costs a client nothing: not a row more is read', async () => {
  const queries: ((folderId: string) => Partial<ListQuery>)[] = [
    (folderId) => ({ folderId }),
    (folderId) => ({ folderId, order: 'desc' }),
    (folderId) => ({ folderId, sort: 'added', order: 'desc' }),
    (folderId) => ({ folderId, sort: 'size' }),
    (folderId) => ({ folderId, sort: 'owner' }),
  ]
  for (const kind of ['client', 'group member'] as const)
    for (const query of queries) {
      for (const table of ['item', 'blob']) {
        const [few, many] = [
          await askCounting(table, crowd.viewers[kind], query(folderOf('shownFew', kind))),
          await askCounting(table, crowd.viewers[kind], query(folderOf('shownMany', kind))),
        ]
        assert.equal(few.shown, SHOWN)
        assert.equal(many.shown, SHOWN)
        assert.ok(many.read <= few.read + SHOWN, `${kind} ${query('').sort}: ${many.read} rows of ${table}`)
      }
    }
})

test('a page by name or time reads as far as it shows, whoever looks', async () => {
  for (const [kind, viewer] of viewers())
    for (const sort of ['name', 'added'] as const) {
      const query = { folderId: folderOf('many', kind), sort, order: 'desc' as const }
      const { shown, read } = await askCounting('item', viewer, query)
      assert.equal(shown, 100)
      // Whoever sees little of what is there reads over the rest; nobody reads all of it.
      assert.ok(read < MANY, `${kind} by ${sort}: ${read} rows`)
    }
})

test('page after page gives all that is seen there, once and in order, by every key', async () => {
  const keys: Record<ListQuery['sort'], ((a: Item, b: Item) => number) | null> = {
    name: (a, b) => compareNames(a.name, b.name),
    added: (a, b) => Date.parse(a.addedAt) - Date.parse(b.addedAt),
    size: (a, b) => (a.size ?? 0) - (b.size ?? 0),
    owner: (a, b) => compareNames(a.owner?.name ?? '', b.owner?.name ?? ''),
    visibility: null,
  }
  const orders = [
    ['name', 'asc'],
    ['name', 'desc'],
    ['added', 'desc'],
    ['size', 'asc'],
    ['owner', 'asc'],
    ['visibility', 'desc'],
  ] as const
  for (const [kind, viewer] of viewers()) {
    const { rows } = await sql<{ id: string }>`
      select id from item where parent_id = ${folderOf('many', kind)}`.execute(database.db)
    const ids = rows.map(({ id }) => id)
    const seen = (await findItems(database.db, viewer.actor, ids)).map(({ id }) => id).sort()
    assert.ok(seen.length > 100 && seen.length < MANY, kind)
    for (const [sort, order] of orders) {
      const all: Item[] = []
      for (let cursor: string | undefined, more = true; more; ) {
        const query = { folderId: folderOf('many', kind), sort, order, ...(cursor && { cursor }) }
        const page = await ask(viewer, query)
        all.push(...page.items)
        cursor = page.next ?? undefined
        more = page.next !== null
      }
      const what = `${kind} by ${sort} ${order}`
      assert.deepEqual(all.map(({ id }) => id).sort(), seen, what)
      for (const [i, item] of all.entries()) {
        const next = all[i + 1]
        if (!next) continue
        if (item.kind === next.kind)
          assert.ok((keys[sort]?.(item, next) ?? 0) * (order === 'asc' ? 1 : -1) <= 0, what)
        else assert.deepEqual([item.kind, next.kind], ['folder', 'file'], what)
      }
    }
  }
})
