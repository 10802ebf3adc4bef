import fc from 'fast-check'
import { sql } from 'kysely'
import { LEVELS } from '../../core/visibility.ts'
import { newName } from '../../server/blobs/port.ts'
import { actorOf, type House, type Product, professionalActor } from './house.ts'
import {
  allInside,
  type Client,
  type Item,
  isInvolved,
  mayAddInside,
  mayDelete,
  mayModify,
  mayTakeOver,
  mayWrite,
  type Professional,
  reaches,
  type Space,
  sees,
  type Viewer,
} from './rules.ts'

/** What an operation comes to: hidden and unknown are one, and so are, here, all other refusals. */
export type Outcome = 'done' | 'not_found' | 'refused'

/** What the rules say comes of it; how to do it, which may give the id of something made; and what is then so. */
export type Step = { outcome: Outcome; act: () => Promise<unknown>; after?: (id: string) => void }
/** One call of an operation. It has no step where there is nothing to do it to. */
export type Call = { name: string; step: (house: House, product: Product) => Step | undefined }
export type Operation = (name: string) => fc.Arbitrary<Call>

/** Arguments are numbers, picked modulo, so that a failing run shrinks. */
export function operation<Args>(
  args: fc.Arbitrary<Args>,
  step: (house: House, product: Product, args: Args) => Step | undefined,
): Operation {
  return (name) =>
    args.map((values) => ({
      name,
      step: (house, product) => step(house, product, values),
      [fc.toStringMethod]: () => `${name}(${fc.stringify(values)})`,
    }))
}

const n = fc.nat({ max: 999 })
export const from = <T>(list: readonly T[], number: number): T | undefined =>
  list[number % Math.max(1, list.length)]
const professionals = ({ viewers }: House) =>
  viewers.filter((one): one is Professional => one.kind === 'professional')
const clients = ({ viewers }: House) => viewers.filter((one): one is Client => one.kind === 'client')
const folders = ({ items }: House) => items.filter(({ kind }) => kind === 'folder')

/** One of them, or two. */
function choose(all: readonly Professional[], number: number): string[] {
  const two = [from(all, number), number % 2 > 0 ? from(all, number + 1) : undefined]
  return [...new Set(two.flatMap((one) => one?.id ?? []))]
}

/** Mostly somebody of whom it holds, or else anybody. */
function mostly<One extends Viewer>(
  all: readonly One[],
  number: number,
  who: (one: One) => boolean,
): One | undefined {
  const those = number % 4 > 0 ? all.filter(who) : []
  return from(those.length > 0 ? those : all, number)
}

/** The root of some space, or some folder. */
function place(house: House, at: number): { space: Space; parent: Item | null } | undefined {
  const found = folders(house)
  const parent = at % 3 > 0 ? (from(found, Math.floor(at / 3)) ?? null) : null
  const space = parent?.space ?? from(house.spaces, at)
  return space && { space, parent }
}

function mayAdd(house: House, by: Viewer, space: Space, parent: Item | null): Outcome {
  if (parent && !sees(house, by, parent)) return 'not_found'
  if (!reaches(by, space)) return 'not_found'
  const may = parent ? mayAddInside(house, by, parent) : mayWrite(by, space)
  return may ? 'done' : 'refused'
}

/** The branch that the space shares with the maker, or else one of their own; the first by name. */
function branchFor(by: Professional, { of }: Space, house: House): string | null {
  const all = by.profile === 'super_admin' ? (house.branches.get(by.company) ?? []) : by.branches
  const theirs = of.kind === 'client' ? (of.links.get(by.company)?.branches ?? []) : of.branches
  const order = house.branches.get(by.company) ?? []
  const sorted = all.toSorted((one, other) => order.indexOf(one) - order.indexOf(other))
  return sorted.find((one) => theirs.includes(one)) ?? sorted[0] ?? null
}

function changeable(house: House, by: Viewer, item: Item): Outcome {
  if (!sees(house, by, item)) return 'not_found'
  return mayModify(by, item) ? 'done' : 'refused'
}

