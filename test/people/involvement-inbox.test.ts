import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tell } from '../../server/notify/inbox.ts'
import { createWorld, problem } from '../world.ts'

async function withTwo(t: Parameters<typeof createWorld>[0]) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné' })
  const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia' })
  const thomas = await world.addProfessional(company, 'employee', { name: 'Thomas' })
  const zoé = await world.addClient(company, { name: 'Zoé' })
  for (const one of [olivia, thomas]) await world.setStakeholder(zoé, one)
  const [hers, his, zoés] = [await world.signIn(olivia), await world.signIn(thomas), await world.signIn(zoé)]
  return { world, company, olivia, thomas, zoé, hers, his, zoés }
}

test('a note about what one no longer sees, or reaches, was never there: not listed, not counted', async (t) => {
  const { world, olivia, thomas, zoé, hers, his } = await withTwo(t)
  const { spaceId } = zoé
  const item = await hers.upload('x', { spaceId, name: 'Plan.txt', level: 'company' })
  const all = { professionalIds: [olivia.id, thomas.id] }
  await tell(world.db, all, 'stakeholder_added', { itemId: item.id, clientId: zoé.id })
  await tell(world.db, all, 'stakeholder_added', { spaceId, clientId: zoé.id })
  const read = async ({ api }: typeof his) => {
    const { notes, unread } = await api.inbox.readInbox({})
    return [unread, ...notes.map((note) => note.item)]
  }
  assert.deepEqual(await read(his), [2, null, 'Plan.txt'])
  const [, first] = (await his.api.inbox.readInbox({})).notes
  assert.deepEqual(first?.place, { clientId: zoé.id, groupId: null, itemId: item.id, folderId: null })

  await hers.api.files.changeLevel({ ids: [item.id], level: 'me' })
  assert.deepEqual(await read(his), [1, null])
  assert.deepEqual(await read(hers), [2, null, 'Plan.txt'])
  await world.setStakeholder(zoé, thomas, 'archived')
  assert.deepEqual(await read(his), [0])
  await hers.api.files.deleteItems({ ids: [item.id] })
  assert.deepEqual(await read(hers), [1, null])
})

test('a client is told no group’s name; nobody is told of their own acts', async (t) => {
  const { world, company, olivia, zoé, hers, zoés } = await withTwo(t)
  const group = await world.addGroup(company, [zoé], { name: 'Secret group' })
  const about = { professionalId: olivia.id, groupId: group.id, spaceId: group.spaceId }
  await tell(world.db, { clientIds: [zoé.id], professionalIds: [olivia.id] }, 'stakeholder_added', about)
  const inbox = await zoés.api.inbox.readInbox({})
  assert.equal(inbox.notes.length, 1)
  assert.doesNotMatch(JSON.stringify(inbox), new RegExp(`Secret|${group.id}`))
  assert.equal((await hers.api.inbox.readInbox({})).notes.length, 0)
})

test('each hat has its own inbox; what is told to a person is in all', async (t) => {
  const { world, olivia, zoé, hers } = await withTwo(t)
  const gym = await world.addCompany({ name: 'Gym' })
  const { id: other } = await world.db
    .insertInto('professional')
    .values({ company_id: gym.id, person_id: olivia.personId, name: 'Olivia', profile: 'employee' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await tell(world.db, { professionalIds: [olivia.id] }, 'external_ended', { clientId: zoé.id })
  await tell(world.db, { personIds: [olivia.personId] }, 'stakeholder_ended', { clientId: zoé.id })
  const kinds = async () => (await hers.api.inbox.readInbox({})).notes.map(({ kind }) => kind)
  assert.deepEqual(await kinds(), ['stakeholder_ended', 'external_ended'])
  await hers.api.account.changeHat({ id: other })
  assert.deepEqual(await kinds(), ['stakeholder_ended'])
  await hers.api.inbox.markRead({ until: new Date(Date.now() + 60_000).toISOString() })
  await hers.api.account.changeHat({ id: olivia.id })
  assert.deepEqual(
    (await hers.api.inbox.readInbox({})).notes.map(({ kind, read }) => [kind, read]),
    [
      ['stakeholder_ended', true],
      ['external_ended', false],
    ],
  )
})

test('it comes by pages, the newest first, and is read up to a moment', async (t) => {
  const { world, olivia, zoé, hers } = await withTwo(t)
  for (let i = 0; i < 35; i++)
    await tell(world.db, { professionalIds: [olivia.id] }, 'external_ended', {
      clientId: zoé.id,
      details: { i },
    })
  const { inbox } = hers.api
  const first = await inbox.readInbox({})
  assert.deepEqual([first.notes.length, first.unread], [30, 35])
  const second = await inbox.readInbox({ cursor: first.next ?? '' })
  assert.equal(second.next, null)
  assert.deepEqual(
    [...first.notes, ...second.notes].map(({ details }) => details.i),
    Array.from({ length: 35 }, (_, i) => 34 - i),
  )
  await inbox.markRead({ until: second.notes[0]?.at ?? '' })
  const { unread } = await inbox.readInbox({})
  assert.ok(unread <= 30 && unread > 0, String(unread))
  await inbox.markRead({ until: first.notes[0]?.at ?? '' })
  assert.equal((await inbox.readInbox({})).unread, 0)
  for (const cursor of ['x', Buffer.from('["rubbish","x"]').toString('base64url')])
    await assert.rejects(inbox.readInbox({ cursor }), problem('bad_request'))
})
