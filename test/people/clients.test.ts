import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, problem, UNKNOWN } from '../world.ts'

const NOTHING = {
  edit: false,
  address: false,
  manageStakeholders: false,
  invite: false,
  manage: false,
  endApp: false,
  restoreApp: false,
}

async function withPractice(t: Parameters<typeof createWorld>[0]) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const add = (profile: 'super_admin' | 'manager' | 'employee' | 'read_only', branches?: string[]) =>
    world.addProfessional(company, profile, { name: profile, ...(branches && { branches }) })
  return { world, company, add }
}

test('whoever creates a client is involved at once, in their branch', async (t) => {
  const { world, company, add } = await withPractice(t)
  const olivia = await add('employee', ['Québec'])
  const { api } = await world.signIn(olivia)
  const client = await api.people.createClient({ name: '  Zoé   Roy ' })
  assert.equal(client.name, 'Zoé Roy')
  assert.deepEqual([client.email, client.app], [null, 'none'])
  assert.deepEqual(client.branches, [{ id: company.branches.Québec, name: 'Québec' }])
  assert.deepEqual(client.can, { ...NOTHING, edit: true, address: true })
  assert.deepEqual(await api.people.readClient({ clientId: client.id }), client)
  const { stakeholders } = await api.involvement.listStakeholders({ spaceId: client.spaceId })
  const [stakeholder, ...rest] = stakeholders
  assert.deepEqual(rest, [])
  assert.deepEqual(
    { ...stakeholder, since: typeof stakeholder?.since },
    {
      professionalId: olivia.id,
      name: 'employee',
      company: 'Kiné',
      profile: 'employee',
      colleague: true,
      you: true,
      since: 'string',
      addedBy: 'employee',
      canArchive: false,
    },
  )
})

test('a branch is one of one’s own; a super admin chooses any of the company’s', async (t) => {
  const { world, company, add } = await withPractice(t)
  const elsewhere = await world.addCompany({ name: 'Elsewhere' })
  const employee = await world.signIn(await add('employee', ['Laval']))
  const admin = await world.signIn(await add('super_admin', []))
  const Québec = company.branches.Québec ?? ''
  const create = (as: typeof admin, branchId?: string) =>
    as.api.people.createClient({ name: 'Zoé', ...(branchId && { branchId }) })
  await assert.rejects(create(employee, Québec), problem('not_found'))
  await assert.rejects(create(admin, elsewhere.branches.Laval), problem('not_found'))
  await assert.rejects(create(admin, UNKNOWN), problem('not_found'))
  assert.equal((await create(admin, Québec)).branches[0]?.name, 'Québec')
  assert.equal((await create(admin)).branches[0]?.name, 'Laval')
  assert.equal((await world.db.selectFrom('client').select('id').execute()).length, 2)
})

test('read only creates and changes nothing', async (t) => {
  const { world, company, add } = await withPractice(t)
  const client = await world.addClient(company)
  const reader = await add('read_only')
  const { api } = await world.signIn(reader)
  await assert.rejects(api.people.createClient({ name: 'Zoé' }), problem('read_only'))
  await assert.rejects(api.people.changeClient({ clientId: client.id, name: 'x' }), problem('not_found'))
  await world.setStakeholder(client, reader)
  await assert.rejects(api.people.changeClient({ clientId: client.id, name: 'x' }), problem('read_only'))
  await assert.rejects(api.people.inviteClient({ clientId: client.id }), problem('read_only'))
  assert.equal((await api.people.readClient({ clientId: client.id })).can.edit, false)
})

test('an external reads the record, but doesn’t change it', async (t) => {
  const { world, company } = await withPractice(t)
  const client = await world.addClient(company, { name: 'Zoé' })
  const external = await world.addProfessional(await world.addCompany(), 'super_admin')
  const { api } = await world.signIn(external)
  await assert.rejects(api.people.readClient({ clientId: client.id }), problem('not_found'))
  await world.setStakeholder(client, external)
  const record = await api.people.readClient({ clientId: client.id })
  assert.deepEqual(record.branches, [])
  assert.deepEqual(record.can, NOTHING)
  for (const change of [{ name: 'Mine' }, { email: 'mine@carnet.test' }]) {
    await assert.rejects(api.people.changeClient({ clientId: client.id, ...change }), problem('forbidden'))
  }
})

