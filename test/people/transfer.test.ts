import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Professional, problem, UNKNOWN } from '../world.ts'
import { withPractice } from './practice.ts'

const PDF = { level: 'company' } as const

/** Noé, of Laval, who leaves: a client and a group of his, another company's client, and files in each. */
async function withLeaver(t: Parameters<typeof withPractice>[0]) {
  const practice = await withPractice(t)
  const { world, company, add, ana } = practice
  const [noé, marc] = [await add('Noé', 'employee'), await add('Marc', 'employee')]
  const zoé = await world.addClient(company, { name: 'Zoé' })
  const group = await world.addGroup(company, [zoé])
  const solo = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
  const foreign = await world.addClient(solo, { name: 'Foreign' })
  const former = await world.addClient(company, { name: 'Former' })
  for (const space of [zoé, group, foreign, former]) await world.setStakeholder(space, noé)
  const his = await world.signIn(noé)
  const folder = await his.api.files.createFolder({ spaceId: zoé.spaceId, parentId: null, name: 'Plans' })
  const secret = await his.upload('me', { spaceId: zoé.spaceId, parentId: folder.id })
  const shared = await his.upload('both', { spaceId: zoé.spaceId, level: 'me_client' })
  const ofGroup = await his.upload('group', { spaceId: group.spaceId, ...PDF })
  const abroad = await his.upload('abroad', { spaceId: foreign.spaceId, level: 'everybody' })
  const left = await his.upload('left', { spaceId: former.spaceId, ...PDF })
  await world.setStakeholder(former, noé, 'archived')
  const owners = async () =>
    Object.fromEntries(
      (await world.db.selectFrom('item').select(['id', 'owner_professional_id']).execute()).map((row) => [
        row.id,
        row.owner_professional_id === noé.id
          ? 'Noé'
          : row.owner_professional_id === marc.id
            ? 'Marc'
            : 'other',
      ]),
    )
  const ids = (to: Professional = marc) => ({ professionalId: noé.id, colleagueId: to.id })
  return {
    ...practice,
    ana,
    noé,
    marc,
    zoé,
    group,
    foreign,
    former,
    his,
    folder,
    secret,
    shared,
    ofGroup,
    abroad,
    left,
    owners,
    ids,
  }
}

test('a colleague goes on with somebody’s clients and items; the summary says beforehand what will be', async (t) => {
  const house = await withLeaver(t)
  const {
    world,
    asAna,
    as,
    marc,
    noé,
    zoé,
    group,
    foreign,
    former,
    folder,
    secret,
    shared,
    ofGroup,
    abroad,
    left,
  } = house
  // Somebody else's folder holds a file of Noé's; a deleted one may come back.
  await world.setStakeholder(zoé, marc)
  const theirs = await world.signIn(marc)
  const outer = await theirs.api.files.createFolder({ spaceId: zoé.spaceId, parentId: null, name: 'Outer' })
  const deep = await house.his.upload('deep', { spaceId: zoé.spaceId, parentId: outer.id, level: 'branch' })
  await world.setStakeholder(zoé, marc, 'archived')
  const gone = await house.his.upload('gone', { spaceId: zoé.spaceId })
  await house.his.api.files.deleteItems({ ids: [gone.id] })
  const made = await house.his.upload('made', { spaceId: zoé.spaceId, ...PDF })
  await world.db.updateTable('item').set({ protected: true }).where('id', '=', made.id).execute()
  const before = await world.db
    .selectFrom('item')
    .select(['id', 'level', 'company_id', 'branch_id', 'parent_id', 'name'])
    .orderBy('id')
    .execute()

  const told = { clients: 1, groups: 1, elsewhere: 1, items: 5, hidden: 2, left: 2 }
  assert.deepEqual(await asAna.custody.readTransfer(house.ids()), told)
  assert.equal((await house.owners())[secret.id], 'Noé', 'a summary changes nothing')
  assert.deepEqual(await asAna.custody.transferProfessional(house.ids()), told)

  const owners = await house.owners()
  for (const item of [folder, secret, shared, ofGroup, deep, gone])
    assert.equal(owners[item.id], 'Marc', item.name)
  for (const item of [abroad, left, made])
    assert.equal(owners[item.id], 'Noé', 'where Marc isn’t involved, and what the software made')
  assert.deepEqual(
    await world.db
      .selectFrom('item')
      .select(['id', 'level', 'company_id', 'branch_id', 'parent_id', 'name'])
      .orderBy('id')
      .execute(),
    before,
    'nothing else of them changes',
  )
  const seen = await theirs.api.files.readItem({ itemId: secret.id })
  assert.deepEqual([seen.level, seen.owner?.you, seen.can.modify, seen.can.delete], ['me', true, true, true])
  assert.equal((await theirs.api.files.readItem({ itemId: folder.id })).can.delete, true, 'all inside is his')
  const contacts = (await theirs.api.people.listContacts({})).contacts
  assert.deepEqual(contacts.map(({ name }) => name).sort(), ['Group', 'Zoé'])
  await assert.rejects(theirs.api.files.listItems({ spaceId: foreign.spaceId }), problem('not_found'))
  await assert.rejects(theirs.api.files.listItems({ spaceId: former.spaceId }), problem('not_found'))

  await assert.rejects(house.his.api.files.readItem({ itemId: secret.id }), problem('not_found'))
  await assert.rejects((await as(noé)).people.listContacts({}), problem('not_found'))
  const people = (await asAna.administration.listProfessionals()).professionals
  assert.equal(people.find(({ id }) => id === noé.id)?.archived, true)
  const { stakeholders: involved } = await asAna.involvement.listStakeholders({ spaceId: zoé.spaceId })
  assert.ok(involved.some(({ professionalId, since }) => professionalId === marc.id && since))
  assert.deepEqual(await world.db.selectFrom('group_member').select('client_id').execute(), [
    { client_id: zoé.id },
  ])
  assert.ok(group)
})

