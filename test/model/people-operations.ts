import fc from 'fast-check'
import { PROFILES } from '../../core/profiles.ts'
import { from, type Operation, type Outcome, operation } from './file-operations.ts'
import { type House, professionalActor, setStakeholder } from './house.ts'
import {
  type Client,
  type Group,
  isInvolved,
  mayTakeOver,
  type Professional,
  reaches,
  type Space,
} from './rules.ts'

const n = fc.nat({ max: 999 })
const some = fc.subarray([0, 1], { minLength: 1 })

const professionals = ({ viewers, chiefs }: House) =>
  viewers.filter((one): one is Professional => one.kind === 'professional' && !chiefs.includes(one))
const chiefOf = ({ chiefs }: House, company: string) => chiefs.find((one) => one.company === company)
const spacesOf = <Kind extends 'client' | 'group'>({ spaces }: House, kind: Kind) =>
  spaces.filter(
    (space): space is Space & { of: Extract<Client | Group, { kind: Kind }> } => space.of.kind === kind,
  )
const company = (house: House, number: number) => house.chiefs[number % 2] as Professional

/** Involvement ends, as a stakeholder. */
function leaveAll(house: House, who: Professional): void {
  for (const { stakeholders } of house.spaces) stakeholders.delete(who.id)
}

/** Everything that changes who is involved, done by a super admin who may. */
export const peopleOperations = {
  involve: operation(fc.record({ who: n, where: n }), (house, { world, involvement }, { who, where }) => {
    const [one, space] = [from(professionals(house), who), from(house.spaces, where)]
    const chief = one && chiefOf(house, one.company)
    if (!one || !space || !chief) return
    const involved = isInvolved(chief, space)
    // An external, who accepted; of groups there are none.
    const external = space.of.kind === 'client' && !space.of.links.has(one.company)
    const colleague: Outcome = involved && !one.archived ? 'done' : 'not_found'
    return {
      outcome: external ? 'done' : colleague,
      act: () =>
        external
          ? setStakeholder(world, space, one, 'active')
          : involvement.addStakeholder(professionalActor(chief), {
              spaceId: space.id,
              professionalId: one.id,
            }),
      after: () => space.stakeholders.add(one.id),
    }
  }),

  release: operation(fc.record({ who: n, where: n }), (house, { involvement }, { who, where }) => {
    const stakeholders = house.spaces.flatMap((space) => [...space.stakeholders].map((id) => ({ space, id })))
    const found = from(stakeholders, who + where)
    const one = professionals(house).find(({ id }) => id === found?.id)
    if (!found || !one) return
    const { space } = found
    // Their own company's super admin or, of an external, the client's.
    const chief = house.chiefs.find(
      (chief) => isInvolved(chief, space) && (chief.company === one.company || !isOwn(space, one)),
    )
    if (!chief || !isInvolved(one, space)) return
    return {
      outcome: 'done',
      act: () =>
        involvement.archiveStakeholder(professionalActor(chief), {
          spaceId: space.id,
          professionalId: one.id,
        }),
      after: () => space.stakeholders.delete(one.id),
    }
  }),

  join: operation(fc.record({ who: n, where: n }), (house, { groups }, { who, where }) => {
    const [client, space] = [from(spacesOf(house, 'client'), who), from(spacesOf(house, 'group'), where)]
    const group = space?.of
    const chief = group && chiefOf(house, group.company)
    if (!client || !group || !chief) return
    return {
      outcome:
        !group.deleted && client.of.links.get(group.company)?.archived === false ? 'done' : 'not_found',
      act: () =>
        groups.addMembers(professionalActor(chief), { groupId: group.id, clientIds: [client.of.id] }),
      after: () => group.members.add(client.of.id),
    }
  }),

  leave: operation(fc.record({ who: n, where: n }), (house, { groups }, { who, where }) => {
    const [client, space] = [from(spacesOf(house, 'client'), who), from(spacesOf(house, 'group'), where)]
    const group = space?.of
    const chief = group && chiefOf(house, group.company)
    if (!client || !group || !chief) return
    const member = group.members.has(client.of.id) && client.of.links.get(group.company)?.archived === false
    return {
      outcome: !group.deleted && member ? 'done' : 'not_found',
      act: () => groups.removeMember(professionalActor(chief), { groupId: group.id, clientId: client.of.id }),
      after: () => group.members.delete(client.of.id),
    }
  }),

  deleteGroup: operation(fc.record({ where: n }), (house, { groups }, { where }) => {
    const group = where % 4 === 0 ? from(spacesOf(house, 'group'), where)?.of : undefined
    const chief = group && chiefOf(house, group.company)
    if (!group || !chief) return
    return {
      outcome: group.deleted ? 'not_found' : 'done',
      act: () => groups.deleteGroup(professionalActor(chief), { groupId: group.id }),
      after: () => {
        group.deleted = true
      },
    }
  }),

  changeProfessional: operation(
    fc.record({ who: n, profile: fc.constantFrom(...PROFILES), branches: some }),
    (house, { administration }, { who, profile, branches }) => {
      const one = from(professionals(house), who)
      const chief = one && chiefOf(house, one.company)
      if (!one || !chief) return
      const branchIds = branches.map((i) => house.branches.get(one.company)?.[i] ?? '')
      return {
        outcome: one.archived ? 'refused' : 'done',
        act: () =>
          administration.changeProfessional(professionalActor(chief), {
            professionalId: one.id,
            profile,
            branchIds,
          }),
        after: () => Object.assign(one, { profile, branches: branchIds }),
      }
    },
  ),

  archiveProfessional: operation(fc.record({ who: n }), (house, { administration }, { who }) => {
    const one = from(professionals(house), who)
    const chief = one && chiefOf(house, one.company)
    if (!one || !chief || who % 3 > 0) return
    return {
      outcome: one.archived ? 'refused' : 'done',
      act: () => administration.archiveProfessional(professionalActor(chief), { professionalId: one.id }),
      after: () => {
        one.archived = true
        leaveAll(house, one)
      },
    }
  }),

  archiveClient: operation(fc.record({ who: n, by: n }), (house, { lives }, { who, by }) => {
    const [client, chief] = [from(spacesOf(house, 'client'), who)?.of, company(house, by)]
    if (!client) return
    const link = client.links.get(chief.company)
    return {
      outcome: link && !link.archived ? 'done' : 'not_found',
      act: () => lives.archiveClient(professionalActor(chief), { clientId: client.id }),
      after: () => link && Object.assign(link, { archived: true }),
    }
  }),

  restoreClient: operation(fc.record({ who: n, by: n }), (house, { lives }, { who, by }) => {
    const [client, chief] = [from(spacesOf(house, 'client'), who)?.of, company(house, by)]
    if (!client) return
    const link = client.links.get(chief.company)
    return {
      outcome: link?.archived ? 'done' : 'not_found',
      act: () => lives.restoreClient(professionalActor(chief), { clientId: client.id }),
      after: () => link && Object.assign(link, { archived: false }),
    }
  }),

  changeBranches: operation(
    fc.record({ who: n, by: n, branches: some }),
    (house, { lives }, { who, by, branches }) => {
      const [client, chief] = [from(spacesOf(house, 'client'), who)?.of, company(house, by)]
      if (!client) return
      const link = client.links.get(chief.company)
      const branchIds = branches.map((i) => house.branches.get(chief.company)?.[i] ?? '')
      const followed = link && !link.archived
      const space = house.spaces.find(({ of }) => of === client)
      return {
        // An external super admin sees the record, and has no branches of it to change.
        outcome: followed ? 'done' : space && reaches(chief, space) ? 'refused' : 'not_found',
        act: () => lives.changeBranches(professionalActor(chief), { clientId: client.id, branchIds }),
        after: () => link && Object.assign(link, { branches: branchIds }),
      }
    },
  ),

  merge: operation(fc.record({ one: n, other: n, by: n }), (house, { lives }, { one, other, by }) => {
    const [stays, goes] = [from(spacesOf(house, 'client'), one), from(spacesOf(house, 'client'), other)]
    const chief = company(house, by)
    if (!stays || !goes || stays === goes || one % 2 > 0) return
    const followed = (space: Space & { of: Client }) => space.of.links.get(chief.company)?.archived === false
    const reached = reaches(chief, stays) && reaches(chief, goes)
    return {
      outcome: followed(stays) && followed(goes) ? 'done' : reached ? 'refused' : 'not_found',
      act: () => lives.mergeClients(professionalActor(chief), { clientId: stays.of.id, otherId: goes.of.id }),
      after: () => unite(house, stays, goes),
    }
  }),

  takeOverSpace: operation(
    fc.record({ by: n, where: n, whose: n }),
    (house, { custody }, { by, where, whose }) => {
      const all = house.viewers.filter((one): one is Professional => one.kind === 'professional')
      const [who, space, former] = [from(all, by), from(house.spaces, where), from(all, whose)]
      if (!who || !space || !former) return
      const reached = reaches(who, space) && former.company === who.company
      const administers = who.profile === 'super_admin' || who.profile === 'branch_admin'
      return {
        outcome: !reached ? 'not_found' : administers ? 'done' : 'refused',
        act: () =>
          custody.takeOverSpace(professionalActor(who), {
            spaceId: space.id,
            professionalId: former.id,
            reason: 'why',
          }),
        after: () => {
          for (const item of house.items)
            if (item.space === space && item.owner === former && mayTakeOver(who, item)) item.owner = who
        },
      }
    },
  ),

  transfer: operation(fc.record({ who: n, to: n }), (house, { custody }, { who, to }) => {
    const [leaver, colleague] = [from(professionals(house), who), from(professionals(house), to)]
    const chief = leaver && chiefOf(house, leaver.company)
    if (!leaver || !colleague || !chief || who % 3 > 0) return
    const goesOn = colleague !== leaver && !colleague.archived && colleague.profile !== 'read_only'
    return {
      outcome: colleague.company !== leaver.company ? 'not_found' : goesOn ? 'done' : 'refused',
      act: () =>
        custody.transferProfessional(professionalActor(chief), {
          professionalId: leaver.id,
          colleagueId: colleague.id,
        }),
      after: () => {
        const theirs = house.spaces.filter(
          (space) => isInvolved(leaver, space) && space.stakeholders.has(leaver.id) && isOwn(space, leaver),
        )
        for (const item of house.items)
          if (
            item.owner === leaver &&
            !item.protected &&
            (theirs.includes(item.space) || isInvolved(colleague, item.space))
          )
            item.owner = colleague
        for (const { stakeholders } of theirs) stakeholders.add(colleague.id)
        leaver.archived = true
        leaveAll(house, leaver)
      },
    }
  }),
} satisfies Record<string, Operation>

