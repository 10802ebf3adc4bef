import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LEVELS } from '../../core/visibility.ts'
import { withPractice } from '../people/practice.ts'
import { problem, UNKNOWN } from '../world.ts'

const reason = 'Noé is ill until March'

/** Noé of Laval and an external work with a client of Laval and Québec, in whose files Noé has one of each level. */
async function withFiles(t: Parameters<typeof withPractice>[0]) {
  const practice = await withPractice(t)
  const { world, company, add } = practice
  const noé = await add('Noé', 'employee')
  const client = await world.addClient(company, { name: 'Zoé', branches: ['Laval', 'Québec'] })
  await world.setStakeholder(client, noé)
  const his = await world.signIn(noé)
  const { spaceId } = client
  const files = await Promise.all(
    LEVELS.map((level) => his.upload(level, { name: level, spaceId, level, branchId: practice.Laval })),
  )
  const byLevel = Object.fromEntries(files.map((file) => [file.name, file])) as Record<
    (typeof LEVELS)[number],
    (typeof files)[number]
  >
  const ownerOf = async (id: string) =>
    (
      await world.db
        .selectFrom('item as i')
        .innerJoin('professional as p', 'p.id', 'i.owner_professional_id')
        .select('p.name')
        .where('i.id', '=', id)
        .executeTakeFirstOrThrow()
    ).name
  return { ...practice, noé, his, client, spaceId, byLevel, ownerOf }
}

test('an administrator takes over what they see, with a reason; its former owner is told and owns it no more', async (t) => {
  const { world, asAna, asBruno, ana, noé, his, byLevel, ownerOf } = await withFiles(t)
  const { company: file, branch } = byLevel
  const list = async (who: typeof asAna) =>
    (
      await who.files.listItems({
        spaceId: byLevel.me.id ? (await his.api.people.listContacts({})).contacts[0]?.spaceId : undefined,
      })
    ).items
  assert.deepEqual(
    (await list(asAna)).map(({ name, can }) => [name, can.takeOver, can.modify]),
    ['branch', 'company', 'company_client', 'everybody'].map((name) => [name, true, false]),
  )
  const taken = await asAna.custody.takeOverItem({ itemId: file.id, reason: ` ${reason} ` })
  assert.deepEqual(
    [taken.owner?.you, taken.level, taken.can],
    [true, 'company', { download: true, modify: true, delete: true, addInside: false, takeOver: false }],
  )
  assert.equal((await his.api.files.readItem({ itemId: file.id })).can.modify, false)
  await assert.rejects(his.api.files.renameItem({ itemId: file.id, name: 'x' }), problem('forbidden'))
  assert.equal((await asAna.custody.takeOverItem({ itemId: file.id, reason })).id, file.id, 'once is enough')
  assert.equal((await asBruno.custody.takeOverItem({ itemId: branch.id, reason })).owner?.name, 'Bruno')
  assert.equal(await ownerOf(branch.id), 'Bruno')

  const notes = await world.db
    .selectFrom('notification')
    .select(['person_id', 'kind', 'professional_id', 'details'])
    .where('kind', '=', 'item_taken_over')
    .orderBy('created_at')
    .execute()
  assert.deepEqual(
    notes.map(({ professional_id, ...note }) => [note, professional_id === ana.id]),
    [
      [{ person_id: noé.personId, kind: 'item_taken_over', details: { name: 'company', reason } }, true],
      [{ person_id: noé.personId, kind: 'item_taken_over', details: { name: 'branch', reason } }, false],
    ],
  )
  const entries = await world.db
    .selectFrom('audit_entry')
    .select(['professional_id', 'subject_professional_id', 'item_id', 'details'])
    .where('action', '=', 'ownership_taken')
    .orderBy('id')
    .execute()
  assert.deepEqual(entries[0], {
    professional_id: ana.id,
    subject_professional_id: noé.id,
    item_id: file.id,
    details: { reason },
  })
  assert.equal(entries.length, 2)
})

