import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, type Professional, problem, UNKNOWN } from '../world.ts'

async function withRecord(t: Parameters<typeof createWorld>[0]) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const solo = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
  const add = (name: string, profile: Parameters<typeof world.addProfessional>[1], of = company) =>
    world.addProfessional(of, profile, { name, ...(of === company && { branches: ['Laval'] }) })
  const client = await world.addClient(company, { name: 'Zoé' })
  return { world, company, solo, add, client, spaceId: client.spaceId }
}

test('a manager adds a colleague, who is in at once; archives them, and they are out at once; adds them again', async (t) => {
  const { world, add, spaceId, client } = await withRecord(t)
  const manager = await add('Marc', 'manager')
  const olivia = await add('Olivia', 'employee')
  const asMarc = (await world.signIn(manager)).api.involvement
  const olivias = (await world.signIn(olivia)).api
  assert.deepEqual(await asMarc.listColleagues({ spaceId }), [
    { professionalId: olivia.id, name: 'Olivia', profile: 'employee', branches: ['Laval'] },
  ])

  const added = await asMarc.addStakeholder({ spaceId, professionalId: olivia.id })
  assert.deepEqual(
    added.stakeholders.map(({ name, since, addedBy, canArchive, you }) => [
      name,
      since !== null,
      addedBy,
      canArchive,
      you,
    ]),
    [
      ['Marc', false, null, false, true],
      ['Olivia', true, 'Marc', true, false],
    ],
  )
  assert.deepEqual(await asMarc.listColleagues({ spaceId }), [])
  assert.equal((await olivias.people.readClient({ clientId: client.id })).name, 'Zoé')
  const again = await asMarc.addStakeholder({ spaceId, professionalId: olivia.id })
  assert.deepEqual(again, added)

  await asMarc.archiveStakeholder({ spaceId, professionalId: olivia.id })
  const left = await asMarc.listStakeholders({ spaceId })
  assert.deepEqual(
    left.stakeholders.map(({ name }) => name),
    ['Marc'],
  )
  await assert.rejects(olivias.people.readClient({ clientId: client.id }), problem('not_found'))
  await assert.rejects(
    asMarc.archiveStakeholder({ spaceId, professionalId: olivia.id }),
    problem('not_found'),
  )
  const before = added.stakeholders[1]?.since ?? ''
  world.pass({ seconds: 60 })
  const back = await asMarc.addStakeholder({ spaceId, professionalId: olivia.id })
  assert.ok((back.stakeholders[1]?.since ?? '') > before)
  assert.equal((await olivias.people.readClient({ clientId: client.id })).name, 'Zoé')

  const told = (await olivias.inbox.readInbox({})).notes
  assert.deepEqual(
    told.map(({ kind, professional, client, place }) => [
      kind,
      professional,
      client,
      place?.clientId ?? null,
    ]),
    [
      ['stakeholder_added', 'Marc', 'Zoé', client.id],
      ['stakeholder_ended', 'Marc', 'Zoé', null],
      ['stakeholder_added', 'Marc', 'Zoé', client.id],
    ],
  )
})

test('an administrator or manager joins what their scope holds, once; who isn’t in scope doesn’t', async (t) => {
  const { world, company, add, spaceId, client } = await withRecord(t)
  const group = await world.addGroup(company, [client])
  const manager = await add('Marc', 'manager')
  const asMarc = (await world.signIn(manager)).api.involvement
  for (const id of [spaceId, group.spaceId]) {
    assert.equal((await asMarc.listStakeholders({ spaceId: id })).can.join, true)
    const joined = await asMarc.join({ spaceId: id })
    assert.deepEqual(
      joined.stakeholders.map(({ name, since, addedBy, canArchive }) => [
        name,
        since !== null,
        addedBy,
        canArchive,
      ]),
      [['Marc', true, 'Marc', true]],
    )
    assert.equal(joined.can.join, false)
    assert.deepEqual(await asMarc.join({ spaceId: id }), joined)
  }
  await asMarc.archiveStakeholder({ spaceId, professionalId: manager.id })
  assert.equal((await asMarc.listStakeholders({ spaceId })).can.join, true)

  const away = await world.addProfessional(company, 'manager', { name: 'Away', branches: ['Québec'] })
  const asAway = (await world.signIn(away)).api.involvement
  await assert.rejects(asAway.join({ spaceId }), problem('not_found'))
  await world.setStakeholder(client, away, 'archived')
  await assert.rejects(asAway.join({ spaceId }), problem('not_found'))
})