/** The company follows the client, or the group is its. */
function isOwn({ of }: Space, { company }: Professional): boolean {
  return of.kind === 'client' ? of.links.get(company)?.archived === false : of.company === company
}

/** Two records of one client become one. */
function unite(house: House, stays: Space & { of: Client }, goes: Space & { of: Client }): void {
  const companyOf = (id: string) => house.viewers.find((one): one is Professional => one.id === id)?.company
  // What rested with an archived link doesn't come alive by the other record's.
  for (const [one, other] of [
    [stays, goes],
    [goes, stays],
  ] as const)
    for (const [company, link] of one.of.links)
      if (link.archived && other.of.links.get(company)?.archived === false) {
        one.of.links.delete(company)
        for (const { of } of spacesOf(house, 'group'))
          if (of.company === company) of.members.delete(one.of.id)
        for (const id of one.stakeholders) if (companyOf(id) === company) one.stakeholders.delete(id)
      }
  for (const [company, link] of goes.of.links) {
    const mine = stays.of.links.get(company)
    if (mine) mine.branches = [...new Set([...mine.branches, ...link.branches])]
    else stays.of.links.set(company, link)
  }
  for (const id of goes.stakeholders) stays.stakeholders.add(id)
  for (const { of } of spacesOf(house, 'group'))
    if (of.members.delete(goes.of.id)) of.members.add(stays.of.id)
  for (const item of house.items) {
    if (item.space === goes) item.space = stays
    if (item.owner === goes.of) item.owner = stays.of
  }
  for (const deletion of house.deletions) {
    if (deletion.space === goes) deletion.space = stays
    if (deletion.by === goes.of) deletion.by = stays.of
  }
  house.viewers = house.viewers.filter((one) => one !== goes.of)
  house.spaces = house.spaces.filter((one) => one !== goes)
}
