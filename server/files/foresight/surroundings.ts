import { type Kysely, sql } from 'kysely'
import { type Actor, sees, viewerOf } from '../../access.ts'
import type { Database } from '../../db/schema.ts'
import { type Class, classOf } from '../../sights.ts'

/** So many items that the rule can't tell apart. */
export type Held = Class & { kind: 'file' | 'folder'; n: number }

/** What chosen items are and hold; `start` is the folder where they lie, `within` that they lie in another chosen one. */
export type Part = Held & { start: string | null; within: boolean }

/** A folder above chosen items, or above where they shall go. */
export type Above = {
  name: string
  space_id: string
  /** It is one of the chosen itself, or lies in one. */
  within: boolean
  /** Of which parts, by their `start`. */
  starts: Set<string | null>
  goal: boolean
  /** The folder itself and what lies anywhere inside. */
  holds: Held[]
}

export type Surroundings = { parts: Part[]; folders: Above[] }

/**
 * Chosen items and the folders above them, and above a goal with the goal itself. Of what lies inside, only what the
 * actor sees: the hidden doesn't count. In three statements, however much there is.
 */
export async function readSurroundings(
  db: Kysely<Database>,
  actor: Actor,
  { ids, goal }: { ids: readonly string[]; goal: string | null },
): Promise<Surroundings> {
  const chosen = sql`any(${sql.val(ids)}::uuid[])`
  // From where the chosen lie up to the root, or to the first folder that is chosen too: it takes along what it holds.
  const { rows: steps } = await sql<{ start: string | null; id: string; chosen: boolean; goal: boolean }>`
    with recursive up(start, id) as (
      select distinct i.parent_id, i.parent_id from item i where i.id = ${chosen} and i.parent_id is not null
      union all
      select up.start, f.parent_id from up join item f on f.id = up.id
      where f.parent_id is not null and not f.id = ${chosen}
    ), on_goal(id) as (
      select ${goal}::uuid
      union all
      select f.parent_id from on_goal join item f on f.id = on_goal.id
    )
    select up.start, up.id, up.id = ${chosen} as chosen, false as goal from up
    union all
    select null, id, false, true from on_goal where id is not null`.execute(db)

  const held = sql`${viewerOf(actor)} v
    join item i on i.space_id = v.space_id
    cross join lateral (
      select true as itself, i.kind, ${classOf('i')}, 1::bigint as n
      union all
      select false, f.kind, ${classOf('f')}, f.count from folder_content f where f.folder_id = i.id and f.count > 0
    ) t`
  const seen = sql`(t.itself or ${sees('t', 'v')})`
  const { rows: parts } = await sql<Held & { start: string | null }>`
    select i.parent_id as start, i.space_id, t.kind, ${classOf('t')}, sum(t.n)::bigint as n from ${held}
    where i.id = ${chosen} and ${seen} group by i.parent_id, i.space_id, t.kind, ${classOf('t')}`.execute(db)
  const { rows } = await sql<Held & { id: string; name: string }>`
    select i.id, i.name, i.space_id, t.kind, ${classOf('t')}, t.n from ${held}
    where i.id = any(${steps.map(({ id }) => id)}::uuid[]) and ${seen}
    order by i.name collate natural_order, i.id`.execute(db)

  const within = new Set(steps.filter((step) => step.chosen).map(({ start }) => start))
  return {
    parts: parts.map((part) => ({ ...part, within: within.has(part.start) })),
    folders: Map.groupBy(rows, ({ id }) => id)
      .entries()
      .map(([id, holds]) => {
        const through = steps.filter((step) => step.id === id)
        return {
          name: holds[0]?.name ?? '',
          space_id: holds[0]?.space_id ?? '',
          within: through.some(({ start }) => within.has(start)),
          starts: new Set(through.filter((step) => !step.goal).map(({ start }) => start)),
          goal: through.some((step) => step.goal),
          holds,
        }
      })
      .toArray(),
  }
}
