import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import sharp from 'sharp'
import { withPractice } from '../people/practice.ts'
import { problem } from '../world.ts'

test('a branch admin hands over nothing of other branches, to themselves neither', async (t) => {
  const { world, company, add, bruno, asAna, asBruno } = await withPractice(t)
  const noé = await add('Noé', 'employee')
  const marc = await add('Marc', 'employee')
  const near = await world.addClient(company, { name: 'Near' })
  const far = await world.addClient(company, { name: 'Far', branches: ['Québec'] })
  const beside = await world.addClient(company, { name: 'Beside', branches: ['Québec'] })
  const farGroup = await world.addGroup(company, [], { branches: ['Québec'] })
  for (const space of [near, far, beside, farGroup]) await world.setStakeholder(space, noé)
  await world.setStakeholder(beside, bruno)
  const his = await world.signIn(noé)
  const mine = await his.upload('near', { spaceId: near.spaceId })
  const kept = []
  for (const { spaceId } of [far, beside, farGroup]) kept.push(await his.upload('far', { spaceId }))

  const ids = { professionalId: noé.id, colleagueId: bruno.id }
  const foreseen = await asBruno.custody.readTransfer(ids)
  assert.deepEqual(
    [foreseen.clients, foreseen.groups, foreseen.elsewhere, foreseen.items, foreseen.hidden, foreseen.left],
    [1, 0, 3, 1, 1, 3],
  )
  assert.equal((await asAna.custody.readTransfer({ ...ids, colleagueId: marc.id })).clients, 3, 'all of it')
  assert.deepEqual(await asBruno.custody.transferProfessional(ids), foreseen)
  assert.equal((await asBruno.files.readItem({ itemId: mine.id })).owner?.you, true)
  for (const { id: itemId } of kept)
    await assert.rejects(asBruno.files.readItem({ itemId }), problem('not_found'))
  await assert.rejects(asBruno.people.readClient({ clientId: far.id }), problem('not_found'))
  await assert.rejects(asBruno.people.readGroup({ groupId: farGroup.id }), problem('not_found'))
})

test('what leaves a group is the group’s own: no copies of a client’s or another company’s files', async (t) => {
  const { world, company, add } = await withPractice(t)
  const max = await add('Max', 'manager')
  const [zoé, paul] = [await world.addClient(company), await world.addClient(company)]
  const group = await world.addGroup(company, [zoé])
  const solo = await world.addCompany({ name: 'Solo' })
  const eva = await world.addProfessional(solo)
  await world.setStakeholder(paul, eva)
  const theirs = await (await world.signIn(eva)).upload('x', { spaceId: paul.spaceId, level: 'everybody' })
  const { people, files } = (await world.signIn(max)).api
  assert.equal((await files.readItem({ itemId: theirs.id })).id, theirs.id, 'seen')
  const copies = [theirs.id]
  // One after the other: of two at once, the second might refuse before anybody waits for it.
  for (const leave of [
    () => people.removeMember({ groupId: group.id, clientId: zoé.id, copies }),
    () => people.deleteGroup({ groupId: group.id, copies }),
  ])
    await assert.rejects(leave, problem('not_found'))
  assert.deepEqual((await files.listItems({ spaceId: zoé.spaceId })).items, [])
})

test('a copy of a colleague’s photo tells no more of it than the photo itself did', async (t) => {
  const { world, company, add } = await withPractice(t)
  const [max, olivia] = [await add('Max', 'manager'), await add('Olivia', 'employee')]
  const zoé = await world.addClient(company)
  const group = await world.addGroup(company, [zoé])
  await world.setStakeholder(group, olivia)
  const photo = await sharp({ create: { width: 30, height: 20, channels: 3, background: 'red' } })
    .withExif({ IFD0: { Make: 'Camera' } })
    .jpeg()
    .toBuffer()
  const [hers, his] = [await world.signIn(olivia), await world.signIn(max)]
  const place = { spaceId: group.spaceId, level: 'company' } as const
  const copies = [
    (await hers.upload(photo, { ...place, name: 'hers.jpg' })).id,
    (await his.upload(photo, { ...place, name: 'his.jpg' })).id,
  ]
  await his.api.people.removeMember({ groupId: group.id, clientId: zoé.id, copies })
  const { items } = await his.api.files.listItems({ spaceId: zoé.spaceId })
  const told = await Promise.all(
    items.map(async ({ id, name, owner }) => {
      const bytes = await (await his.fetch(`/api/items/${id}/content`)).bytes()
      return [name, owner?.you, Buffer.from(bytes).includes('Camera')]
    }),
  )
  assert.deepEqual(told, [
    ['hers.jpg', true, false],
    ['his.jpg', true, true],
  ])
})

