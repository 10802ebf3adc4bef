import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../core/errors.ts'
import { findItems } from '../../server/files/listing.ts'
import { holds } from '../properties.ts'
import { createWorld } from '../world.ts'
import { type Call, fileOperations, from, type Operation, type Outcome } from './file-operations.ts'
import { actorOf, build, type House, openProduct, type Product, plans } from './house.ts'
import { peopleOperations } from './people-operations.ts'
import { mayAddInside, mayWrite, reaches, sees, shown, type Viewer } from './rules.ts'

// A second opinion: whatever was done in whatever order, the product shows everybody what a plain model of the rules
// says, item by item. Random houses, each with up to `MODEL_STEPS` operations.

const STEPS = Number(process.env.MODEL_STEPS ?? 80)

const operations: Record<string, Operation> = { ...fileOperations, ...peopleOperations }
const WEIGHTS: Record<string, number> = {
  ...{ file: 8, folder: 4, move: 6, level: 4, delete: 3, undo: 3, audience: 2, involve: 2, join: 2 },
}
const calls = fc.array(
  fc.oneof(
    ...Object.entries(operations).map(([name, make]) => ({
      weight: WEIGHTS[name] ?? 1,
      arbitrary: make(name),
    })),
  ),
  { minLength: Math.ceil(STEPS / 2), maxLength: STEPS, size: 'max' },
)
const looks = fc.infiniteStream(fc.nat({ max: 9999 }))

test('the product shows what a plain model of the rules says, whatever was done', async (t) => {
  const world = await createWorld(t)
  const product = openProduct(world)
  const count = { steps: 0, done: 0 }
  await holds(
    fc.asyncProperty(plans, calls, looks, async (plan, calls, numbers) => {
      const house = await build(world, plan)
      const next = () => numbers.next().value
      for (const call of calls) {
        const did = await run(house, product, call)
        if (!did) continue
        count.steps++
        if (did !== 'done') continue
        count.done++
        // After each change, whoever; at the end, everybody.
        await compare(house, product, from(house.viewers, next()) as Viewer)
        await look(house, product, next)
      }
      for (const viewer of house.viewers) await compare(house, product, viewer)
    }),
    { runs: 10 },
  )
  t.diagnostic(`${count.steps} operations, ${count.done} of them allowed`)
})

/** Does one operation, and compares what comes of it with what the rules say. Undefined where there is nothing to do. */
async function run(house: House, product: Product, call: Call): Promise<Outcome | undefined> {
  const step = call.step(house, product)
  if (!step) return
  const { outcome, result } = await attempt(step.act)
  assert.equal(outcome, step.outcome, call.name)
  if (outcome === 'done') step.after?.(String(result))
  return outcome
}

async function attempt(act: () => Promise<unknown>): Promise<{ outcome: Outcome; result?: unknown }> {
  try {
    return { outcome: 'done', result: await act() }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { outcome: error.code === 'not_found' ? 'not_found' : 'refused' }
  }
}

/** All that somebody is shown, wherever it lies, with what they may do. */
async function compare(house: House, { world }: Product, viewer: Viewer): Promise<void> {
  const found = await findItems(
    world.db,
    actorOf(viewer),
    house.items.map(({ id }) => id),
  )
  const actual = found.map(({ id, name, parentId, level, audience, owner, files, clientSees, can }) => ({
    ...{ id, name, parentId, level, audience, owner: owner?.name ?? null, files, clientSees, can },
  }))
  const expected = house.items.flatMap((item) => shown(house, viewer, item) ?? [])
  const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1)
  assert.deepEqual(actual.toSorted(byId), expected.toSorted(byId), viewer.name)
}

/** One place as it is listed to somebody, and the bytes of one item. */
async function look(house: House, { items }: Product, next: () => number): Promise<void> {
  const viewer = from(house.viewers, next()) as Viewer
  const actor = actorOf(viewer)
  const item = from(house.items, next())
  if (item) {
    const { outcome } = await attempt(() => items.content(actor, item.id))
    const bytes = item.kind === 'file' && sees(house, viewer, item)
    assert.equal(outcome, bytes ? 'done' : 'not_found', `bytes of ${item.label} for ${viewer.name}`)
  }
  const folder = item?.kind === 'folder' && next() % 3 > 0 ? item : null
  const space = folder?.space ?? from(house.spaces, next())
  if (!space) return
  const flat = next() % 3 === 0
  const asClient =
    viewer.kind === 'professional' && space.of.kind === 'client' && next() % 4 === 0 ? space.of : undefined
  const { outcome, result } = await attempt(() =>
    items.listItems(actor, {
      ...(viewer.kind === 'professional' && { spaceId: space.id }),
      ...(folder && { folderId: folder.id }),
      ...(asClient && { viewAs: 'client' }),
      scope: flat ? 'flat' : 'tree',
      sort: 'name',
      order: 'asc',
    }),
  )
  const at = `${viewer.name}${asClient ? ' as the client' : ''} in ${folder?.label ?? 'the root'}${flat ? ', flat' : ''}`
  const open = viewer.kind === 'client' || reaches(viewer, space)
  const there = folder ? sees(house, viewer, folder) && (!asClient || sees(house, asClient, folder)) : true
  assert.equal(outcome, open && there ? 'done' : 'not_found', at)
  if (outcome !== 'done') return
  const isBelow = (one: typeof item): boolean =>
    !folder ? true : one?.parent === folder || (one?.parent ? isBelow(one.parent) : false)
  const expected = house.items.filter(
    (one) =>
      (folder || viewer.kind === 'client' || asClient || one.space === space) &&
      (flat ? one.kind === 'file' && isBelow(one) : one.parent === folder) &&
      sees(house, viewer, one) &&
      (!asClient || sees(house, asClient, one)),
  )
  const { items: listed, can } = result as Awaited<ReturnType<typeof items.listItems>>
  assert.deepEqual(
    listed.map(({ name }) => name).toSorted(),
    expected.map(({ label }) => label).toSorted(),
    at,
  )
  const may = folder
    ? mayAddInside(house, viewer, folder)
    : viewer.kind === 'client' || mayWrite(viewer, space)
  assert.equal(can.addInside, may && !asClient, `adding: ${at}`)
}
