import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Profile } from '../../core/profiles.ts'
import { createWorld, encodeMetadata, type Professional, problem, UNKNOWN } from '../world.ts'

/** A practice of two branches, with a manager in one; what its people call. */
async function withPractice(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const add = (profile: Profile, branches = ['Laval']) =>
    world.addProfessional(company, profile, { name: profile, branches })
  const as = async (who: Professional) => (await world.signIn(who)).api
  const client = (name: string, branches = ['Laval']) => world.addClient(company, { name, branches })
  return { world, company, add, as, client, manager: await add('manager') }
}

const namesOf = (rows: readonly { name: string }[]) => rows.map(({ name }) => name)

test('managers and up create groups in their branches, a super admin in any; nobody else does', async (t) => {
  const { world, company, add, as, manager } = await withPractice(t)
  const { Laval = '', Québec = '' } = company.branches
  const asManager = await as(manager)
  const group = await asManager.people.createGroup({ name: '  Mardi / soir ' })
  assert.deepEqual(
    [group.name, group.branches, group.members, group.can],
    ['Mardi / soir', [{ id: Laval, name: 'Laval' }], [], { manageStakeholders: true, manage: true }],
  )
  const { stakeholders } = await asManager.involvement.listStakeholders({ spaceId: group.spaceId })
  assert.deepEqual(
    stakeholders.map(({ name, since }) => [name, since !== null]),
    [['manager', true]],
  )
  assert.equal((await asManager.people.listContacts({ kind: 'group' })).contacts.length, 1)
  for (const branchId of [Québec, UNKNOWN]) {
    await assert.rejects(asManager.people.createGroup({ name: 'x', branchId }), problem('not_found'))
  }
  await assert.rejects(asManager.people.createGroup({ name: '\u202eMardi' }), problem('name_characters'))

  const asAdmin = await as(await add('super_admin'))
  const { hat } = await asAdmin.account.readMe()
  assert.ok(hat?.kind === 'professional' && hat.can.createGroups)
  assert.deepEqual(namesOf(hat.branches), ['Laval', 'Québec'])
  const elsewhere = await asAdmin.people.createGroup({ name: 'Jeudi', branchId: Québec })
  assert.deepEqual(namesOf(elsewhere.branches), ['Québec'])
  const solo = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
  const branchId = solo.branches.Solo ?? ''
  await assert.rejects(asAdmin.people.createGroup({ name: 'x', branchId }), problem('not_found'))

  for (const [profile, code] of [
    ['employee', 'forbidden'],
    ['read_only', 'read_only'],
  ] as const) {
    const { account, people } = await as(await add(profile))
    await assert.rejects(people.createGroup({ name: 'x' }), problem(code))
    const { hat } = await account.readMe()
    assert.ok(hat?.kind === 'professional' && !hat.can.createGroups)
  }
  const nowhere = await as(await add('manager', []))
  await assert.rejects(nowhere.people.createGroup({ name: 'x' }), problem('forbidden'))
  const me = await nowhere.account.readMe()
  assert.ok(me.hat?.kind === 'professional' && !me.hat.can.createGroups)
})

