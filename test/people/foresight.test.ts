import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Change, Foreseen } from '../../core/api/foresight.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles.ts'
import { LEVELS } from '../../core/visibility.ts'
import { createWorld, type Professional, problem } from '../world.ts'

// What is foreseen of a change of people is what then happens, told only as far as whoever asks sees.

/** A record and a group, with a file of each level by a colleague, and everybody who could be involved. */
async function withRecord(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const add = (name: string, profile: Profile, branches = ['Laval']) =>
    world.addProfessional(company, profile, { name, branches })
  const people = {
    admin: await add('Ana', 'super_admin'),
    manager: await add('Max', 'manager'),
    owner: await add('Olivia', 'employee'),
    elsewhere: await add('Québécoise', 'employee', ['Québec']),
    reader: await add('Rita', 'read_only'),
  }
  const external = await world.addProfessional(await world.addCompany({ name: 'Solo' }), 'employee', {
    name: 'Ève',
  })
  const client = await world.addClient(company, { name: 'Zoé' })
  const other = await world.addClient(company, { name: 'Adam' })
  const group = await world.addGroup(company, [client], { name: 'Mardi' })
  for (const space of [client, group]) {
    await world.setStakeholder(space, people.owner)
    const { api, upload } = await world.signIn(people.owner)
    const { id } = await api.files.createFolder({ spaceId: space.spaceId, parentId: null, name: 'Plan' })
    for (const level of LEVELS) await upload(level, { name: level, spaceId: space.spaceId, level })
    await upload('inside', { spaceId: space.spaceId, parentId: id, level: 'everybody' })
  }
  await world.setStakeholder(client, people.reader)
  await world.setStakeholder(client, external)
  return { world, company, people: { ...people, external }, client, other, group }
}

const told = ({ gain, lose }: Foreseen) => {
  const say = (one: Foreseen['gain'][number]) => `${one.as} ${one.name} ${one.spaces} ${one.files}`
  return { gain: gain.map(say), lose: lose.map(say) }
}

test('who joins, who leaves: by name, with the files that the asker sees', async (t) => {
  const { world, people, client, other, group } = await withRecord(t)
  const as = async (who: Professional) => {
    const { api } = await world.signIn(who)
    return async (change: Change) => told(await api.foresight.foresee({ change }))
  }
  const asManager = await as(people.manager)
  const { spaceId } = client
  const { id: professionalId } = people.elsewhere
  // Of Olivia's seven the manager sees branch, company, company_client, and everybody twice.
  assert.deepEqual(await asManager({ operation: 'addStakeholder', input: { spaceId, professionalId } }), {
    gain: ['colleague Québécoise 1 4'],
    lose: [],
  })
  const leaving = { spaceId, professionalId: people.owner.id }
  assert.deepEqual(await asManager({ operation: 'archiveStakeholder', input: leaving }), {
    gain: [],
    lose: ['colleague Olivia 1 5'],
  })
  // By the scope alone they would still reach it: nothing is gained by joining, nothing lost by leaving.
  assert.deepEqual(await asManager({ operation: 'join', input: { spaceId } }), { gain: [], lose: [] })
  const members = { groupId: group.id, clientIds: [client.id, other.id] }
  assert.deepEqual(await asManager({ operation: 'addMembers', input: members }), {
    gain: ['client Adam 1 3'],
    lose: [],
  })
  const member = { groupId: group.id, clientId: client.id }
  assert.deepEqual(await asManager({ operation: 'removeMember', input: member }), {
    gain: [],
    lose: ['client Zoé 1 3'],
  })
  const asAdmin = await as(people.admin)
  assert.deepEqual(await asAdmin({ operation: 'deleteGroup', input: { groupId: group.id } }), {
    gain: [],
    lose: ['you Ana 1 5', 'colleague Max 1 5', 'colleague Olivia 1 5', 'client Zoé 1 3'],
  })
  assert.deepEqual(await asAdmin({ operation: 'archiveClient', input: { clientId: client.id } }), {
    gain: [],
    lose: [
      'you Ana 1 5',
      'colleague Max 1 5',
      'colleague Olivia 1 5',
      'colleague Rita 1 5',
      'client Zoé 1 3',
    ],
  })
  assert.deepEqual(
    await asAdmin({ operation: 'archiveProfessional', input: { professionalId: people.owner.id } }),
    { gain: [], lose: ['colleague Olivia 2 10'] },
  )
})