test('a manager who is merely a stakeholder of another branch’s record doesn’t manage it, but may leave', async (t) => {
  const { world, company, add, spaceId, client } = await withRecord(t)
  const group = await world.addGroup(company, [client])
  const manager = await world.addProfessional(company, 'manager', { name: 'Marc', branches: ['Québec'] })
  const olivia = await add('Olivia', 'employee')
  const { involvement, people } = (await world.signIn(manager)).api
  for (const space of [client, group]) {
    for (const who of [manager, olivia]) await world.setStakeholder(space, who)
    const of = { spaceId: space.spaceId, professionalId: olivia.id }
    const { stakeholders, can } = await involvement.listStakeholders({ spaceId: space.spaceId })
    assert.deepEqual(can, { add: false, invite: false, join: false })
    assert.deepEqual(
      stakeholders.map(({ name, canArchive }) => [name, canArchive]),
      [
        ['Marc', true],
        ['Olivia', false],
      ],
    )
    await assert.rejects(involvement.listColleagues({ spaceId: space.spaceId }), problem('forbidden'))
    await assert.rejects(involvement.addStakeholder(of), problem('forbidden'))
    await assert.rejects(involvement.archiveStakeholder(of), problem('forbidden'))
    await assert.rejects(involvement.join({ spaceId: space.spaceId }), problem('forbidden'))
    await assert.rejects(
      involvement.inviteExternal({ spaceId: space.spaceId, email: 'eva@carnet.test', understood: true }),
      problem('forbidden'),
    )
  }
  assert.equal((await people.readClient({ clientId: client.id })).can.manageStakeholders, false)
  assert.equal((await people.readGroup({ groupId: group.id })).can.manageStakeholders, false)
  await involvement.archiveStakeholder({ spaceId, professionalId: manager.id })
  await assert.rejects(involvement.listStakeholders({ spaceId }), problem('not_found'))
})

test('employees and read only don’t manage stakeholders, not even themselves; strangers find nothing', async (t) => {
  const { world, add, spaceId, client } = await withRecord(t)
  const colleague = await add('Colleague', 'employee')
  for (const [profile, code] of [
    ['employee', 'forbidden'],
    ['read_only', 'read_only'],
  ] as const) {
    const who = await add(profile, profile)
    const { involvement } = (await world.signIn(who)).api
    await assert.rejects(involvement.listColleagues({ spaceId }), problem('not_found'))
    await world.setStakeholder(client, who)
    await assert.rejects(involvement.listColleagues({ spaceId }), problem(code))
    await assert.rejects(involvement.addStakeholder({ spaceId, professionalId: colleague.id }), problem(code))
    await assert.rejects(involvement.archiveStakeholder({ spaceId, professionalId: who.id }), problem(code))
    await assert.rejects(involvement.join({ spaceId }), problem(code))
    const { stakeholders } = await involvement.listStakeholders({ spaceId })
    assert.ok(stakeholders.every(({ canArchive }) => !canArchive))
    await world.setStakeholder(client, who, 'archived')
  }
})

test('only colleagues who still work there are added', async (t) => {
  const { world, add, solo, spaceId } = await withRecord(t)
  const { involvement } = (await world.signIn(await add('Marc', 'manager'))).api
  const gone = await add('Gone', 'employee')
  await world.db
    .updateTable('professional')
    .set({ archived_at: new Date() })
    .where('id', '=', gone.id)
    .execute()
  const outside = await add('Éva', 'employee', solo)
  for (const professionalId of [gone.id, outside.id, UNKNOWN]) {
    await assert.rejects(involvement.addStakeholder({ spaceId, professionalId }), problem('not_found'))
  }
  assert.deepEqual(await involvement.listColleagues({ spaceId }), [])
  assert.equal((await world.db.selectFrom('stakeholder').selectAll().execute()).length, 0)
})