test('who was ended comes back by no invitation from before', async (t) => {
  const { world, company, add, as, asAna } = await withPractice(t)
  const client = await world.addClient(company)
  const { spaceId } = client
  const asMarc = await as(await add('Marc', 'manager'))
  const solo = await world.addCompany({ name: 'Solo' })
  const eva = await world.addProfessional(solo)
  const asEva = await as(eva)
  const asClient = await as(client)
  const invite = () => asMarc.involvement.inviteExternal({ spaceId, email: eva.email, understood: true })
  const answer = async () => {
    const [request] = await asEva.involvement.listRequests()
    if (request) await asEva.involvement.answerRequest({ requestId: request.id, accept: true, as: eva.id })
    return request !== undefined
  }
  for (const end of [
    () => asClient.involvement.endExternal({ professionalId: eva.id }),
    () => asAna.involvement.archiveStakeholder({ spaceId, professionalId: eva.id }),
  ]) {
    await invite()
    assert.equal(await answer(), true)
    const again = await invite()
    await end()
    await assert.rejects(
      asEva.involvement.answerRequest({ requestId: again.id, accept: true, as: eva.id }),
      problem('not_found'),
    )
    assert.equal(await answer(), false)
    await assert.rejects(asEva.people.readClient({ clientId: client.id }), problem('not_found'))
  }
})

test('who was ended in a record doesn’t come back by a second record that its client accepts', async (t) => {
  const { world, company, add, as, asAna } = await withPractice(t)
  const client = await world.addClient(company)
  const elise = await add('Élise', 'employee')
  await world.setStakeholder(client, elise)
  const kept = await (await world.signIn(await add('Max', 'manager'))).upload('for us', {
    spaceId: client.spaceId,
    level: 'company',
  })
  await asAna.involvement.archiveStakeholder({ spaceId: client.spaceId, professionalId: elise.id })
  const asElise = await as(elise)
  const second = await asElise.people.createClient({ name: 'Second', email: client.email })
  await world.runJobs()
  const asClient = await as(client)
  const [request] = await asClient.involvement.listRequests()
  await asClient.involvement.answerRequest({ requestId: request?.id ?? '', accept: true })
  assert.equal((await asAna.people.readClient({ clientId: second.id })).id, client.id, 'one record')
  await assert.rejects(asElise.files.readItem({ itemId: kept.id }), problem('not_found'))
})

test('nobody is told to have withdrawn what was accepted meanwhile', async (t) => {
  const { world, company, asAna } = await withPractice(t)
  const { spaceId } = await world.addClient(company)
  const { id } = await asAna.involvement.inviteExternal({ spaceId, email: 'x@carnet.test', understood: true })
  const withdrawn = await world.db.transaction().execute(async (accepting) => {
    await accepting.deleteFrom('stakeholder_invitation').where('id', '=', id).execute()
    const outcome = asAna.involvement.withdrawExternal({ spaceId, invitationId: id }).catch((error) => error)
    let settled = false
    void outcome.then(() => {
      settled = true
    })
    const countWaiting = async () =>
      (
        await sql`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(world.db)
      ).rows.length
    while ((await countWaiting()) === 0) assert.ok(!settled, 'it waits')
    return { outcome }
  })
  assert.ok(problem('not_found')(await withdrawn.outcome))
  const { entries } = await asAna.audit.listEntries({})
  assert.ok(!entries.some(({ action }) => action === 'external_withdrawn'))
})

test('who loses a branch has invited nobody there', async (t) => {
  const { world, company, Laval, Québec, add, as, asAna } = await withPractice(t)
  const client = await world.addClient(company)
  const bea = await add('Béa', 'branch_admin')
  const asBea = await as(bea)
  const eva = await world.addProfessional(await world.addCompany({ name: 'Solo' }))
  await asBea.involvement.inviteExternal({ spaceId: client.spaceId, email: eva.email, understood: true })
  const friend = { name: 'Friend', email: 'friend@carnet.test', branchIds: [Laval] }
  await asBea.administration.inviteProfessional({ ...friend, profile: 'branch_admin' })
  await asAna.administration.changeProfessional({ professionalId: bea.id, branchIds: [Laval, Québec] })
  assert.equal((await asAna.administration.listProfessionals()).invited.length, 1, 'one more takes nothing')
  await asAna.administration.changeProfessional({ professionalId: bea.id, branchIds: [Québec] })
  assert.deepEqual((await asAna.administration.listProfessionals()).invited, [])
  assert.deepEqual(await (await as(eva)).involvement.listRequests(), [])
})
