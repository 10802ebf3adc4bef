import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Profile } from '../../core/profiles.ts'
import { LEVELS } from '../../core/visibility.ts'
import { createWorld, problem } from '../world.ts'

/** A group of two clients with a file of each level by its manager, and one that a colleague keeps to herself. */
async function withGroup(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const add = (name: string, profile: Profile, branches = ['Laval']) =>
    world.addProfessional(company, profile, { name, branches })
  const [manager, olivia] = [await add('Max', 'manager'), await add('Olivia', 'employee')]
  const [zoe, far] = [
    await world.addClient(company, { name: 'Zoé' }),
    await world.addClient(company, { name: 'Far', branches: ['Québec'] }),
  ]
  const group = await world.addGroup(company, [zoe, far], { name: 'Mardi' })
  await world.setStakeholder(group, olivia)
  const asMax = await world.signIn(manager)
  const files = []
  for (const level of LEVELS)
    files.push(await asMax.upload(`bytes of ${level}`, { name: level, spaceId: group.spaceId, level }))
  const hidden = await (await world.signIn(olivia)).upload('hers', { spaceId: group.spaceId, level: 'me' })
  return { world, company, add, manager, olivia, zoe, far, group, asMax, files, hidden }
}

test('who leaves a group takes copies along: of the same bytes, and independent from then on', async (t) => {
  const { world, manager, zoe, far, group, asMax, files, hidden } = await withGroup(t)
  const { people, files: api } = asMax.api
  const phone = await world.signIn(zoe)
  const blobs = async () =>
    (
      await world.db
        .selectFrom('blob')
        .select(({ fn }) => fn.countAll<number>().as('n'))
        .execute()
    )[0]?.n
  const before = await blobs()
  const ids = files.map(({ id }) => id)
  const leaving = { groupId: group.id, clientId: zoe.id }
  const folder = await api.createFolder({ spaceId: group.spaceId, parentId: null, name: 'Folder' })
  for (const [copies, code] of [
    [[hidden.id], 'not_found'],
    [[files[0]?.id ?? '', hidden.id], 'not_found'],
    [[folder.id], 'bad_request'],
  ] as const) {
    await assert.rejects(people.removeMember({ ...leaving, copies: [...copies] }), problem(code))
  }
  assert.equal((await people.readGroup({ groupId: group.id })).members.length, 2, 'all or nothing')

  await people.removeMember({ ...leaving, copies: ids })
  const { items } = await api.listItems({ spaceId: zoe.spaceId })
  assert.deepEqual(items.map(({ name, level, owner }) => [name, level, owner?.you]).sort(), [
    ...LEVELS.toSorted().map((level) => [level, level, true]),
  ])
  assert.equal(await blobs(), before, 'no byte is stored twice')
  const listed = await phone.api.files.listItems({})
  assert.deepEqual(
    listed.items.map(({ name }) => name),
    ['company_client', 'everybody', 'me_client'],
  )
  const branch = items.find(({ level }) => level === 'branch')
  const [row] = await world.db
    .selectFrom('item')
    .select(['branch_id', 'company_id'])
    .where('id', '=', branch?.id ?? '')
    .execute()
  assert.deepEqual(
    [row?.company_id, row?.branch_id],
    [manager.companyId, (await people.readGroup({ groupId: group.id })).branches[0]?.id],
  )

  // The originals vanish for good; the copies, and their bytes, stay.
  await api.deleteItems({ ids })
  world.pass({ seconds: 60 })
  await world.services.items.purge()
  await world.runJobs()
  for (const copy of listed.items) {
    const answer = await phone.fetch(`/api/items/${copy.id}/content`)
    assert.deepEqual([answer.status, await answer.text()], [200, `bytes of ${copy.name}`])
  }
  // And go with the last that refers to them.
  await api.deleteItems({ ids: items.map(({ id }) => id) })
  world.pass({ seconds: 60 })
  await world.services.items.purge()
  await world.runJobs()
  assert.equal(await blobs(), 1, 'the hidden one')
  assert.equal((await people.readGroup({ groupId: group.id })).members[0]?.id, far.id)
})

