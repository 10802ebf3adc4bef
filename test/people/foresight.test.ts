import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Change, Foreseen } from '../../core/api/foresight.ts'
import type { Profile } from '../../core/profiles.ts'
import { LEVELS } from '../../core/visibility.ts'
import { createWorld, type Professional } from '../world.ts'

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