test('both are told and every item is logged; once more hands over what is left, where the colleague came to be involved', async (t) => {
  const { world, asAna, ids, owners, former, left, abroad, marc, noé, secret } = await withLeaver(t)
  await asAna.custody.transferProfessional(ids())
  const notes = await world.db
    .selectFrom('notification')
    .select(['person_id', 'kind', 'details'])
    .where('kind', 'in', ['work_received', 'work_handed_over'])
    .orderBy('kind')
    .execute()
  const details = { from: 'Noé', to: 'Marc', clients: 1, groups: 1, items: 4 }
  assert.deepEqual(notes, [
    { person_id: noé.personId, kind: 'work_handed_over', details },
    { person_id: marc.personId, kind: 'work_received', details },
  ])
  const entry = await world.db
    .selectFrom('audit_entry')
    .select(['details', 'item'])
    .where('action', '=', 'ownership_transferred')
    .where('item_id', '=', secret.id)
    .executeTakeFirstOrThrow()
  assert.deepEqual(entry.details, { to: marc.id })
  assert.equal((entry.item as { owner_professional_id: string }).owner_professional_id, noé.id)

  assert.deepEqual(await asAna.custody.transferProfessional(ids()), {
    clients: 0,
    groups: 0,
    elsewhere: 0,
    items: 0,
    hidden: 0,
    left: 2,
  })
  await world.setStakeholder(former, marc)
  assert.equal((await asAna.custody.transferProfessional(ids())).items, 1)
  assert.deepEqual([(await owners())[left.id], (await owners())[abroad.id]], ['Marc', 'Noé'])
})

test('work is handed over by administrators of all that the leaver works in, to somebody who can go on with it', async (t) => {
  const { add, as, asAna, asBruno, ana, marc, ids, owners, secret, world } = await withLeaver(t)
  const [rita, away] = [await add('Rita', 'read_only'), await add('Away', 'employee', ['Québec'])]
  const archived = await add('Gone', 'employee')
  await asAna.administration.archiveProfessional({ professionalId: archived.id })
  for (const [who, input, code] of [
    [asAna, ids(rita), 'bad_request'],
    [asAna, ids(archived), 'bad_request'],
    [asAna, { ...ids(), colleagueId: ids().professionalId }, 'bad_request'],
    [asAna, { ...ids(), colleagueId: UNKNOWN }, 'not_found'],
    [asAna, { ...ids(), professionalId: ana.id }, 'archive_yourself'],
    [asBruno, ids(away), 'not_found'],
    [asBruno, { ...ids(), professionalId: ana.id }, 'forbidden'],
    [asBruno, { ...ids(), professionalId: away.id }, 'not_found'],
    [await as(marc), ids(), 'forbidden'],
    [await as(rita), ids(), 'read_only'],
  ] as const) {
    await assert.rejects(who.custody.readTransfer(input), problem(code))
    await assert.rejects(who.custody.transferProfessional(input), problem(code))
  }
  const solo = await world.addCompany({ name: 'Other' })
  const stranger = await as(await world.addProfessional(solo, 'super_admin'))
  await assert.rejects(stranger.custody.transferProfessional(ids()), problem('not_found'))
  assert.equal((await owners())[secret.id], 'Noé')
  assert.equal(
    (await asBruno.custody.transferProfessional(ids())).clients,
    1,
    'a branch admin of all his branches',
  )
})

test('what the leaver is adding at that moment is handed over or refused, never left behind', async (t) => {
  const { world, asAna, ids, noé, zoé, his } = await withLeaver(t)
  const added: Promise<unknown>[] = []
  for (let i = 0; i < 8; i++) added.push(his.upload('x', { spaceId: zoé.spaceId }))
  // The first of them has arrived: the others are on their way.
  await Promise.race(added)
  const transferred = asAna.custody.transferProfessional(ids())
  for (let i = 0; i < 8; i++) added.push(his.upload('x', { spaceId: zoé.spaceId }))
  // One may be refused before the other answer is there.
  const outcomes = Promise.allSettled(added)
  await transferred
  for (const outcome of await outcomes)
    if (outcome.status === 'rejected') assert.ok(problem('not_found')(outcome.reason), String(outcome.reason))
  const left = await world.db
    .selectFrom('item')
    .select('id')
    .where('space_id', '=', zoé.spaceId)
    .where('owner_professional_id', '=', noé.id)
    .execute()
  assert.deepEqual(left, [])
})
