import type { Profile } from '../../core/profiles.ts'
import type { Level } from '../../core/visibility.ts'

/**
 * A second opinion: who reaches, sees and may do what, written from the product's rules in words, plain and slow. It
 * shares nothing with server/access.ts: no SQL, no counts of what folders hold.
 */

export type Professional = {
  kind: 'professional'
  id: string
  personId: string
  name: string
  company: string
  profile: Profile
  branches: string[]
  archived: boolean
}
export type Client = {
  kind: 'client'
  id: string
  personId: string
  name: string
  /** By company: a link with its branches. */
  links: Map<string, { branches: string[]; archived: boolean }>
}
export type Group = {
  kind: 'group'
  id: string
  company: string
  branches: string[]
  members: Set<string>
  deleted: boolean
}
export type Viewer = Professional | Client
/** A client's files or a group's. */
export type Space = { id: string; of: Client | Group; stakeholders: Set<string> }
export type Item = {
  id: string
  label: string
  kind: 'file' | 'folder'
  space: Space
  parent: Item | null
  owner: Viewer
  protected: boolean
  company: string | null
  branch: string | null
  /** Null for a folder, and for what a client added. */
  level: Level | null
  /** The professionals that a client chose; null: all who are involved. */
  audience: string[] | null
  /** The deletion that took it, if any. */
  deleted: string | null
}
export type State = { viewers: Viewer[]; spaces: Space[]; items: Item[] }

const share = (some: readonly string[], others: readonly string[]) => some.some((one) => others.includes(one))

/** An administrator or manager whose scope holds the client or group. */
export function holds(professional: Professional, { of }: Space): boolean {
  const { profile, company, branches } = professional
  const link = of.kind === 'client' ? of.links.get(company) : of.company === company ? of : undefined
  if (!link || professional.archived) return false
  if (profile === 'super_admin') return true
  return (profile === 'branch_admin' || profile === 'manager') && share(branches, link.branches)
}

/** In reach: an active stakeholder, or by scope; not of what their company archived, or what is deleted. */
export function isInvolved(professional: Professional, space: Space): boolean {
  if (professional.archived) return false
  const { of } = space
  if (of.kind === 'group' && of.deleted) return false
  if (of.kind === 'client' && of.links.get(professional.company)?.archived) return false
  return space.stakeholders.has(professional.id) || holds(professional, space)
}

/** The client sees their own; the current members of a group, whom its company follows, see its files. */
export function reaches(viewer: Viewer, space: Space): boolean {
  if (viewer.kind === 'professional') return isInvolved(viewer, space)
  const { of } = space
  if (of.kind === 'client') return of.id === viewer.id
  return !of.deleted && of.members.has(viewer.id) && !viewer.links.get(of.company)?.archived
}

export function mayWrite(viewer: Viewer, space: Space): boolean {
  if (!reaches(viewer, space)) return false
  return viewer.kind === 'professional' ? viewer.profile !== 'read_only' : space.of.kind === 'client'
}

export function inside(state: State, folder: Item): Item[] {
  return state.items.filter((item) => item.parent === folder && !item.deleted)
}

export function allInside(state: State, folder: Item): Item[] {
  return inside(state, folder).flatMap((item) => [item, ...allInside(state, item)])
}

export function includesTheClient({ owner, level, kind }: Item): boolean {
  if (kind === 'folder') return false
  return owner.kind === 'client' || ['me_client', 'company_client', 'everybody'].includes(level ?? '')
}

function levelReaches(viewer: Viewer, item: Item): boolean {
  const { owner, level, company, branch, audience } = item
  if (owner.kind === 'client')
    return viewer.kind === 'client' ? viewer === owner : !audience || audience.includes(viewer.id)
  if (viewer.kind === 'client') return includesTheClient(item)
  if (viewer === owner || level === 'everybody') return true
  if (viewer.company !== company) return false
  if (level === 'company' || level === 'company_client') return true
  return level === 'branch' && (viewer.profile === 'super_admin' || viewer.branches.includes(branch ?? ''))
}

export function sees(state: State, viewer: Viewer, item: Item): boolean {
  if (item.deleted || !reaches(viewer, item.space)) return false
  if (item.kind === 'file') return levelReaches(viewer, item)
  const colleague =
    viewer.kind === 'professional' && (viewer === item.owner || viewer.company === item.company)
  return colleague || inside(state, item).some((one) => sees(state, viewer, one))
}

/** The owner, still involved, and not read only; nobody, of what is protected. */
export function mayModify(viewer: Viewer, item: Item): boolean {
  return viewer === item.owner && !item.protected && mayWrite(viewer, item.space)
}

export function mayDelete(state: State, viewer: Viewer, item: Item): boolean {
  return [item, ...allInside(state, item)].every((one) => mayModify(viewer, one))
}

export function mayAddInside(state: State, viewer: Viewer, item: Item): boolean {
  return (
    item.kind === 'folder' && !item.protected && sees(state, viewer, item) && mayWrite(viewer, item.space)
  )
}

/** A super admin, or a branch admin in the branch: of what a professional of their company made, seen or hidden. */
export function mayTakeOver(viewer: Viewer, item: Item): boolean {
  if (viewer.kind !== 'professional' || item.protected || item.deleted) return false
  if (viewer === item.owner || item.company !== viewer.company || !isInvolved(viewer, item.space))
    return false
  if (viewer.profile === 'super_admin') return true
  return (
    viewer.profile === 'branch_admin' &&
    holds(viewer, item.space) &&
    viewer.branches.includes(item.branch ?? '')
  )
}

/** The other people who see a file, by name. */
export function whoSees(state: State, item: Item, but: Viewer): string[] {
  return state.viewers.filter((one) => one !== but && sees(state, one, item)).map(({ name }) => name)
}

/** What `viewer` is shown of an item; undefined where it doesn't exist for them. */
export function shown(state: State, viewer: Viewer, item: Item) {
  if (!sees(state, viewer, item)) return undefined
  const files = allInside(state, item).filter((one) => one.kind === 'file' && sees(state, viewer, one))
  return {
    id: item.id,
    name: item.label,
    parentId: item.parent?.id ?? null,
    level: viewer.kind === 'client' ? null : item.level,
    audience: item.owner.kind === 'client' ? (item.audience ? 'chosen' : 'all') : null,
    owner: item.protected ? null : item.owner.name,
    files: item.kind === 'folder' ? files.length : null,
    clientSees: item.kind === 'folder' ? files.some(includesTheClient) : includesTheClient(item),
    can: {
      download: true,
      modify: mayModify(viewer, item),
      delete: mayDelete(state, viewer, item),
      addInside: mayAddInside(state, viewer, item),
      takeOver: mayTakeOver(viewer, item),
    },
  }
}