test('nobody else takes over, nor what isn’t theirs to take: hidden, of a client, of another company, protected', async (t) => {
  const { world, as, add, company, asAna, asBruno, client, spaceId, byLevel, his, noé, ownerOf } =
    await withFiles(t)
  const solo = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
  const external = await world.addProfessional(solo, 'super_admin', { name: 'External' })
  await world.setStakeholder(client, external)
  const theirs = await (await world.signIn(external)).upload('x', { spaceId, level: 'everybody' })
  const ofClient = await (await world.signIn(client)).upload('x')
  const made = await his.upload('x', { spaceId, level: 'everybody' })
  await world.db.updateTable('item').set({ protected: true }).where('id', '=', made.id).execute()
  const québec = await as(await add('Québécoise', 'branch_admin', ['Québec']))
  const itemId = byLevel.everybody.id
  for (const [who, id, code] of [
    [await as(await add('Marc', 'manager')), itemId, 'forbidden'],
    [await as(await add('Rita', 'read_only')), itemId, 'not_found'],
    [await as(external), itemId, 'forbidden'],
    [québec, itemId, 'forbidden'],
    [asAna, theirs.id, 'forbidden'],
    [asAna, ofClient.id, 'forbidden'],
    [asAna, made.id, 'forbidden'],
    [asAna, byLevel.me.id, 'not_found'],
    [asAna, byLevel.me_client.id, 'not_found'],
    [asAna, UNKNOWN, 'not_found'],
  ] as const)
    await assert.rejects(who.custody.takeOverItem({ itemId: id, reason }), problem(code))
  for (const empty of ['', '  ', 'x'.repeat(501)])
    await assert.rejects(asAna.custody.takeOverItem({ itemId, reason: empty }), problem('bad_request'))
  assert.equal(await ownerOf(itemId), 'Noé')

  const all = { spaceId, professionalId: noé.id, reason }
  for (const [who, input, code] of [
    [await as(external), all, 'not_found'],
    [await as(await add('Maude', 'manager')), all, 'forbidden'],
    [asAna, { ...all, professionalId: external.id }, 'not_found'],
    [asAna, { ...all, spaceId: UNKNOWN }, 'not_found'],
    [asAna, { ...all, professionalId: UNKNOWN }, 'not_found'],
  ] as const)
    await assert.rejects(who.custody.takeOverSpace(input), problem(code))
  assert.deepEqual(await québec.custody.takeOverSpace(all), { items: 0 }, 'nothing of her branch')
  const away = await world.addClient(company, { branches: ['Québec'] })
  await assert.rejects(asBruno.custody.takeOverSpace({ ...all, spaceId: away.spaceId }), problem('not_found'))
})

test('what a colleague made and one doesn’t see is taken over whole, and looking for it is logged too', async (t) => {
  const { world, add, asAna, ana, noé, his, client, spaceId, byLevel, ownerOf } = await withFiles(t)
  const other = await add('Other', 'employee')
  await world.setStakeholder(client, other)
  const kept = await (await world.signIn(other)).upload('x', { spaceId })
  const made = await his.upload('x', { spaceId, level: 'company' })
  await world.db.updateTable('item').set({ protected: true }).where('id', '=', made.id).execute()
  assert.equal((await asAna.files.readItem({ itemId: made.id })).can.takeOver, false)
  await assert.rejects(asAna.files.readItem({ itemId: byLevel.me.id }), problem('not_found'))
  await asAna.administration.archiveProfessional({ professionalId: noé.id })
  const all = { spaceId, professionalId: noé.id, reason }
  assert.deepEqual(await asAna.custody.takeOverSpace(all), { items: 6 })
  assert.deepEqual(await asAna.custody.takeOverSpace(all), { items: 0 })
  const mine = await asAna.files.readItem({ itemId: byLevel.me.id })
  assert.deepEqual([mine.level, mine.owner?.you], ['me', true])
  assert.equal(await (await (await world.signIn(ana)).fetch(`/api/items/${mine.id}/content`)).text(), 'me')
  assert.deepEqual([await ownerOf(kept.id), await ownerOf(made.id)], ['Other', 'Noé'])
  await assert.rejects(his.api.files.readItem({ itemId: byLevel.me.id }), problem('not_found'))
  const entries = await world.db
    .selectFrom('audit_entry')
    .select(['action', 'details'])
    .where('action', 'in', ['space_taken_over', 'ownership_taken'])
    .orderBy('id')
    .execute()
  assert.deepEqual(
    entries.map(({ action }) => action),
    ['space_taken_over', ...Array(6).fill('ownership_taken'), 'space_taken_over'],
  )
  assert.deepEqual(entries.at(-1)?.details, { reason, items: 0 })
  const notes = await world.db
    .selectFrom('notification')
    .select(['person_id', 'details', 'client_id'])
    .where('kind', '=', 'space_taken_over')
    .execute()
  assert.deepEqual(notes, [{ person_id: noé.personId, details: { reason, count: 6 }, client_id: client.id }])
})
