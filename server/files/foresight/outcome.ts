import type { Person } from '../../../core/api/shapes.ts'
import type { Level } from '../../../core/visibility.ts'
import type { Actor } from '../../access.ts'
import { type Class, idOf, isSelf, toPerson, type Viewer } from '../../sights.ts'
import type { Above, Held, Part, Surroundings } from './surroundings.ts'

export type Change =
  | { kind: 'level'; level: Level }
  | { kind: 'move'; folderId: string | null }
  | { kind: 'delete' }

type Difference = { gain: Person[]; lose: Person[] }
type Time = 'now' | 'later'

/** The classes that the rule is to be asked about, each once. */
type Classes = { list: Class[]; indexOf: (one: Class) => number }

/** Those that there are, and those that there would be. */
export function collectClasses({ parts, folders }: Surroundings, changes: readonly Change[]): Classes {
  const indexes = new Map<string, number>()
  const list: Class[] = []
  const indexOf = (one: Class) => {
    const { space_id, level, owner_professional_id, owner_client_id, company_id, branch_id, audience } = one
    const known = { space_id, level, owner_professional_id, owner_client_id, company_id, branch_id, audience }
    const key = JSON.stringify(known)
    const index = indexes.get(key) ?? list.push(known) - 1
    indexes.set(key, index)
    return index
  }
  for (const one of [...parts, ...folders.flatMap(({ holds }) => holds)]) indexOf(one)
  for (const part of parts) for (const change of changes) indexOf(changed(part, change) ?? part)
  return { list, indexOf }
}

/** What becomes of a part; null where it is gone. */
function changed(part: Part, change: Change): Part | null {
  if (change.kind === 'delete') return null
  return change.kind === 'level' ? { ...part, level: change.level } : part
}

/** Who gains and who loses by a change: of the files themselves, and of the folders above by what lies inside. */
export function outcomeOf(
  actor: Actor,
  { parts, folders }: Surroundings,
  change: Change,
  { indexOf }: Classes,
  viewers: readonly Viewer[],
): Difference & { folders: (Difference & { name: string })[] } {
  const files = parts
    .filter(({ kind }) => kind === 'file')
    .map((part) => {
      const later = changed(part, change)
      return { space_id: part.space_id, now: indexOf(part), later: later && indexOf(later) }
    })
  const seesMore = (viewer: Viewer, at: Time, than: Time) =>
    files.some(
      (file) => file.space_id === viewer.space_id && has(viewer, file[at]) && !has(viewer, file[than]),
    )
  // One knows what one does oneself.
  const others = viewers.filter((viewer) => !isSelf(actor, viewer))
  const gain = others.filter((viewer) => seesMore(viewer, 'later', 'now'))
  const lose = others.filter((viewer) => seesMore(viewer, 'now', 'later'))

  // Who comes to see a file sees what leads to it: that goes without saying.
  const coming = new Set(gain.map(idOf))
  const named = (some: readonly Viewer[]) => some.map((viewer) => toPerson(actor, viewer))
  return {
    gain: named(gain),
    lose: named(lose),
    folders: folders
      .filter(({ within }) => !(within && change.kind === 'delete'))
      .map((folder) => {
        const counts = countInside(folder, parts, change, indexOf)
        const here = viewers.filter(({ space_id }) => space_id === folder.space_id)
        const sees = ({ sees }: Viewer, at: Time) => sees.some((n) => (counts.get(n)?.[at] ?? 0) > 0)
        return {
          name: folder.name,
          gain: named(here.filter((v) => !sees(v, 'now') && sees(v, 'later') && !coming.has(idOf(v)))),
          lose: named(here.filter((v) => sees(v, 'now') && !sees(v, 'later'))),
        }
      })
      .filter((folder) => folder.gain.length + folder.lose.length > 0),
  }
}

/** How much of each class a folder is and holds, now and then. */
function countInside(folder: Above, parts: readonly Part[], change: Change, indexOf: Classes['indexOf']) {
  const counts = new Map<number, Record<Time, number>>()
  const add = (held: Held, n: Partial<Record<Time, number>>) => {
    const { now, later } = counts.get(indexOf(held)) ?? { now: 0, later: 0 }
    counts.set(indexOf(held), { now: now + (n.now ?? 0), later: later + (n.later ?? 0) })
  }
  for (const held of folder.holds) add(held, { now: held.n, later: held.n })
  for (const part of parts) {
    const later = changed(part, change)
    const leaves = folder.starts.has(part.start)
    if (leaves) add(part, { later: -part.n })
    if (later && (change.kind === 'move' ? folder.goal && !part.within : leaves))
      add(later, { later: later.n })
  }
  return counts
}

function has({ sees }: Viewer, index: number | null): boolean {
  return index !== null && sees.includes(index)
}