test('of a deleted group, copies go into the records that one may add to; the others get none', async (t) => {
  const { world, zoe, far, group, asMax, files } = await withGroup(t)
  const shared = files.find(({ level }) => level === 'company_client')
  const input = { groupId: group.id, copies: [shared?.id ?? ''] }
  assert.deepEqual(await asMax.api.people.deleteGroup(input), { copiedTo: 1 })
  const names = async (who: typeof zoe) =>
    (await (await world.signIn(who)).api.files.listItems({})).items.map(({ name }) => name)
  assert.deepEqual([await names(zoe), await names(far)], [['company_client'], []])
  const actions = await world.db.selectFrom('audit_entry').select('action').execute()
  assert.equal(actions.filter(({ action }) => action === 'file_copied').length, 1)
})

test('a group emptied while its files are open: clear answers, and nothing half done', async (t) => {
  const { world, zoe, far, group, asMax, files, olivia } = await withGroup(t)
  const { people } = asMax.api
  const phone = await world.signIn(zoe)
  const open = files.find(({ level }) => level === 'everybody')?.id ?? ''
  const content = `/api/items/${open}/content`
  assert.equal((await phone.fetch(content)).status, 200)
  for (const { id: clientId } of [zoe, far]) await people.removeMember({ groupId: group.id, clientId })
  for (const answer of [
    await phone.fetch(content),
    await phone.fetch(content, { headers: { Range: 'bytes=0-1' } }),
    await phone.fetch(`/api/items/${open}`),
  ]) {
    assert.equal(answer.status, 404)
  }
  assert.deepEqual((await phone.api.files.listItems({})).items, [])
  // Who works with it goes on; it shows to nobody yet.
  const asOlivia = await world.signIn(olivia)
  const added = await asOlivia.upload('for nobody yet', { spaceId: group.spaceId, level: 'everybody' })
  const levels = await asOlivia.api.files.readLevels({ itemId: added.id })
  assert.deepEqual(levels.find(({ current }) => current)?.reach.clients, [])
  await people.addMembers({ groupId: group.id, clientIds: [zoe.id] })
  assert.equal((await phone.fetch(content)).status, 200)
})

test('the branches of a group: one’s own are chosen, others stay, none left is refused', async (t) => {
  const { world, company, add, group, asMax } = await withGroup(t)
  const { Laval = '', Québec = '' } = company.branches
  const names = ({ branches }: { branches: { name: string }[] }) => branches.map(({ name }) => name)
  const change = (branchIds: string[]) => ({ groupId: group.id, branchIds })
  const { people } = asMax.api
  await assert.rejects(people.changeGroup(change([Québec])), problem('not_found'))
  await assert.rejects(people.changeGroup(change([])), problem('branch_needed'))
  const asAdmin = await world.signIn(await add('Ana', 'super_admin'))
  const both = change([Laval, Québec])
  const told = await asAdmin.api.foresight.foresee({ change: { operation: 'changeGroup', input: both } })
  assert.deepEqual(told, { gain: [], lose: [] })
  const quebec = await add('Québécois', 'manager', ['Québec'])
  const then = await asAdmin.api.foresight.foresee({ change: { operation: 'changeGroup', input: both } })
  assert.deepEqual(
    then.gain.map(({ name, spaces }) => [name, spaces]),
    [['Québécois', 1]],
  )
  assert.deepEqual(names(await asAdmin.api.people.changeGroup(both)), ['Laval', 'Québec'])
  const asQuebec = await world.signIn(quebec)
  assert.deepEqual(names(await asQuebec.api.people.changeGroup(change([Québec]))), ['Laval', 'Québec'])
  assert.equal((await asAdmin.api.people.changeGroup({ groupId: group.id, name: 'Jeudi' })).name, 'Jeudi')
})
