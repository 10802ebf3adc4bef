import { randomUUID } from 'node:crypto'
import { PROFILES, type Profile } from '../core/profiles.ts'
import { LEVELS } from '../core/visibility.ts'
import type { Actor } from '../server/access.ts'
import { type Kind, readRows, TABLES } from './access.table.ts'
import type { Browser, Company, Professional, World } from './world.ts'

/** Somebody in a row of the tables. */
export type Person = {
  who: string
  profile: Profile | null
  actor: Actor
  browser: Browser
  /** Where they look: the record that all share or, of Olivia and Xavier, one of their own, as they change things. */
  record: Place
}

/** What a column stands for. */
export type Thing = {
  id: string
  name: string
  kind: 'file' | 'folder'
  leveled: boolean
  audience: string[] | null
  spaceId: string
}

type Place = { spaceId: string; groupSpaceId: string; things: Map<string, Thing> }
type Row = {
  id: string
  space_id: string
  parent_id: string | null
  kind: 'file' | 'folder'
  name: string
  owner_professional_id: string | null
  owner_client_id: string | null
  protected: boolean
  company_id: string | null
  branch_id: string | null
  level: string
  audience: string[] | null
  blob_id: string | null
}

export const thingName = (kind: Kind, column: string) => `cell ${kind}: ${column}`

/** Everybody who stands in the tables, signed in, with each thing in a record and in a group. */
export async function createCast(world: World): Promise<Person[]> {
  const practice = await world.addCompany({ name: 'Practice', branches: ['Laval', 'Québec'] })
  const other = await world.addCompany({ name: 'Other', branches: ['Montréal'] })
  const olivia = await world.addProfessional(practice, 'employee', { name: 'Olivia', branches: ['Laval'] })
  const xavier = await world.addProfessional(other, 'employee', { name: 'Xavier' })
  const makers = { practice, other, olivia, xavier }

  const blobId = await uploadBytes(world, olivia)
  const client = await world.addClient(practice)
  const member = await world.addClient(practice)
  const former = await world.addClient(practice)
  const group = await world.addGroup(practice, [client, member, former])
  await world.db.deleteFrom('group_member').where('client_id', '=', former.id).execute()
  for (const space of [client, group]) await world.setStakeholder(space, olivia)
  await world.setStakeholder(client, xavier)
  const shared = await addRecord(world, makers, { client, group, blobId })
  const clients = {
    'the client': client,
    'another client in the group': member,
    'former member of the group': former,
    // In Québec, where there is a group as well: who is in reach of them isn't of the others.
    'another client of the practice': await world.addClient(practice, { branches: ['Québec'] }),
    'client of another practice': await world.addClient(other),
  }

  await world.addGroup(practice, [], { branches: ['Québec'] })
  await world.addGroup(other, [clients['client of another practice']])
  const cast: Person[] = []
  for (const [who, profiles] of professionals()) {
    for (const profile of profiles) {
      const external = /^external|^Xavier/.test(who)
      const branches = external ? ['Montréal'] : [who.includes('Québec') ? 'Québec' : 'Laval']
      const person = await world.addProfessional(external ? other : practice, profile, { branches })
      let where = { client, group, record: shared }
      if (/^Olivia|^Xavier/.test(who)) {
        const own = await world.addClient(practice)
        const at = { client: own, group: await world.addGroup(practice, [own]), blobId }
        const by = who.startsWith('Olivia') ? { olivia: person } : { xavier: person }
        where = { ...at, record: await addRecord(world, { ...makers, ...by }, at) }
      }
      const status = /archived|invited/.exec(who)?.[0] as 'archived' | 'invited' | undefined
      for (const space of external ? [where.client] : [where.client, where.group])
        if (!who.includes('not involved')) await world.setStakeholder(space, person, status ?? 'active')
      const { id: professionalId, personId, companyId } = person
      const actor = {
        kind: 'professional',
        personId,
        address: null,
        professionalId,
        companyId,
        profile,
      } as const
      cast.push({ who, profile, actor, browser: await world.signIn(person), record: where.record })
    }
  }
  for (const [who, person] of Object.entries(clients)) {
    const actor = { kind: 'client', personId: person.personId, address: null, clientId: person.id } as const
    cast.push({ who, profile: null, actor, browser: await world.signIn(person), record: shared })
  }
  return cast
}

