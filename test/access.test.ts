import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Item } from '../core/api/shapes.ts'
import { Problem } from '../core/errors.ts'
import { PROFILES } from '../core/profiles.ts'
import type { Level } from '../core/visibility.ts'
import { createCast, type Person, type Thing, thingName } from './access.cast.ts'
import { createEnded } from './access.ended.ts'
import { type Cell, type Kind, mayTakeOver, readCells, TABLES, TAKING_OVER } from './access.table.ts'
import { createWorld, UNKNOWN, type World } from './world.ts'

// Every cell of the access table, over HTTP: all of them by what lists and searches show, with what one may do;
// and all that is seen, with a quarter of what is hidden, by one more verb in turn, so that everybody meets every
// verb. Every verb for every cell takes minutes: ACCESS_VERBS=all.

let world: World
let cast: Person[]
before(async (t) => {
  world = await createWorld(t as never)
  cast = await createCast(world)
  // Looking makes previews, which lists tell of.
  await world.runJobs()
})

type Try = (me: Person, thing: Thing, item: Item | undefined) => Promise<unknown>

/** What one may try with an item. Where it succeeds, all is as before. */
const VERBS = {
  open: ({ browser }, { id }) => browser.api.files.readItem({ itemId: id }),
  bytes: (me, { id }) => read(me, `/api/items/${id}/content`),
  show: (me, { id }) => read(me, `/api/items/${id}/content?inline`),
  preview: (me, { id }) => read(me, `/api/items/${id}/preview/thumb`),
  levels: ({ browser }, { id }) => browser.api.files.readLevels({ itemId: id }),
  foresee: ({ browser }, { id }) => browser.api.files.foresee({ ids: [id], change: { kind: 'delete' } }),
  rename: ({ browser }, { id, name }) => browser.api.files.renameItem({ itemId: id, name }),
  move: ({ browser }, { id }) => browser.api.files.moveItems({ ids: [id], folderId: null }),
  change: ({ browser, profile }, { id, audience }, item) =>
    profile
      ? browser.api.files.changeLevel({ ids: [id], level: item?.level ?? ('me' as Level) })
      : browser.api.files.changeAudience({ ids: [id], audience }),
  add: async ({ browser, profile }, { id, spaceId }) => {
    const added = profile
      ? await browser.api.files.createFolder({ spaceId, parentId: id, name: 'Added' })
      : await browser.upload('x', { parentId: id })
    await browser.api.files.deleteItems({ ids: [added.id] })
  },
  // Where it may be done it isn't: it would be theirs.
  takeOver: ({ browser }, { id }) => browser.api.custody.takeOverItem({ itemId: id, reason: 'why' }),
  delete: async ({ browser: { api } }, { id }) =>
    api.files.undoDeletion({ deletionId: (await api.files.deleteItems({ ids: [id] })).deletionId }),
} satisfies Record<string, Try>
type Verb = keyof typeof VERBS
const ALL = Object.keys(VERBS) as Verb[]

/** What the word in a cell makes of each verb: `yes`, or the code of the refusal. */
function expected(
  verb: Verb,
  { word, profile }: Cell,
  { kind, leveled }: Thing,
  item: Item | undefined,
): string {
  if (word === '–') return 'not_found'
  const refusal = profile === 'read_only' ? 'read_only' : 'forbidden'
  const file = kind === 'file'
  const own = word === 'own' || word === 'keep'
  const outcomes: Record<Verb, string> = {
    open: 'yes',
    bytes: file ? 'yes' : 'not_found',
    show: file ? 'yes' : 'not_found',
    preview: file ? 'yes' : 'not_found',
    // The levels of professionals are none of a client's business: to clients there is no such route.
    levels: !profile ? 'not_found' : leveled ? 'yes' : 'forbidden',
    foresee: word === 'own' ? 'yes' : 'forbidden',
    rename: own ? 'yes' : refusal,
    move: own ? 'yes' : refusal,
    change: !own ? refusal : file ? 'yes' : 'bad_request',
    add: !file && word !== 'see' ? 'yes' : refusal,
    takeOver: !profile ? 'not_found' : item?.owner?.you ? 'yes' : refusal,
    delete: word === 'keep' ? 'folder_holds_others' : own ? 'yes' : refusal,
  }
  return outcomes[verb]
}

async function read({ browser }: Person, path: string): Promise<void> {
  const answer = await browser.fetch(path)
  const body = await answer.text()
  if (!answer.ok) throw new Problem(JSON.parse(body).code)
  // What was added stands on a page.
  assert.ok(path.includes('/preview/') ? body.startsWith('RIFF') : body === 'bytes', path)
}

async function outcome(act: () => Promise<unknown>): Promise<string> {
  try {
    await act()
    return 'yes'
  } catch (error) {
    if (error instanceof Problem) return error.code
    throw error
  }
}

/** Everything that somebody is shown where the things are, by id. */
async function look(
  { browser, profile, record }: Person,
  query: { search?: string },
): Promise<Map<string, Item>> {
  const shown = new Map<string, Item>()
  const spaces = profile ? [record.spaceId, record.groupSpaceId] : [undefined]
  for (const spaceId of spaces) {
    let cursor: string | undefined
    do {
      const page = await browser.api.files
        .listItems({ ...query, ...(spaceId && { spaceId }), ...(cursor && { cursor }) })
        .catch((error) => {
          if (error instanceof Problem && error.code === 'not_found') return { items: [], next: null }
          throw error
        })
      for (const item of page.items) shown.set(item.id, item as Item)
      cursor = page.next ?? undefined
    } while (cursor)
  }
  return shown
}