test('a second record with an e-mail that one sees already is refused; one out of sight is not looked at', async (t) => {
  const { world, add } = await withPractice(t)
  const one = await world.signIn(await add('employee', ['Laval']))
  const two = await world.signIn(await add('manager', ['Québec']))
  const email = 'zoe@carnet.test'
  const client = await one.api.people.createClient({ name: 'Zoé', email })
  await assert.rejects(
    one.api.people.createClient({ name: 'Zoé', email: email.toUpperCase() }),
    problem('email_taken'),
  )
  const other = await two.api.people.createClient({ name: 'Zoé', email })
  assert.notEqual(other.id, client.id)
  const third = await one.api.people.createClient({ name: 'Zoé bis' })
  await assert.rejects(one.api.people.changeClient({ clientId: third.id, email }), problem('email_taken'))
  assert.equal((await one.api.people.readClient({ clientId: third.id })).email, null)
  // Refused whole: no rows are left behind.
  assert.equal((await world.db.selectFrom('client').select('id').execute()).length, 3)
})

test('bad input', async (t) => {
  const { world, add } = await withPractice(t)
  const { api } = await world.signIn(await add('employee'))
  const create = (input: { name: string; email?: string }) => api.people.createClient(input)
  await assert.rejects(create({ name: 'x'.repeat(300) }), problem('bad_request'))
  await assert.rejects(create({ name: ' ' }), problem('bad_request'))
  await assert.rejects(create({ name: 'a\u202Eb' }), problem('name_characters'))
  await assert.rejects(create({ name: 'Zoé', email: 'not an address' }), problem('email_invalid'))
  await assert.rejects(create({ name: 'Zoé', company: 'mine' } as never), problem('unknown_field'))
  await assert.rejects(api.people.listContacts({ cursor: 'rubbish' }), problem('bad_request'))
  const forged = Buffer.from(JSON.stringify(['since', 'rubbish', UNKNOWN])).toString('base64url')
  await assert.rejects(api.people.listContacts({ cursor: forged, sort: 'since' }), problem('bad_request'))
  assert.equal((await create({ name: 'Zoé 🤸 O’Neill / Roy' })).name, 'Zoé 🤸 O’Neill / Roy')
})

test('a stranger finds nothing', async (t) => {
  const { world, company } = await withPractice(t)
  const client = await world.addClient(company)
  const group = await world.addGroup(company, [client])
  const stranger = await world.addProfessional(await world.addCompany(), 'super_admin')
  const colleague = await world.addProfessional(company, 'employee')
  for (const who of [stranger, colleague]) {
    const { api } = await world.signIn(who)
    const { people, files, involvement } = api
    for (const { spaceId } of [client, group]) {
      await assert.rejects(files.readSpace({ spaceId }), problem('not_found'))
      await assert.rejects(involvement.listStakeholders({ spaceId }), problem('not_found'))
      await assert.rejects(involvement.listColleagues({ spaceId }), problem('not_found'))
      const change = { spaceId, professionalId: who.id }
      await assert.rejects(involvement.addStakeholder(change), problem('not_found'))
      await assert.rejects(involvement.archiveStakeholder(change), problem('not_found'))
    }
    await assert.rejects(people.readClient({ clientId: client.id }), problem('not_found'))
    await assert.rejects(people.inviteClient({ clientId: client.id }), problem('not_found'))
    await assert.rejects(people.changeClient({ clientId: client.id, name: 'x' }), problem('not_found'))
    await assert.rejects(people.readGroup({ groupId: group.id }), problem('not_found'))
    assert.deepEqual((await people.listContacts({})).contacts, [])
  }
  const { api } = await world.signIn(client)
  await assert.rejects(api.people.readClient({ clientId: client.id }), problem('not_found'))
  await assert.rejects(api.people.readGroup({ groupId: group.id }), problem('not_found'))
})

test('a client is told of the professionals in reach, and of nobody else', async (t) => {
  const { world, company, add } = await withPractice(t)
  const client = await world.addClient(company, { name: 'Zoé' })
  const external = await world.addProfessional(await world.addCompany({ name: 'Solo' }), 'super_admin', {
    name: 'Éva',
  })
  const employee = await add('employee')
  const gone = await world.addProfessional(company, 'employee', { name: 'gone' })
  await add('manager', ['Québec'])
  const manager = await world.addProfessional(company, 'manager', { name: 'Marc', branches: ['Laval'] })
  for (const who of [external, employee]) await world.setStakeholder(client, who)
  await world.setStakeholder(client, gone, 'archived')
  const { api } = await world.signIn(client)
  const professionals = await api.involvement.listMyProfessionals()
  assert.deepEqual(
    professionals.map(({ since, addedBy: _, ...one }) => ({ ...one, stakeholder: since !== null })),
    [
      { professionalId: employee.id, name: 'employee', company: 'Kiné', external: false, stakeholder: true },
      { professionalId: external.id, name: 'Éva', company: 'Solo', external: true, stakeholder: true },
      { professionalId: manager.id, name: 'Marc', company: 'Kiné', external: false, stakeholder: false },
    ],
  )
  const professional = await world.signIn(employee)
  await assert.rejects(professional.api.involvement.listMyProfessionals(), problem('not_found'))
})