export const fileOperations = {
  folder: operation(fc.record({ by: n, at: n }), (house, { items }, { by, at }) => {
    const where = place(house, at)
    if (!where) return
    const { space, parent } = where
    const who = mostly(professionals(house), by, (one) => mayAdd(house, one, space, parent) === 'done')
    if (!who) return
    const label = `folder ${house.items.length}`
    return {
      outcome: mayAdd(house, who, space, parent),
      act: async () => {
        const at = { spaceId: space.id, parentId: parent?.id ?? null }
        return (await items.createFolder(actorOf(who), { ...at, name: label })).id
      },
      after: (id) => {
        const branch = branchFor(who, space, house)
        house.items.push(
          item({
            id,
            label,
            kind: 'folder',
            space,
            parent,
            owner: who,
            company: who.company,
            branch,
            level: null,
          }),
        )
      },
    }
  }),

  file: operation(
    fc.record({ by: n, at: n, level: fc.constantFrom(...LEVELS), chosen: fc.option(n, { freq: 2 }) }),
    (house, { items }, { by, at, level, chosen }) => {
      const where = place(house, at)
      if (!where) return
      const who = mostly(house.viewers, by, (one) => mayAdd(house, one, where.space, where.parent) === 'done')
      if (!who) return
      const client = who.kind === 'client'
      // A client's own space is known: it isn't named.
      const space = client && !where.parent ? house.spaces.find(({ of }) => of === who) : where.space
      if (!space) return
      const { parent } = where
      const involved = professionals(house).filter((one) => isInvolved(one, space))
      const audience = client && chosen !== null && involved.length > 0 ? choose(involved, chosen) : null
      const branch = client ? null : branchFor(who, space, house)
      const label = `file ${house.items.length}`
      const may = mayAdd(house, who, space, parent)
      return {
        outcome: may === 'done' && !client && level === 'branch' && !branch ? 'refused' : may,
        act: async () => {
          const at = await items.place(actorOf(who), {
            ...(client ? { audience } : { spaceId: space.id, level }),
            parentId: parent?.id ?? null,
            name: label,
          })
          const blob = {
            key: newName(),
            size: 1,
            sha256: '00'.repeat(32),
            type: 'text/plain',
          }
          return (await items.addFile(actorOf(who), at, blob)).id
        },
        after: (id) => {
          const stamp = client
            ? { company: null, branch: null, level: null, audience }
            : { company: who.company, branch, level }
          house.items.push(item({ id, label, kind: 'file', space, parent, owner: who, ...stamp }))
        },
      }
    },
  ),

  move: operation(fc.record({ by: n, what: n, to: n }), (house, { items }, { by, what, to }) => {
    const moved = from(house.items, what)
    const who = moved && mostly(house.viewers, by, (one) => mayModify(one, moved))
    if (!who) return
    const near = folders(house).filter(({ space }) => by % 5 === 0 || space === moved.space)
    const parent = to % 4 > 0 ? (from(near, to) ?? null) : null
    const change = changeable(house, who, moved)
    const there = (): Outcome => {
      if (!parent) return 'done'
      if (!sees(house, who, parent)) return 'not_found'
      if (!mayAddInside(house, who, parent)) return 'refused'
      if (parent.space !== moved.space) return 'not_found'
      return parent === moved || allInside(house, moved).includes(parent) ? 'refused' : 'done'
    }
    return {
      outcome: change === 'done' ? there() : change,
      act: () => items.moveItems(actorOf(who), { ids: [moved.id], folderId: parent?.id ?? null }),
      after: () => {
        moved.parent = parent
      },
    }
  }),

  level: operation(
    fc.record({ by: n, what: n, level: fc.constantFrom(...LEVELS) }),
    (house, { items }, { by, what, level }) => {
      const changed = from(house.items, what)
      const who = changed && mostly(professionals(house), by, (one) => mayModify(one, changed))
      if (!who) return
      const can = changed.kind === 'file' && (level !== 'branch' || changed.branch !== null)
      const may = changeable(house, who, changed)
      return {
        outcome: may === 'done' && !can ? 'refused' : may,
        act: () => items.changeLevel(actorOf(who), { ids: [changed.id], level }),
        after: () => {
          changed.level = level
        },
      }
    },
  ),

  audience: operation(
    fc.record({ by: n, what: n, chosen: fc.option(n) }),
    (house, { items }, { by, what, chosen }) => {
      const all = by % 4 > 0 ? house.items.filter(({ owner }) => owner.kind === 'client') : house.items
      const changed = from(all, what)
      const who = changed && mostly(clients(house), by, (one) => mayModify(one, changed))
      if (!who) return
      const one =
        chosen === null
          ? undefined
          : mostly(professionals(house), chosen, (p) => isInvolved(p, changed.space))
      const audience = one ? [one.id] : null
      const may = changeable(house, who, changed)
      return {
        outcome: may === 'done' && one && !isInvolved(one, changed.space) ? 'refused' : may,
        act: () => items.changeAudience(actorOf(who), { ids: [changed.id], audience }),
        after: () => {
          changed.audience = audience
        },
      }
    },
  ),

  delete: operation(fc.record({ by: n, what: n }), (house, { world, items }, { by, what }) => {
    const item = from(house.items, what)
    const who = item && mostly(house.viewers, by, (one) => mayModify(one, item))
    if (!who) return
    return {
      outcome: !sees(house, who, item) ? 'not_found' : mayDelete(house, who, item) ? 'done' : 'refused',
      act: async () => {
        const { deletionId: id } = await items.deleteItems(actorOf(who), { ids: [item.id] })
        // However slow the machine is, until somebody waits for it.
        await sql`update deletion set undo_until = undo_until + interval '1 hour' where id = ${id}::uuid`.execute(
          world.db,
        )
        return id
      },
      after: (id) => {
        for (const one of [item, ...allInside(house, item)]) one.deleted = id
        house.deletions.push({ id, by: who, space: item.space, undoable: true })
      },
    }
  }),

  undo: operation(fc.record({ by: n, which: n }), (house, { items }, { by, which }) => {
    const deletion = from(house.deletions, which)
    const who = deletion && by % 4 > 0 ? deletion.by : from(house.viewers, by)
    if (!who || !deletion) return
    const mine = deletion.by === who && mayWrite(who, deletion.space)
    return {
      outcome: !mine ? 'not_found' : deletion.undoable ? 'done' : 'refused',
      act: () => items.undoDeletion(actorOf(who), { deletionId: deletion.id }),
      after: () => {
        for (const item of house.items.filter(({ deleted }) => deleted === deletion.id)) {
          item.deleted = null
          // A folder that was deleted since is replaced by the root.
          if (item.parent?.deleted && item.parent.deleted !== deletion.id) item.parent = null
        }
        house.deletions = house.deletions.filter((one) => one !== deletion)
      },
    }
  }),

  /** What was deleted goes for good. */
  wait: operation(fc.constant({}), (house, { world, items }) => {
    return {
      outcome: 'done',
      act: async () => {
        world.pass({ seconds: 3611 })
        await items.purge()
      },
      after: () => {
        house.deletions = []
        house.items = house.items.filter(({ deleted }) => !deleted)
      },
    }
  }),

  /** As the software does with results. */
  protect: operation(fc.record({ what: n }), (house, { world }, { what }) => {
    const item = from(
      house.items.filter(({ owner }) => owner.kind === 'professional'),
      what,
    )
    if (!item) return
    return {
      outcome: 'done',
      act: () => world.db.updateTable('item').set({ protected: true }).where('id', '=', item.id).execute(),
      after: () => {
        item.protected = true
      },
    }
  }),

  takeOver: operation(fc.record({ by: n, what: n }), (house, { custody }, { by, what }) => {
    const item = from(house.items, what)
    const who = item && mostly(professionals(house), by, (one) => mayTakeOver(one, item))
    if (!who) return
    const may = who === item.owner && !item.protected ? true : mayTakeOver(who, item)
    return {
      outcome: !sees(house, who, item) ? 'not_found' : may ? 'done' : 'refused',
      act: () => custody.takeOverItem(professionalActor(who), { itemId: item.id, reason: 'why' }),
      after: () => {
        item.owner = who
      },
    }
  }),
} satisfies Record<string, Operation>

function item(
  values: Pick<
    Item,
    'id' | 'label' | 'kind' | 'space' | 'parent' | 'owner' | 'company' | 'branch' | 'level'
  > &
    Partial<Item>,
): Item {
  return { protected: false, audience: null, deleted: null, ...values }
}