test('what was foreseen of people is what happens; foreseeing leaves no trace', async (t) => {
  const { world, people, client, other, group } = await withRecord(t)
  const { external, elsewhere, owner, reader, admin } = people
  const { api } = await world.signIn(admin)
  const everybody = [...Object.values(people), client, other]
  const browsers = new Map(
    await Promise.all(everybody.map(async (who) => [who.name, await world.signIn(who)] as const)),
  )
  /** How many files each person lists, of those that the admin lists. */
  const look = async (known: ReadonlySet<string>) => {
    const counts = new Map<string, number>()
    for (const who of everybody) {
      const browser = browsers.get(who.name)
      const spaces = who.kind === 'client' ? [{}] : [client, group].map(({ spaceId }) => ({ spaceId }))
      let count = 0
      for (const space of spaces) {
        const listed = await browser?.api.files.listItems({ ...space, scope: 'flat' }).catch(() => null)
        for (const { id } of listed?.items ?? []) if (known.has(id)) count++
      }
      counts.set(who.name, count)
    }
    return counts
  }
  const known = new Set<string>()
  for (const { spaceId } of [client, group])
    for (const { id } of (await api.files.listItems({ spaceId, scope: 'flat' })).items) known.add(id)
  const trace = async () => {
    const rows = async (table: 'audit_entry' | 'stakeholder' | 'group_member') =>
      (
        await world.db
          .selectFrom(table as 'stakeholder')
          .selectAll()
          .execute()
      ).length
    return [await rows('audit_entry'), await rows('stakeholder'), await rows('group_member')]
  }

  const { spaceId } = client
  const groupId = group.id
  const changes: [Change, () => Promise<unknown>][] = [
    ...[
      { spaceId, professionalId: elsewhere.id },
      { spaceId: group.spaceId, professionalId: elsewhere.id },
    ].map((input): [Change, () => Promise<unknown>] => [
      { operation: 'addStakeholder', input },
      () => api.involvement.addStakeholder(input),
    ]),
    ...[reader, external, owner].map(({ id }): [Change, () => Promise<unknown>] => {
      const input = { spaceId, professionalId: id }
      return [{ operation: 'archiveStakeholder', input }, () => api.involvement.archiveStakeholder(input)]
    }),
    [
      { operation: 'addMembers', input: { groupId, clientIds: [other.id] } },
      () => api.people.addMembers({ groupId, clientIds: [other.id] }),
    ],
    [
      { operation: 'removeMember', input: { groupId, clientId: client.id } },
      () => api.people.removeMember({ groupId, clientId: client.id }),
    ],
    [
      { operation: 'archiveProfessional', input: { professionalId: owner.id } },
      () => api.administration.archiveProfessional({ professionalId: owner.id }),
    ],
    [
      { operation: 'archiveClient', input: { clientId: other.id } },
      () => api.lives.archiveClient({ clientId: other.id }),
    ],
    [{ operation: 'deleteGroup', input: { groupId } }, () => api.people.deleteGroup({ groupId })],
  ]
  let before = await look(known)
  for (const [change, make] of changes) {
    const traces = await trace()
    const foreseen = await api.foresight.foresee({ change })
    assert.deepEqual(await trace(), traces, change.operation)
    await make()
    const after = await look(known)
    const expected = everybody
      .map(({ name }) => [name, (after.get(name) ?? 0) - (before.get(name) ?? 0)] as const)
      .filter(([, files]) => files !== 0)
    const said = [
      ...foreseen.gain.map(({ name, files }) => [name, files] as const),
      ...foreseen.lose.map(({ name, files }) => [name, -files] as const),
    ].filter(([, files]) => files !== 0)
    assert.deepEqual(said.toSorted(), expected.toSorted(), change.operation)
    assert.ok(said.length > 0, change.operation)
    before = after
  }
})

test('what would be refused is refused in advance, and to strangers nothing exists', async (t) => {
  const { world, people, client, group } = await withRecord(t)
  const foresee = async (who: Professional, change: Change) =>
    (await world.signIn(who)).api.foresight.foresee({ change })
  const { owner, elsewhere, reader, admin, external } = people
  const { spaceId } = client
  const add: Change = { operation: 'addStakeholder', input: { spaceId, professionalId: elsewhere.id } }
  const remove: Change = { operation: 'deleteGroup', input: { groupId: group.id } }
  const refused: [Professional, Change, ErrorCode][] = [
    [owner, add, 'forbidden'],
    [reader, add, 'read_only'],
    [elsewhere, add, 'not_found'],
    [owner, remove, 'forbidden'],
    [external, remove, 'not_found'],
    [admin, { operation: 'archiveProfessional', input: { professionalId: admin.id } }, 'archive_yourself'],
    [admin, { operation: 'changeGroup', input: { groupId: group.id, branchIds: [] } }, 'branch_needed'],
  ]
  for (const [who, change, code] of refused) {
    await assert.rejects(foresee(who, change), problem(code), `${who.name} ${change.operation}`)
  }
})