test('members are clients in reach of the own company, added several at once; who leaves sees nothing', async (t) => {
  const { world, client, manager } = await withPractice(t)
  const [zoe, adam, emile, far] = [
    await client('Zoé'),
    await client('Adam 10'),
    await client('Émile'),
    await client('Far', ['Québec']),
  ] as const
  // A client of another practice, whom the manager follows as an external.
  const theirs = await world.addClient(await world.addCompany({ name: 'Solo' }), { name: 'Theirs' })
  await world.setStakeholder(theirs, manager)
  const asManager = await world.signIn(manager)
  const { people } = asManager.api
  const { id: groupId, spaceId } = await people.createGroup({ name: 'Mardi' })
  const candidates = async (search?: string) =>
    namesOf((await people.listCandidates({ groupId, ...(search !== undefined && { search }) })).clients)
  assert.deepEqual(await candidates(), ['Adam 10', 'Émile', 'Zoé'])
  assert.deepEqual(await candidates(' EMI '), ['Émile'])
  assert.deepEqual(await candidates('%'), [])

  for (const stranger of [far.id, theirs.id, UNKNOWN]) {
    const clientIds = [zoe.id, stranger]
    await assert.rejects(people.addMembers({ groupId, clientIds }), problem('not_found'))
  }
  assert.deepEqual((await people.readGroup({ groupId })).members, [], 'all of them or none')
  const clientIds = [zoe.id, emile.id, zoe.id]
  assert.deepEqual(namesOf((await people.addMembers({ groupId, clientIds })).members), ['Émile', 'Zoé'])
  assert.deepEqual(namesOf((await people.addMembers({ groupId, clientIds: [zoe.id] })).members), [
    'Émile',
    'Zoé',
  ])
  assert.deepEqual(await candidates(), ['Adam 10'])

  const file = await asManager.upload('for the group', { name: 'Plan.txt', spaceId, level: 'me_client' })
  const asZoe = await world.signIn(zoe)
  const asAdam = await world.signIn(adam)
  const sees = async ({ api, fetch }: typeof asZoe) => [
    (await api.files.listItems({})).items.length,
    (await fetch(`/api/items/${file.id}/content`)).status,
  ]
  assert.deepEqual(
    [await sees(asZoe), await sees(asAdam)],
    [
      [1, 200],
      [0, 404],
    ],
  )
  await people.addMembers({ groupId, clientIds: [adam.id] })
  const left = await people.removeMember({ groupId, clientId: zoe.id })
  assert.deepEqual(namesOf(left.members), ['Adam 10', 'Émile'])
  assert.deepEqual(
    [await sees(asZoe), await sees(asAdam)],
    [
      [0, 404],
      [1, 200],
    ],
  )
  await assert.rejects(people.removeMember({ groupId, clientId: zoe.id }), problem('not_found'))

  // One who moved out of reach stays a member whom one knows by name, and may be removed.
  await world.db.deleteFrom('client_branch').where('client_id', '=', adam.id).execute()
  const without = await people.readGroup({ groupId })
  assert.deepEqual(
    without.members.map(({ name, reached }) => [name, reached]),
    [
      ['Adam 10', false],
      ['Émile', true],
    ],
  )
  await assert.rejects(people.readClient({ clientId: adam.id }), problem('not_found'))
  assert.deepEqual(namesOf((await people.removeMember({ groupId, clientId: adam.id })).members), ['Émile'])
})

test('a hundred candidates are listed; the others are found by their names', async (t) => {
  const { world, as, client, manager } = await withPractice(t)
  const { id: last } = await client('Zz last')
  await world.db
    .with('made', (db) =>
      db
        .insertInto('client')
        .values(Array.from({ length: 100 }, (_, i) => ({ name: `Client ${i}` })))
        .returning('id'),
    )
    .with('linked', (db) =>
      db
        .insertInto('client_company')
        .columns(['client_id', 'company_id'])
        .expression((from) =>
          from.selectFrom('made').select((row) => ['id', row.val(manager.companyId).as('company_id')]),
        ),
    )
    .insertInto('space')
    .columns(['client_id'])
    .expression((from) => from.selectFrom('made').select('id'))
    .execute()
  await world.db.updateTable('professional').set({ profile: 'super_admin' }).execute()
  const { people } = await as(manager)
  const { id: groupId } = await people.createGroup({ name: 'Mardi' })
  const first = await people.listCandidates({ groupId })
  assert.deepEqual([first.clients.length, first.clients[0]?.name, first.more], [100, 'Client 0', true])
  const found = await people.listCandidates({ groupId, search: 'last zz' })
  assert.deepEqual([found.clients.map(({ id }) => id), found.more], [[last], false])
})

