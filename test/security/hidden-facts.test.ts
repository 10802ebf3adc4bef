import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, problem, type World } from '../world.ts'

// Ways to learn, from what one sees, of what one doesn't.

type Test = Parameters<typeof createWorld>[0]

/** A client in a group with another, and an employee involved in both the record and the group. */
async function enter(t: Test) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const employee = await world.addProfessional(company, 'employee')
  const client = await world.addClient(company)
  const group = await world.addGroup(company, [client, await world.addClient(company, { name: 'Secret' })])
  await world.setStakeholder(client, employee)
  await world.setStakeholder(group, employee)
  return {
    world,
    company,
    employee,
    client,
    group,
    pro: await world.signIn(employee),
    phone: await world.signIn(client),
  }
}

const protect = (world: World, id: string) =>
  world.db.updateTable('item').set({ protected: true }).where('id', '=', id).execute()

test('what a change would do is told to those who may make it: a member isn’t told of the others', async (t) => {
  const { pro, phone, group } = await enter(t)
  const { id } = await pro.upload('x', { spaceId: group.spaceId, level: 'me_client' })
  assert.equal((await phone.api.files.readItem({ itemId: id })).id, id)
  for (const change of [{ kind: 'delete' }, { kind: 'level', level: 'company' }] as const)
    await assert.rejects(phone.api.files.foresee({ ids: [id], change }), problem('forbidden'))
  const { lose } = await pro.api.files.foresee({ ids: [id], change: { kind: 'delete' } })
  assert.ok(lose.some(({ as, name }) => as === 'client' && name === 'Secret'))
})

test('whoever may not change a level is told of no other: not whom a protected file counts from', async (t) => {
  const { world, company, pro, employee, client } = await enter(t)
  const colleague = await world.addProfessional(company, 'employee')
  await world.setStakeholder(client, colleague)
  const { id } = await pro.upload('x', { spaceId: client.spaceId, level: 'company' })
  await protect(world, id)
  const browser = await world.signIn(colleague)
  assert.equal((await browser.api.files.readItem({ itemId: id })).owner, null)
  const levels = await browser.api.files.readLevels({ itemId: id })
  assert.deepEqual(
    levels.map(({ level }) => level),
    ['company'],
  )
  assert.ok(levels[0]?.reach.colleagues.includes(employee.name))
})

test('a client’s list isn’t ordered by levels that a client isn’t told', async (t) => {
  const { pro, phone, client } = await enter(t)
  await pro.upload('x', { name: 'A', spaceId: client.spaceId, level: 'everybody' })
  await pro.upload('x', { name: 'B', spaceId: client.spaceId, level: 'me_client' })
  const names = async () =>
    (await phone.api.files.listItems({ sort: 'visibility' })).items.map(({ name }) => name)
  assert.deepEqual(await names(), ['A', 'B'])
})

test('no order tells whom a protected file counts from', async (t) => {
  const { world, company, pro, client } = await enter(t)
  const { spaceId } = client
  const ids = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const
  for (const [name, id] of [
    ['Zoé', ids[0]],
    ['Abel', ids[1]],
  ] as const) {
    const colleague = await world.addProfessional(company, 'employee', { name })
    await world.setStakeholder(client, colleague)
    const made = await (await world.signIn(colleague)).upload('x', { spaceId, level: 'company' })
    await world.db.updateTable('item').set({ id, protected: true }).where('id', '=', made.id).execute()
  }
  const { items } = await pro.api.files.listItems({ spaceId, sort: 'owner' })
  assert.deepEqual(
    items.map(({ id }) => id),
    ids,
  )
})

test('"view as" opens nothing beside a record that one doesn’t reach', async (t) => {
  const { world, company, pro, group } = await enter(t)
  const stranger = await world.addClient(company)
  const folder = await pro.api.files.createFolder({ spaceId: group.spaceId, parentId: null, name: 'F' })
  await pro.upload('x', { spaceId: group.spaceId, parentId: folder.id, level: 'me_client' })
  await world.db.insertInto('group_member').values({ group_id: group.id, client_id: stranger.id }).execute()
  const look = { spaceId: stranger.spaceId, folderId: folder.id, viewAs: 'client' } as const
  await assert.rejects(pro.api.files.listItems(look), problem('not_found'))
})
