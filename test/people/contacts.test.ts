import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, problem } from '../world.ts'

test('contacts are the clients and groups in reach, with what one may know of them', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const elsewhere = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
  const manager = await world.addProfessional(company, 'manager', { name: 'Marc', branches: ['Laval'] })
  const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia' })
  const external = await world.addProfessional(elsewhere, 'employee', { name: 'Éva' })
  const zoe = await world.addClient(company, { name: 'Zoé', branches: ['Laval', 'Québec'] })
  const adam = await world.addClient(company, { name: 'Adam', branches: ['Québec'] })
  const group = await world.addGroup(company, [zoe, adam], { name: 'Mardi', branches: ['Laval'] })
  for (const who of [manager, olivia, external]) await world.setStakeholder(zoe, who)
  await world.setStakeholder(adam, olivia)
  await world.db
    .insertInto('client_company')
    .values({ client_id: zoe.id, company_id: elsewhere.id, archived_at: new Date() })
    .execute()
  const listFor = async (who: typeof olivia) => {
    const { contacts, next } = await (await world.signIn(who)).api.people.listContacts({})
    assert.equal(next, null)
    return contacts.map(({ since, ...contact }) => {
      assert.ok(!Number.isNaN(Date.parse(since)))
      return contact
    })
  }

  const zoeFor = (branches: string[], stakeholders: string[]) => ({
    kind: 'client',
    id: zoe.id,
    spaceId: zoe.spaceId,
    name: 'Zoé',
    branches,
    stakeholders,
    members: null,
  })
  const mardi = { kind: 'group', id: group.id, spaceId: group.spaceId, name: 'Mardi', branches: ['Laval'] }
  assert.deepEqual(await listFor(manager), [
    { ...mardi, stakeholders: [], members: 2 },
    zoeFor(['Laval', 'Québec'], ['Marc', 'Éva', 'Olivia']),
  ])
  assert.deepEqual(await listFor(olivia), [
    { ...zoeFor(['Québec'], ['Olivia']), id: adam.id, spaceId: adam.spaceId, name: 'Adam' },
    zoeFor(['Laval', 'Québec'], ['Olivia', 'Éva', 'Marc']),
  ])

  // An external sees no branches of the other company, and loses the record with an archived link of their own.
  assert.deepEqual(await listFor(external), [])
  await world.db.deleteFrom('client_company').where('company_id', '=', elsewhere.id).execute()
  assert.deepEqual(await listFor(external), [zoeFor([], ['Éva', 'Marc', 'Olivia'])])

  // Whoever works with a group knows its members, and whose record is in reach.
  const asManager = await world.signIn(manager)
  const read = await asManager.api.people.readGroup({ groupId: group.id })
  assert.deepEqual(read.members, [
    { id: adam.id, name: 'Adam', reached: false },
    { id: zoe.id, name: 'Zoé', reached: true },
  ])
  assert.deepEqual([read.name, read.can.manageStakeholders], ['Mardi', true])
  assert.deepEqual(
    read.branches.map(({ name }) => name),
    ['Laval'],
  )

  // Whatever ends, ends at once.
  await world.setStakeholder(zoe, olivia, 'archived')
  assert.deepEqual(
    (await listFor(olivia)).map(({ name }) => name),
    ['Adam'],
  )
})

test('search takes words in any order, accents, case and wildcards apart', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const admin = await world.addProfessional(company, 'super_admin')
  for (const name of ['Zoé Lévesque', 'Zoe Roy', '100% Roy', 'O\\Neill', 'A_B'])
    await world.addClient(company, { name })
  await world.addGroup(company, [], { name: 'Groupe Zoé' })
  const { api } = await world.signIn(admin)
  const search = async (search: string, kind?: 'client' | 'group') =>
    (await api.people.listContacts({ search, ...(kind && { kind }) })).contacts.map(({ name }) => name)
  assert.deepEqual(await search('ZOÉ'), ['Groupe Zoé', 'Zoé Lévesque', 'Zoe Roy'])
  assert.deepEqual(await search('zoé', 'client'), ['Zoé Lévesque', 'Zoe Roy'])
  assert.deepEqual(await search('', 'group'), ['Groupe Zoé'])
  assert.deepEqual(await search(' levesque  zoe '), ['Zoé Lévesque'])
  assert.deepEqual(await search('%'), ['100% Roy'])
  assert.deepEqual(await search('_'), ['A_B'])
  assert.deepEqual(await search('\\'), ['O\\Neill'])
  assert.deepEqual(await search('nobody'), [])
})

test('pages follow each other without gaps or repeats, in natural order, both ways', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const admin = await world.addProfessional(company, 'super_admin')
  // Made in one statement, so that many share the very same microsecond and some the same name.
  const clients = await world.db
    .insertInto('client')
    .values(Array.from({ length: 230 }, (_, i) => ({ name: `Client ${i - (i % 2)}` })))
    .returning(['id', 'name'])
    .execute()
  await world.db
    .insertInto('client_company')
    .values(clients.map(({ id }) => ({ client_id: id, company_id: company.id })))
    .execute()
  await world.db
    .insertInto('space')
    .values(clients.map(({ id }) => ({ client_id: id })))
    .execute()
  const { api } = await world.signIn(admin)
  const walk = async (sort: 'name' | 'since', order: 'asc' | 'desc') => {
    const found: { id: string; name: string }[] = []
    const sizes: number[] = []
    let cursor: string | undefined
    do {
      const page = await api.people.listContacts({ sort, order, ...(cursor && { cursor }) })
      found.push(...page.contacts.map(({ id, name }) => ({ id, name })))
      sizes.push(page.contacts.length)
      cursor = page.next ?? undefined
    } while (cursor)
    assert.deepEqual(sizes, [100, 100, 30])
    assert.equal(new Set(found.map(({ id }) => id)).size, 230)
    return found
  }
  const up = await walk('name', 'asc')
  assert.deepEqual(
    up.map(({ name }) => name),
    clients.map(({ name }) => name),
  )
  assert.deepEqual(await walk('name', 'desc'), up.toReversed())
  assert.deepEqual(await walk('since', 'desc'), (await walk('since', 'asc')).toReversed())
  const first = await api.people.listContacts({ sort: 'name' })
  await assert.rejects(
    api.people.listContacts({ sort: 'since', cursor: first.next ?? '' }),
    problem('bad_request'),
  )
})