/** Each way to stand to a record that the tables know, in each profile; Xavier is an employee. */
function professionals(): [string, readonly Profile[]][] {
  const whos = Object.values(TABLES).flatMap((table) =>
    readRows(table).rows.filter(([, profile]) => profile !== ''),
  )
  return [...new Set(whos.map(([who]) => who))].map((who) => [
    who,
    who.startsWith('Xavier') ? ['employee'] : PROFILES,
  ])
}

async function uploadBytes(world: World, olivia: Professional): Promise<string> {
  const client = await world.addClient({ id: olivia.companyId, branches: {} })
  await world.setStakeholder(client, olivia)
  const { id } = await (await world.signIn(olivia)).upload('bytes', { spaceId: client.spaceId })
  const item = await world.db
    .selectFrom('item')
    .select('blob_id')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return item.blob_id ?? ''
}

type Makers = { practice: Company; other: Company; olivia: Professional; xavier: Professional }

/** Adds a thing for each column of each table to a client's record and a group, as the product would store it. */
async function addRecord(
  world: World,
  { practice, other, olivia, xavier }: Makers,
  at: { client: { id: string; spaceId: string }; group: { spaceId: string }; blobId: string },
): Promise<Place> {
  const of = (company: Company, branch: string, owner: Professional): Partial<Row> => ({
    company_id: company.id,
    branch_id: company.branches[branch] ?? null,
    owner_professional_id: owner.id,
  })
  const byOlivia = of(practice, 'Laval', olivia)
  const byXavier = of(other, 'Montréal', xavier)
  const byClient = (audience: string[] | null) => ({
    owner_client_id: at.client.id,
    level: 'client',
    audience,
  })
  const rows: Row[] = []
  const put = (name: string, spaceId: string, values: Partial<Row>) => {
    const row: Row = {
      id: randomUUID(),
      space_id: spaceId,
      parent_id: null,
      kind: 'file',
      name,
      owner_professional_id: null,
      owner_client_id: null,
      protected: false,
      company_id: null,
      branch_id: null,
      level: 'company',
      audience: null,
      blob_id: values.kind === 'folder' ? null : at.blobId,
      ...values,
    }
    rows.push(row)
    return row
  }
  const record = at.client.spaceId
  const group = at.group.spaceId
  const fill: Record<Kind, (name: string, column: string, i: number) => Row> = {
    file: (name, _, i) => put(name, record, { ...byOlivia, level: LEVELS[i] as string }),
    groupFile: (name, _, i) => put(name, group, { ...byOlivia, level: LEVELS[i] as string }),
    externalFile: (name, _, i) => put(name, record, { ...byXavier, level: LEVELS[i] as string }),
    protectedFile: (name, _, i) =>
      put(name, record, { ...byOlivia, protected: true, level: LEVELS[i] as string }),
    clientFile: (name, column) => put(name, record, byClient(column === 'for all' ? null : [olivia.id])),
    folder: (name, column, i) => folder(name, record, {}, column, i),
    groupFolder: (name, column, i) => folder(name, group, {}, column, i),
    protectedFolder: (name, column, i) => folder(name, record, { protected: true }, column, i),
  }
  /** Column 0 is empty, 1 to 6 hold a file of each level; the others one of the client's. */
  function folder(name: string, spaceId: string, values: Partial<Row>, column: string, i: number): Row {
    const made = put(name, spaceId, { ...byOlivia, ...values, kind: 'folder' })
    const level = LEVELS[i - 1]
    const inside = { ...values, parent_id: made.id }
    if (level) put('inside', spaceId, { ...inside, ...byOlivia, level })
    else if (i > 0)
      put('inside', spaceId, { ...inside, ...byClient(column.endsWith('all') ? null : [olivia.id]) })
    return made
  }
  const things = new Map<string, Thing>()
  for (const kind of Object.keys(TABLES) as Kind[])
    for (const [i, column] of readRows(TABLES[kind]).columns.entries()) {
      const name = thingName(kind, column)
      const { id, kind: itemKind, level, audience, space_id: spaceId } = fill[kind](name, column, i)
      things.set(name, {
        id,
        name,
        kind: itemKind,
        leveled: itemKind === 'file' && level !== 'client',
        audience,
        spaceId,
      })
    }
  await world.db.insertInto('item').values(rows).execute()
  return { spaceId: record, groupSpaceId: group, things }
}
