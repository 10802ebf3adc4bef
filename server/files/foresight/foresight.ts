import { type Kysely, sql } from 'kysely'
import type { Consequences } from '../../../core/api/files.ts'
import { Problem } from '../../../core/errors.ts'
import { LEVELS } from '../../../core/visibility.ts'
import type { Actor } from '../../access.ts'
import type { Database } from '../../db/schema.ts'
import { toReach, whoSees } from '../../sights.ts'
import { findMovable } from '../changeable.ts'
import { findItem, findItems } from '../listing.ts'
import { type Change, collectClasses, outcomeOf } from './outcome.ts'
import { readSurroundings, type Surroundings } from './surroundings.ts'

type Db = Kysely<Database>

/**
 * Who is told before files change. Nothing is written for it: who would see them, and the folders above them, follows
 * from the columns that the rule reads, so the rule is asked of those that they have and of those they would have.
 */

/**
 * What a change would do to who sees the items and the folders above them, as far as the actor sees. Only who may
 * make the change is told: to others the names of who sees a file are none of theirs, least of all to the members of
 * a group.
 * @throws not_found, forbidden; read_only and folder_into_itself of a move
 */
export async function foresee(
  db: Db,
  actor: Actor,
  { ids, change }: { ids: readonly string[]; change: Change },
): Promise<Consequences> {
  await requireChange(db, actor, ids, change)
  const goal = change.kind === 'move' ? change.folderId : null
  const around = await readSurroundings(db, actor, { ids, goal })
  const classes = collectClasses(around, [change])
  const viewers = await whoSees(db, classes.list, inSpacesOf(around))
  const files = around.parts.filter(({ kind, within }) => kind === 'file' && !within)
  return {
    ...outcomeOf(actor, around, change, classes, viewers),
    files: files.reduce((sum, { n }) => sum + n, 0),
  }
}

/**
 * Whom each level reaches or would reach for this file; who may not change it is told of its own level only.
 * @throws not_found, forbidden where it has no level
 */
export async function readLevels(db: Db, actor: Actor, itemId: string) {
  const item = await findItem(db, actor, itemId)
  if (!item.level || actor.kind !== 'professional') throw new Problem('forbidden')
  const around = await readSurroundings(db, actor, { ids: [itemId], goal: null })
  const [file] = around.parts
  if (!file) throw new Problem('not_found')
  const branch = await findBranch(db, file.branch_id)
  const offered = LEVELS.filter((level) => item.can.modify && (level !== 'branch' || branch))
  const changes = LEVELS.filter((level) => level === item.level || offered.includes(level)).map((level) => ({
    kind: 'level' as const,
    level,
  }))
  const classes = collectClasses(around, changes)
  const viewers = await whoSees(db, classes.list, inSpacesOf(around))
  return changes.map((change) => {
    const then = classes.indexOf({ ...file, level: change.level })
    return {
      level: change.level,
      current: change.level === item.level,
      reach: toReach(
        actor,
        viewers.filter(({ sees }) => sees.includes(then)),
        branch,
      ),
      ...outcomeOf(actor, around, change, classes, viewers),
    }
  })
}

/** Whom each level would reach for a new file of the actor in this space and branch. */
export async function reachOfLevels(
  db: Db,
  actor: Actor & { kind: 'professional' },
  spaceId: string,
  branch: { id: string; name: string } | null,
) {
  const levels = LEVELS.filter((level) => level !== 'branch' || branch)
  const classes = levels.map((level) => ({
    space_id: spaceId,
    level,
    owner_professional_id: actor.professionalId,
    owner_client_id: null,
    company_id: actor.companyId,
    branch_id: branch?.id ?? null,
    audience: null,
  }))
  const viewers = await whoSees(db, classes, sql`v.space_id = ${spaceId}::uuid`)
  return levels.map((level, then) => ({
    level,
    reach: toReach(
      actor,
      viewers.filter(({ sees }) => sees.includes(then)),
      branch,
    ),
  }))
}

/** @throws not_found, forbidden, read_only, folder_into_itself */
async function requireChange(db: Db, actor: Actor, ids: readonly string[], change: Change): Promise<void> {
  if (change.kind === 'move') {
    await findMovable(db, actor, { ids, folderId: change.folderId })
    return
  }
  const items = await findItems(db, actor, ids)
  if (items.length < new Set(ids).size) throw new Problem('not_found')
  const may = items.every(({ can, level }) => (change.kind === 'delete' ? can.delete : can.modify && level))
  if (!may) throw new Problem('forbidden')
}

function inSpacesOf({ parts }: Surroundings) {
  return sql`v.space_id = any(${[...new Set(parts.map(({ space_id }) => space_id))]}::uuid[])`
}

async function findBranch(db: Db, id: string | null) {
  if (!id) return null
  const branch = await db.selectFrom('branch').select(['id', 'name']).where('id', '=', id).executeTakeFirst()
  return branch ?? null
}
