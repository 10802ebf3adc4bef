import fc from 'fast-check'
import { PROFILES, type Profile } from '../../core/profiles.ts'
import type { Actor } from '../../server/access.ts'
import { createCustody } from '../../server/files/custody.ts'
import { createTransfers } from '../../server/people/transfer.ts'
import type { World } from '../world.ts'
import type { Client, Group, Professional, Space, State, Viewer } from './rules.ts'

/** A random house: who works where, who is followed where, who is involved in what. Numbers are picked modulo. */
const number = fc.nat({ max: 99 })
const branches = fc.subarray(['A', 'B'], { minLength: 1 })
export const plans = fc.record({
  professionals: fc.array(
    fc.record({ company: fc.nat({ max: 1 }), profile: fc.constantFrom(...PROFILES), branches }),
    {
      minLength: 3,
      maxLength: 5,
    },
  ),
  clients: fc.array(fc.record({ companies: fc.subarray([0, 1], { minLength: 1 }), branches }), {
    minLength: 2,
    maxLength: 3,
  }),
  /** One of each company. */
  groups: fc.tuple(...[0, 1].map(() => fc.record({ branches, members: fc.array(number, { maxLength: 2 }) }))),
  involved: fc.array(fc.record({ who: number, where: number }), { minLength: 3, maxLength: 8 }),
})
export type Plan = typeof plans extends fc.Arbitrary<infer Value> ? Value : never

export type House = State & {
  /** Of each company, a super admin who stays. */
  chiefs: Professional[]
  /** By company, in the order of their names. */
  branches: Map<string, string[]>
  deletions: { id: string; by: Viewer; space: Space; undoable: boolean }[]
}

export type Product = ReturnType<typeof openProduct>

/** The product's own verbs, called as the routes call them. */
export function openProduct(world: World) {
  const { db } = world
  const { items, people, jobs } = world.services
  const now = () => new Date()
  return {
    world,
    items,
    groups: people.people,
    lives: people.lives,
    involvement: people.involvement,
    administration: people.administration,
    custody: { ...createCustody({ db, now }), ...createTransfers({ db, jobs, now }) },
  }
}

export function actorOf(viewer: Viewer): Actor {
  const who = { personId: viewer.personId, address: null }
  return viewer.kind === 'client'
    ? { ...who, kind: 'client', clientId: viewer.id }
    : {
        ...who,
        kind: 'professional',
        professionalId: viewer.id,
        companyId: viewer.company,
        profile: viewer.profile,
      }
}

export const professionalActor = (who: Professional) =>
  actorOf(who) as Extract<Actor, { kind: 'professional' }>

/** Builds what the plan says, in the database and in the model. */
export async function build(world: World, plan: Plan): Promise<House> {
  const companies = [
    await world.addCompany({ branches: ['A', 'B'] }),
    await world.addCompany({ branches: ['A', 'B'] }),
  ] as const
  const idsOf = (company: number, names: readonly string[]) =>
    names.map((name) => companies[company === 0 ? 0 : 1].branches[name] ?? '')
  let count = 0
  const add = async (company: number, profile: Profile, names: string[]): Promise<Professional> => {
    const to = companies[company === 0 ? 0 : 1]
    const { id, personId, name } = await world.addProfessional(to, profile, {
      name: `professional ${++count}`,
      branches: names,
    })
    return {
      kind: 'professional',
      id,
      personId,
      name,
      company: to.id,
      profile,
      branches: idsOf(company, names),
      archived: false,
    }
  }
  const chiefs = [await add(0, 'super_admin', []), await add(1, 'super_admin', [])]
  const professionals: Professional[] = []
  for (const one of plan.professionals) professionals.push(await add(one.company, one.profile, one.branches))

  const clients: Client[] = []
  const spaces: Space[] = []
  for (const { companies: links, branches: names } of plan.clients) {
    const first = companies[links[0] === 0 ? 0 : 1]
    const { id, personId, spaceId, name } = await world.addClient(first, {
      name: `client ${++count}`,
      branches: names,
    })
    // Without an account, as records that are merged are.
    await world.db.updateTable('client').set({ person_id: null, email: null }).where('id', '=', id).execute()
    const client: Client = { kind: 'client', id, personId, name, links: new Map() }
    for (const company of links)
      client.links.set(companies[company === 0 ? 0 : 1].id, {
        branches: idsOf(company, names),
        archived: false,
      })
    for (const company of links.slice(1)) {
      const to = companies[company === 0 ? 0 : 1]
      await world.db.insertInto('client_company').values({ client_id: id, company_id: to.id }).execute()
      for (const branch_id of idsOf(company, names))
        await world.db
          .insertInto('client_branch')
          .values({ client_id: id, company_id: to.id, branch_id })
          .execute()
    }
    clients.push(client)
    spaces.push({ id: spaceId, of: client, stakeholders: new Set() })
  }

  for (const [i, { branches, members: numbers }] of plan.groups.entries()) {
    const company = companies[i === 0 ? 0 : 1]
    const followed = clients.filter((one) => one.links.has(company.id))
    const members = [...new Set(numbers.flatMap((n) => followed[n % Math.max(1, followed.length)] ?? []))]
    const made = await world.addGroup(
      company,
      members.map((one) => ({ ...one, email: '', spaceId: '' })),
      { branches },
    )
    const group: Group = {
      kind: 'group',
      id: made.id,
      company: company.id,
      branches: idsOf(i, branches),
      members: new Set(members.map(({ id }) => id)),
      deleted: false,
    }
    spaces.push({ id: made.spaceId, of: group, stakeholders: new Set() })
  }

  for (const { who, where } of plan.involved) {
    const professional = professionals[who % professionals.length] as Professional
    const space = spaces[where % spaces.length] as Space
    // No externals in groups.
    if (space.of.kind === 'group' && space.of.company !== professional.company) continue
    await setStakeholder(world, space, professional, 'active')
  }
  const ofCompanies = new Map(companies.map(({ id }, i) => [id, idsOf(i, ['A', 'B'])]))
  const viewers = [...chiefs, ...professionals, ...clients]
  return { viewers, chiefs, branches: ofCompanies, spaces, items: [], deletions: [] }
}

export async function setStakeholder(
  world: World,
  space: Space,
  who: Professional,
  status: 'active' | 'archived',
) {
  await world.db
    .insertInto('stakeholder')
    .values({ space_id: space.id, professional_id: who.id, status })
    .onConflict((conflict) => conflict.columns(['space_id', 'professional_id']).doUpdateSet({ status }))
    .execute()
  if (status === 'active') space.stakeholders.add(who.id)
  else space.stakeholders.delete(who.id)
}
