import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, problem } from '../world.ts'

test('why a client can’t see an item: each cause, and what the asker may do about it', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné' })
  const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia' })
  const reader = await world.addProfessional(company, 'read_only', { name: 'Rita' })
  const manager = await world.addProfessional(company, 'manager', { name: 'Max' })
  const client = await world.addClient(company, { name: 'Zoé' })
  for (const who of [olivia, reader]) await world.setStakeholder(client, who)
  const { spaceId } = client
  const asOlivia = await world.signIn(olivia)
  const asReader = (await world.signIn(reader)).api
  const asMax = (await world.signIn(manager)).api
  const why = async (itemId: string, as = asOlivia.api) =>
    (await as.people.readClientSight({ itemId })).causes

  const mends = { me: 'me_client', branch: 'company_client', company: 'company_client' } as const
  for (const [level, mend] of Object.entries(mends) as [keyof typeof mends, 'me_client'][]) {
    const { id } = await asOlivia.upload('x', { spaceId, level })
    assert.deepEqual(await why(id), [{ code: 'level', level, owner: null, mend }])
    if (level === 'me') await assert.rejects(why(id, asReader), problem('not_found'))
    else assert.deepEqual(await why(id, asReader), [{ code: 'level', level, owner: 'Olivia', mend: null }])
    await asOlivia.api.files.changeLevel({ ids: [id], level: mend })
    assert.deepEqual(await why(id), [], 'mended')
  }
  const folder = await asOlivia.api.files.createFolder({ spaceId, parentId: null, name: 'Plan' })
  assert.deepEqual(await why(folder.id), [{ code: 'empty_folder' }])
  const inside = await asOlivia.upload('x', { spaceId, parentId: folder.id, level: 'me_client' })
  assert.deepEqual(await why(folder.id), [])
  // What another hides there says nothing.
  assert.deepEqual(await why(folder.id, asReader), [{ code: 'empty_folder' }])
  const result = await asOlivia.upload('x', { spaceId, level: 'company' })
  await world.db.updateTable('item').set({ protected: true }).where('id', '=', result.id).execute()
  assert.deepEqual(await why(result.id, asReader), [{ code: 'template' }])

  const who = [{ id: client.id, name: 'Zoé', reached: true }]
  await asMax.lives.endAppAccess({ clientId: client.id })
  assert.deepEqual(await why(inside.id), [{ code: 'app', app: 'ended', clients: who, mend: null }])
  const seen = await asOlivia.upload('x', { spaceId, level: 'everybody' })
  assert.deepEqual(await why(seen.id, asMax), [{ code: 'app', app: 'ended', clients: who, mend: 'restore' }])
  await asMax.lives.restoreAppAccess({ clientId: client.id })
  assert.deepEqual(await why(inside.id), [])

  const made = await asOlivia.api.people.createClient({ name: 'New' })
  const file = await asOlivia.upload('x', { spaceId: made.spaceId, level: 'company' })
  const clients = [{ id: made.id, name: 'New', reached: true }]
  assert.deepEqual(await why(file.id), [
    { code: 'level', level: 'company', owner: null, mend: 'company_client' },
    { code: 'app', app: 'none', clients, mend: 'address' },
  ])
  await asOlivia.api.people.changeClient({ clientId: made.id, email: 'new@carnet.test' })
  assert.deepEqual((await why(file.id))[1], { code: 'app', app: 'invited', clients, mend: 'invite' })
})

test('of a group: no members, or members who have no way into the app', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const manager = await world.addProfessional(company, 'manager', { name: 'Max', branches: ['Laval'] })
  const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia' })
  const group = await world.addGroup(company, [])
  await world.setStakeholder(group, olivia)
  const asMax = await world.signIn(manager)
  const { id: itemId } = await asMax.upload('x', { spaceId: group.spaceId, level: 'everybody' })
  const why = async ({ api } = asMax) => (await api.people.readClientSight({ itemId })).causes
  assert.deepEqual(await why(), [{ code: 'no_members', mend: group.id }])
  assert.deepEqual(await why(await world.signIn(olivia)), [{ code: 'no_members', mend: null }])
  const zoe = await world.addClient(company, { name: 'Zoé' })
  const far = await world.addClient(company, { name: 'Far', branches: ['Québec'] })
  const members = [zoe, far].map(({ id }) => ({ group_id: group.id, client_id: id }))
  await world.db.insertInto('group_member').values(members).execute()
  assert.deepEqual(await why(), [])
  await world.db
    .updateTable('client')
    .set({ person_id: null, email: null })
    .where('id', '=', far.id)
    .execute()
  const clients = [{ id: far.id, name: 'Far', reached: false }]
  assert.deepEqual(await why(), [{ code: 'app', app: 'none', clients, mend: null }])
})