test('an external brings nobody in, and is ended by a super admin only', async (t) => {
  const { world, add, solo, spaceId, client } = await withRecord(t)
  const external = await add('Éva', 'super_admin', solo)
  const herColleague = await add('Émile', 'employee', solo)
  const [admin, manager, olivia] = [
    await add('Ana', 'super_admin'),
    await add('Marc', 'manager'),
    await add('Olivia', 'employee'),
  ] as const
  for (const who of [external, olivia]) await world.setStakeholder(client, who)
  const as = async (who: Professional) => (await world.signIn(who)).api.involvement

  const asExternal = await as(external)
  await assert.rejects(asExternal.listColleagues({ spaceId }), problem('forbidden'))
  await assert.rejects(
    asExternal.addStakeholder({ spaceId, professionalId: herColleague.id }),
    problem('forbidden'),
  )
  await assert.rejects(
    asExternal.archiveStakeholder({ spaceId, professionalId: olivia.id }),
    problem('forbidden'),
  )
  const { stakeholders: seen } = await asExternal.listStakeholders({ spaceId })
  assert.deepEqual(
    seen.map(({ name, colleague, company }) => [name, colleague, company]),
    [
      ['Éva', true, 'Solo'],
      ['Ana', false, 'Kiné'],
      ['Marc', false, 'Kiné'],
      ['Olivia', false, 'Kiné'],
    ],
  )

  await assert.rejects(
    (await as(manager)).archiveStakeholder({ spaceId, professionalId: external.id }),
    problem('forbidden'),
  )
  const asAdmin = await as(admin)
  const find = async () =>
    (await asAdmin.listStakeholders({ spaceId })).stakeholders.find(({ name }) => name === 'Éva')?.canArchive
  assert.equal(await find(), true)

  // A company that follows the client itself keeps its stakeholders.
  const link = { client_id: client.id, company_id: solo.id }
  await world.db.insertInto('client_company').values(link).execute()
  assert.equal(await find(), false)
  await assert.rejects(
    asAdmin.archiveStakeholder({ spaceId, professionalId: external.id }),
    problem('forbidden'),
  )
  await world.db.deleteFrom('client_company').where('company_id', '=', solo.id).execute()

  await asAdmin.archiveStakeholder({ spaceId, professionalId: external.id })
  await assert.rejects(asExternal.listStakeholders({ spaceId }), problem('not_found'))
})

test('an archived professional is out of every record and session at once', async (t) => {
  const { world, add, spaceId, client } = await withRecord(t)
  const olivia = await add('Olivia', 'employee')
  await world.setStakeholder(client, olivia)
  const asOlivia = (await world.signIn(olivia)).api
  const asAna = (await world.signIn(await add('Ana', 'super_admin'))).api
  assert.equal((await asOlivia.people.listContacts({})).contacts.length, 1)
  await world.db
    .updateTable('professional')
    .set({ archived_at: new Date() })
    .where('id', '=', olivia.id)
    .execute()
  await assert.rejects(asOlivia.people.listContacts({}), problem('not_found'))
  assert.deepEqual((await asOlivia.account.readMe()).hat, null)
  assert.deepEqual(
    (await asAna.involvement.listStakeholders({ spaceId })).stakeholders.map(({ name }) => name),
    ['Ana'],
  )
  assert.deepEqual((await asAna.people.listContacts({})).contacts[0]?.stakeholders, [])
})

test('what adding to a space takes: branches, the company’s level, whom each level reaches', async (t) => {
  const { world, company, add, spaceId, client } = await withRecord(t)
  const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia' })
  const reader = await add('Rita', 'read_only')
  const away = await world.addProfessional(company, 'employee', { name: 'Away', branches: ['Québec'] })
  for (const who of [olivia, reader, away]) await world.setStakeholder(client, who)
  await world.db
    .updateTable('company')
    .set({ default_level: 'company' })
    .where('id', '=', company.id)
    .execute()
  const { files } = (await world.signIn(olivia)).api
  const space = await files.readSpace({ spaceId })
  assert.deepEqual(
    [space.kind, space.name, space.can.add, space.defaultLevel],
    ['client', 'Zoé', true, 'company'],
  )
  assert.deepEqual(space.branches, [{ id: company.branches.Laval, name: 'Laval' }])
  const reach = Object.fromEntries(space.levels.map(({ level, reach }) => [level, reach]))
  assert.deepEqual(reach.me, { you: true, colleagues: [], externals: [], clients: [], branch: null })
  assert.deepEqual([reach.branch?.colleagues, reach.branch?.branch], [['Rita'], 'Laval'])
  assert.deepEqual([reach.company?.colleagues, reach.company?.branch], [['Away', 'Rita'], null])
  assert.deepEqual(reach.me_client?.clients, ['Zoé'])
  await assert.rejects(
    files.readSpace({ spaceId, branchId: company.branches.Québec ?? '' }),
    problem('not_found'),
  )
  const asReader = (await world.signIn(reader)).api.files
  assert.equal((await asReader.readSpace({ spaceId })).can.add, false)
})
