import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Change, Foreseen } from '../core/api/foresight.ts'
import { type Actor, sees, viewerOf } from './access.ts'
import { rehearse } from './db/rehearse.ts'
import type { Database } from './db/schema.ts'
import { type Class, classOf, idOf, toPerson, type Viewer, whoSees } from './sights.ts'

type Db = Kysely<Database>
type Professional = Extract<Actor, { kind: 'professional' }>
type Input = { [name: string]: unknown }
type Verb = (actor: Professional, input: Input) => Promise<unknown>
type Condition = RawBuilder<boolean>
type Content = Class & { files: number }

/** The operations that can be foreseen, as verbs on whatever database they are made for. */
export type Foreseeable = {
  [C in Change as C['operation']]: (actor: Professional, input: C['input']) => Promise<unknown>
}

/**
 * Who gains and who loses by a change of people, told before it is confirmed: the change itself is made where nobody
 * sees it, the rule is asked before and after, and all of it is taken back. So whatever an operation does, and
 * whatever it refuses, is foreseen as it will be. (Changes of files are foreseen without writing: files/foresight.)
 */
export function createForesight({ db, verbsOn }: { db: Db; verbsOn: (db: Db) => Foreseeable }) {
  return {
    /** @throws whatever the operation itself does */
    foresee(actor: Professional, { change }: { change: Change }): Promise<Foreseen> {
      return rehearse(db, async (rehearsed) => {
        const { where, whom } = touchedBy(change.input)
        const content = await findContent(rehearsed, actor, where)
        const before = await whoSees(rehearsed, content, whom)
        const reached = await findReached(rehearsed, actor, where)
        // Each operation's name comes with its own input.
        const verb = verbsOn(rehearsed)[change.operation] as Verb
        await verb(actor, change.input)
        const after = await whoSees(rehearsed, content, whom)
        for (const id of await findReached(rehearsed, actor, where)) reached.add(id)
        const told = ({ space_id }: Viewer) => reached.has(space_id)
        const [was, is] = [before.filter(told), after.filter(told)]
        return { gain: compare(actor, is, was, content), lose: compare(actor, was, is, content) }
      })
    },
  }
}

/** Where something may happen, of the rows `a` of `viewers`, and to whom, of its rows `v`, as the input says. */
function touchedBy({
  spaceId,
  groupId,
  clientId,
  professionalId,
}: Input): Record<'where' | 'whom', Condition> {
  if (spaceId) return { where: sql`a.space_id = ${spaceId}::uuid`, whom: sql`v.space_id = ${spaceId}::uuid` }
  if (groupId) {
    const space = sql`(select s.id from space s where s.group_id = ${groupId}::uuid)`
    return { where: sql`a.space_id = ${space}`, whom: sql`v.space_id = ${space}` }
  }
  if (clientId) {
    const space = sql`(select s.id from space s where s.client_id = ${clientId}::uuid)`
    const groups = sql`(select s.id from group_member m join space s using (group_id)
      where m.client_id = ${clientId}::uuid)`
    return {
      where: sql`(a.space_id = ${space} or a.space_id in ${groups})`,
      whom: sql`(v.space_id = ${space} or v.client_id = ${clientId}::uuid)`,
    }
  }
  return { where: sql`true`, whom: sql`v.professional_id = ${professionalId}::uuid` }
}

/** The spaces that the actor reaches, of those where something may happen. */
async function findReached(on: Db, actor: Professional, where: Condition): Promise<Set<string>> {
  const { rows } = await sql<{ space_id: string }>`
    select a.space_id from ${viewerOf(actor)} a where ${where}`.execute(on)
  return new Set(rows.map((row) => row.space_id))
}

/** What the actor sees there: how many files of each class. */
async function findContent(on: Db, actor: Professional, where: Condition): Promise<Content[]> {
  const { rows } = await sql<Content>`
    select i.space_id, ${classOf('t')}, sum(t.n)::bigint as files
    from ${viewerOf(actor)} a
    join item i on i.space_id = a.space_id and i.parent_id is null and i.deletion_id is null
    cross join lateral (
      select ${classOf('i')}, 1::bigint as n where i.kind = 'file'
      union all
      select ${classOf('f')}, f.count from folder_content f
      where f.folder_id = i.id and f.kind = 'file' and f.count > 0
    ) t
    where ${where} and ${sees('t', 'a')}
    group by i.space_id, ${classOf('t')}`.execute(on)
  return rows
}

/** Those whom something happens to from one to the other: where they are, and what they see, only in `those`. */
function compare(
  actor: Professional,
  those: readonly Viewer[],
  others: readonly Viewer[],
  content: readonly Content[],
): Foreseen['gain'] {
  const other = new Map(others.map((viewer) => [`${viewer.space_id} ${idOf(viewer)}`, viewer]))
  return Map.groupBy(those, idOf)
    .values()
    .map((rows) => {
      const sums = { spaces: 0, files: 0 }
      for (const row of rows) {
        const same = other.get(`${row.space_id} ${idOf(row)}`)
        if (!same) sums.spaces++
        for (const n of row.sees) if (!same?.sees.includes(n)) sums.files += content[n]?.files ?? 0
      }
      const [viewer] = rows as [Viewer]
      return { viewer, ...sums }
    })
    .filter(({ spaces, files }) => spaces + files > 0)
    .map(({ viewer, ...sums }) => ({ ...toPerson(actor, viewer), ...sums }))
    .toArray()
    .sort((one, two) => Number(two.as === 'you') - Number(one.as === 'you'))
}