test('who may not manage a group changes nothing: forbidden where they see it, absent where they don’t', async (t) => {
  const { world, add, as, client, manager } = await withPractice(t)
  const zoe = await client('Zoé')
  const { people } = await as(manager)
  const { id: groupId, spaceId } = await people.createGroup({ name: 'Mardi' })
  await people.addMembers({ groupId, clientIds: [zoe.id] })

  const involved = [await add('employee'), await add('read_only'), await add('branch_admin', ['Québec'])]
  for (const who of involved) await world.setStakeholder({ spaceId }, who)
  const solo = await world.addCompany({ name: 'Solo' })
  const strangers = [
    await add('employee'),
    await add('manager', ['Québec']),
    await add('branch_admin', ['Québec']),
    await world.addProfessional(solo, 'super_admin'),
    zoe,
  ]
  const refused = [
    ...involved.map((who) => [who, who.name === 'read_only' ? 'read_only' : 'forbidden'] as const),
    ...strangers.map((who) => [who, 'not_found'] as const),
  ]
  const before = await people.readGroup({ groupId })
  for (const [who, code] of refused) {
    const { api } = await world.signIn(who)
    for (const attempt of [
      () => api.people.changeGroup({ groupId, name: 'x' }),
      () => api.people.deleteGroup({ groupId }),
      () => api.people.listCandidates({ groupId }),
      () => api.people.addMembers({ groupId, clientIds: [zoe.id] }),
      () => api.people.removeMember({ groupId, clientId: zoe.id }),
    ]) {
      await assert.rejects(attempt, problem(code), `${who.name}: ${attempt}`)
    }
    if (code === 'not_found') await assert.rejects(api.people.readGroup({ groupId }), problem(code))
    else {
      const { can, members } = await api.people.readGroup({ groupId })
      assert.deepEqual([can.manage, members], [false, [{ id: zoe.id, name: 'Zoé', reached: false }]])
    }
  }
  assert.deepEqual(await people.readGroup({ groupId }), before)

  for (const who of [await add('super_admin', []), await add('branch_admin', ['Laval', 'Québec'])]) {
    const { people } = await as(who)
    assert.equal((await people.readGroup({ groupId })).can.manage, true)
    assert.equal((await people.changeGroup({ groupId, name: `By ${who.name}` })).name, `By ${who.name}`)
  }
})

test('a deleted group is gone for everyone at once: listing, download, upload under way, member and stakeholder', async (t) => {
  const { world, add, as, client, manager } = await withPractice(t)
  const zoe = await client('Zoé')
  const asManager = await world.signIn(manager)
  const { people } = asManager.api
  const { id: groupId, spaceId } = await people.createGroup({ name: 'Mardi' })
  await people.addMembers({ groupId, clientIds: [zoe.id] })
  const file = await asManager.upload('bytes', { spaceId, level: 'everybody' })
  const metadata = { filename: 'x', spaceId }
  const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Metadata': encodeMetadata(metadata) }
  const begun = await asManager.fetch('/api/uploads', {
    method: 'POST',
    headers: { ...headers, 'Upload-Length': '4' },
  })
  const olivia = await add('employee')
  await world.setStakeholder({ spaceId }, olivia)
  const everyone = [
    asManager,
    await world.signIn(zoe),
    await world.signIn(olivia),
    await world.signIn(await add('super_admin')),
  ]
  const content = `/api/items/${file.id}/content`
  for (const { fetch } of everyone) assert.equal((await fetch(content)).status, 200)

  assert.deepEqual(await people.deleteGroup({ groupId }), { copiedTo: 0 })
  for (const { api, fetch } of everyone) {
    assert.equal((await fetch(content)).status, 404)
    await assert.rejects(api.files.readItem({ itemId: file.id }), problem('not_found'))
    await assert.rejects(api.people.readGroup({ groupId }), problem('not_found'))
    await assert.rejects(api.involvement.listStakeholders({ spaceId }), problem('not_found'))
    await assert.rejects(api.people.deleteGroup({ groupId }), problem('not_found'))
  }
  assert.deepEqual((await everyone[1]?.api.files.listItems({}))?.items, [])
  const { people: asAdmin } = await as(await add('super_admin'))
  assert.deepEqual((await asAdmin.listContacts({ kind: 'group' })).contacts, [])
  const sent = await asManager.fetch(begun.headers.get('Location') ?? '', {
    method: 'PATCH',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
    },
    body: 'more',
  })
  assert.equal(sent.status, 404)
  const items = await world.db.selectFrom('item').select(['id', 'deletion_id']).execute()
  assert.deepEqual(items, [{ id: file.id, deletion_id: null }], 'kept as a row, nothing added')
})
