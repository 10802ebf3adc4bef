import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Person, Reach } from '../core/api/shapes.ts'
import { type Actor, sees, viewers } from './access.ts'
import type { Database } from './db/schema.ts'

/** Who sees what, asked of the rule for everybody involved at once. */

/** What the rule reads of an item; items that are alike in it are seen by the same people. */
export type Class = {
  space_id: string
  level: string
  owner_professional_id: string | null
  owner_client_id: string | null
  company_id: string | null
  branch_id: string | null
  audience: string[] | null
}

/** Its columns, of an item or a row of folder_content. */
export function classOf(of: string): RawBuilder<unknown> {
  const names = ['level', 'owner_professional_id', 'owner_client_id', 'company_id', 'branch_id', 'audience']
  return sql.join(names.map((name) => sql.ref(`${of}.${name}`)))
}

/** Somebody involved in a space, and which of the classes asked about they see, by index. */
export type Viewer = {
  space_id: string
  professional_id: string | null
  client_id: string | null
  name: string
  company_id: string | null
  every_branch: boolean
  branch_ids: string[]
  sees: number[]
}

/** Everybody involved, in order of their names, also who sees nothing; `among` says of which rows `v` of `viewers`. */
export async function whoSees(
  on: Kysely<Database>,
  classes: readonly Class[],
  among: RawBuilder<unknown>,
): Promise<Viewer[]> {
  const asked = JSON.stringify(classes.map((one, n) => ({ n, ...one })))
  const { rows } = await sql<Viewer>`
    select v.space_id, v.professional_id, v.client_id, v.name, v.company_id, v.every_branch, v.branch_ids,
      coalesce(array_agg(x.n) filter (where x.n is not null), '{}') as sees
    from ${viewers} v
    left join jsonb_to_recordset(${asked}::jsonb) x(n integer, space_id uuid, level text,
      owner_professional_id uuid, owner_client_id uuid, company_id uuid, branch_id uuid, audience uuid[])
      on x.space_id = v.space_id and ${sees('x', 'v')}
    where ${among} group by 1, 2, 3, 4, 5, 6, 7
    order by v.name collate natural_order, v.professional_id, v.client_id`.execute(on)
  return rows
}

export const idOf = (viewer: Pick<Viewer, 'professional_id' | 'client_id'>) =>
  viewer.professional_id ?? viewer.client_id ?? ''

export function isSelf(actor: Actor, viewer: Viewer): boolean {
  return idOf(viewer) === (actor.kind === 'client' ? actor.clientId : actor.professionalId)
}

/** How the actor knows somebody. */
export function toPerson(actor: Actor, viewer: Viewer): Person {
  const as = isSelf(actor, viewer)
    ? 'you'
    : viewer.client_id
      ? 'client'
      : actor.kind === 'client'
        ? 'professional'
        : viewer.company_id === actor.companyId
          ? 'colleague'
          : 'external'
  return { as, name: viewer.name }
}

/** Those whom something reaches; `branch` is that of the item, named if all the colleagues are in it. */
export function toReach(
  actor: Actor,
  seeing: readonly Viewer[],
  branch: { id: string; name: string } | null,
): Reach {
  const people = seeing.map((viewer) => toPerson(actor, viewer))
  const named = (kind: Person['as']) => people.filter(({ as }) => as === kind).map(({ name }) => name)
  const colleagues = seeing.filter((_, n) => people[n]?.as === 'colleague')
  const all = colleagues.every((one) => one.every_branch || one.branch_ids.includes(branch?.id ?? ''))
  return {
    you: people.some(({ as }) => as === 'you'),
    colleagues: named('colleague'),
    externals: named('external'),
    clients: named('client'),
    branch: branch && all && colleagues.length > 0 ? branch.name : null,
  }
}