function check(cell: Cell & { kind: Kind }, thing: Thing, item: Item | undefined): void {
  const { word } = cell
  const at = `${cell.who} (${cell.profile}) × ${thing.name}`
  assert.equal(item !== undefined, word !== '–', `${at}: is listed`)
  if (!item) return
  const own = word === 'own' || word === 'keep'
  assert.deepEqual(
    item.can,
    {
      download: true,
      modify: own,
      delete: word === 'own',
      addInside: item.kind === 'folder' && word !== 'see',
      takeOver: mayTakeOver(cell),
    },
    at,
  )
}

/** Runs `work` for each, so many at once. */
async function each<T>(list: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = list.values()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const one of left) await work(one)
    }),
  )
}

const cells = (Object.keys(TABLES) as Kind[]).flatMap((kind) =>
  readCells(TABLES[kind]).map((cell) => ({ ...cell, kind })),
)

/** For each person, the verbs to try with one cell after the other. */
function* takeTurns(first: number): Generator<Verb[], never, Cell> {
  let turn = first
  let hidden = first
  let cell = yield []
  for (;;) {
    if (process.env.ACCESS_VERBS === 'all') cell = yield ALL
    else if (cell.word === '–' && hidden++ % 4 > 0) cell = yield []
    else cell = yield [ALL[turn++ % ALL.length] as Verb]
  }
}

test('every cell: lists, searches and one verb in turn agree with the table', async () => {
  const tried = new Set<string>()
  const visit = async (person: Person) => {
    const turns = takeTurns(cast.indexOf(person))
    turns.next()
    const [listed, found] = [await look(person, {}), await look(person, { search: 'cell' })]
    for (const cell of cells.filter(({ who, profile }) => who === person.who && profile === person.profile)) {
      const thing = person.record.things.get(thingName(cell.kind, cell.column)) ?? assert.fail(cell.column)
      check(cell, thing, listed.get(thing.id))
      assert.deepEqual(found.get(thing.id), listed.get(thing.id), 'a search finds what the list shows')
      for (const verb of turns.next(cell).value) {
        if (verb === 'takeOver' && listed.get(thing.id)?.can.takeOver) continue
        const told = await outcome(() => VERBS[verb](person, thing, listed.get(thing.id)))
        assert.equal(
          told,
          expected(verb, cell, thing, listed.get(thing.id)),
          `${cell.who} (${cell.profile}) × ${thing.name}: ${verb}`,
        )
        tried.add(`${verb} ${cell.word}`)
      }
    }
    assert.deepEqual(await look(person, {}), listed, `${person.who}: what was refused left no trace`)
  }
  // Clients delete what professionals look at.
  await each(
    cast.filter(({ profile }) => profile),
    6,
    visit,
  )
  await each(
    cast.filter(({ profile }) => !profile),
    1,
    visit,
  )
  for (const verb of ALL)
    for (const word of ['–', 'see', 'own']) assert.ok(tried.has(`${verb} ${word}`), `${verb} ${word}`)
})

test('the table is whole: each kind of thing, asked for each profile and each way to stand to it', () => {
  const people = cast.map(({ who, profile }) => `${who} ${profile}`)
  for (const [kind, table] of Object.entries({ ...TABLES, takingOver: TAKING_OVER })) {
    const rows = readCells(table).filter(({ column }, _, [first]) => column === first?.column)
    const asked = rows.map(({ who, profile }) => `${who} ${profile}`)
    const known = people.filter((one) => /external|takingOver/.test(kind) || !one.startsWith('Xavier'))
    assert.deepEqual(asked.toSorted(), known.toSorted(), kind)
  }
  assert.equal(new Set(people.filter((one) => one.startsWith('Olivia'))).size, 2 * PROFILES.length)
})

test('what has ended shows nothing more, and ends nothing else', async (t) => {
  const world = await createWorld(t)
  for (const { what, actor, itemId, seen, can } of await createEnded(world)) {
    const told = await outcome(() => world.services.items.readItem(actor, { itemId }))
    assert.equal(told, seen ? 'yes' : 'not_found', `${what}: ${JSON.stringify(actor)}`)
    if (can)
      assert.partialDeepStrictEqual((await world.services.items.readItem(actor, { itemId })).can, can, what)
  }
})

test('what is hidden answers as what never was, to the letter', async () => {
  const hidden = cast.find(
    ({ who, profile }) => who === 'colleague in Laval, involved' && profile === 'employee',
  )
  const thing = hidden?.record.things.get(thingName('file', 'Just me'))
  assert.ok(hidden && thing)
  for (const verb of ALL) {
    const told = await answer(hidden, verb, thing)
    assert.deepEqual(told, await answer(hidden, verb, { ...thing, id: UNKNOWN }), verb)
  }
})

/** A verb's refusal with all that it says. */
async function answer(person: Person, verb: Verb, thing: Thing): Promise<unknown> {
  return VERBS[verb](person, thing, undefined).then(
    () => 'yes',
    (error) => (error instanceof Problem ? { code: error.code, data: error.data } : error),
  )
}
