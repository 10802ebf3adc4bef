import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withPractice } from '../people/practice.ts'
import { problem, UNKNOWN } from '../world.ts'

/** A company that keeps what was deleted for 30 days, and Noé, who deletes. */
async function withKeeping(t: Parameters<typeof withPractice>[0], retentionDays = 30) {
  const practice = await withPractice(t)
  const { world, company, add, asAna } = practice
  await asAna.administration.changeCompany({ retentionDays })
  const noé = await add('Noé', 'employee')
  const client = await world.addClient(company, { name: 'Zoé' })
  await world.setStakeholder(client, noé)
  const his = await world.signIn(noé)
  const { spaceId } = client
  const list = async () => (await asAna.custody.listDeletions({})).deletions
  return { ...practice, noé, client, spaceId, his, list }
}

test('a super admin finds what was deleted, named as far as they would see it, and brings all of it back', async (t) => {
  const { world, asAna, his, spaceId, list } = await withKeeping(t)
  const folder = await his.api.files.createFolder({ spaceId, parentId: null, name: 'Plans' })
  const secret = await his.upload('me', { name: 'secret', spaceId, parentId: folder.id })
  const shared = await his.upload('all', { name: 'shared', spaceId, parentId: folder.id, level: 'company' })
  const alone = await his.upload('me', { name: 'alone', spaceId })
  const files = await Promise.all(
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => his.upload('x', { name, spaceId, level: 'everybody' })),
  )
  for (const ids of [[folder.id], [alone.id], files.map(({ id }) => id)])
    await his.api.files.deleteItems({ ids })
  assert.deepEqual(await list(), [], 'as long as it can be undone')
  world.pass({ seconds: 11 })
  await world.runJobs()

  const told = await list()
  const facts = told.map(({ by, space, items, more, files, hidden }) => [
    by,
    space.name,
    items.map(({ name }) => name).join(),
    more,
    files,
    hidden,
  ])
  assert.deepEqual(facts, [
    ['Noé', 'Zoé', 'a,b,c,d,e', 2, 7, false],
    ['Noé', 'Zoé', '', 0, 0, true],
    ['Noé', 'Zoé', 'Plans', 0, 1, true],
  ])
  assert.ok(!JSON.stringify(told).includes('secret') && !JSON.stringify(told).includes(alone.id))
  const [, second, third] = told
  const days = (Date.parse(third?.until ?? '') - Date.parse(third?.at ?? '')) / 86_400_000
  assert.equal(Math.floor(days), 30)

  assert.deepEqual(await asAna.custody.restoreDeletion({ deletionId: third?.id ?? '' }), { ok: true })
  assert.equal((await his.api.files.readItem({ itemId: secret.id })).parentId, folder.id)
  assert.equal((await asAna.files.readItem({ itemId: shared.id })).parentId, folder.id)
  await assert.rejects(asAna.files.readItem({ itemId: secret.id }), problem('not_found'), 'hidden as before')
  await asAna.custody.restoreDeletion({ deletionId: second?.id ?? '' })
  assert.equal(await (await his.fetch(`/api/items/${alone.id}/content`)).text(), 'me')
  assert.equal((await list()).length, 1)
  await assert.rejects(asAna.custody.restoreDeletion({ deletionId: third?.id ?? '' }), problem('not_found'))
  const restored = await world.db
    .selectFrom('audit_entry')
    .select('item_id')
    .where('action', '=', 'deletion_restored')
    .execute()
  assert.deepEqual(
    restored.map(({ item_id }) => item_id).sort(),
    [folder.id, secret.id, shared.id, alone.id].sort(),
  )
})

test('what lay in a folder that is gone comes back at the root; another retention counts for what is deleted from then on', async (t) => {
  const { world, asAna, his, spaceId, list } = await withKeeping(t)
  const folder = await his.api.files.createFolder({ spaceId, parentId: null, name: 'Plans' })
  const file = await his.upload('x', { spaceId, parentId: folder.id, level: 'company' })
  await his.api.files.deleteItems({ ids: [file.id] })
  await asAna.administration.changeCompany({ retentionDays: 2 })
  await his.api.files.deleteItems({ ids: [folder.id] })
  world.pass({ days: 3 })
  await world.runJobs()
  const [kept, ...others] = await list()
  assert.ok(kept)
  assert.deepEqual(others, [], 'what was deleted later was kept shorter')
  await asAna.custody.restoreDeletion({ deletionId: kept.id })
  assert.equal((await his.api.files.readItem({ itemId: file.id })).parentId, null)
  await world.runJobs()
  await world.services.items.purge()
  const rows = await world.db.selectFrom('item').select('id').execute()
  assert.deepEqual(rows, [{ id: file.id }], 'the folder had only waited for the file')

  await his.api.files.deleteItems({ ids: [file.id] })
  world.pass({ seconds: 11 })
  const [last] = await list()
  world.pass({ days: 2 })
  assert.deepEqual(await list(), [])
  await assert.rejects(asAna.custody.restoreDeletion({ deletionId: last?.id ?? '' }), problem('not_found'))
  await world.services.items.purge()
  assert.deepEqual(await world.db.selectFrom('item').select('id').execute(), [])
})

test('nothing is kept without a retention, nor of a client’s own; another company’s is none of one’s business', async (t) => {
  const { world, company, as, add, asAna, asBruno, client, his, spaceId, list } = await withKeeping(t)
  const ofClient = await world.signIn(client)
  const own = await ofClient.upload('x')
  await ofClient.api.files.deleteItems({ ids: [own.id] })
  const solo = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
  await world.db.updateTable('company').set({ retention_days: 9 }).where('id', '=', solo.id).execute()
  const external = await world.addProfessional(solo, 'super_admin')
  await world.setStakeholder(client, external)
  const asExternal = await world.signIn(external)
  const theirs = await asExternal.upload('x', { spaceId, level: 'everybody' })
  await asExternal.api.files.deleteItems({ ids: [theirs.id] })
  const ours = await his.upload('x', { spaceId, level: 'everybody' })
  const { deletionId } = await his.api.files.deleteItems({ ids: [ours.id] })
  world.pass({ seconds: 11 })
  await world.services.items.purge()
  assert.deepEqual(
    (await list()).map(({ id }) => id),
    [deletionId],
  )
  assert.equal((await asExternal.api.custody.listDeletions({})).deletions.length, 1)
  assert.equal((await world.db.selectFrom('item').select('id').where('id', '=', own.id).execute()).length, 0)

  for (const [who, code] of [
    [asBruno, 'forbidden'],
    [await as(await add('Rita', 'read_only')), 'read_only'],
  ] as const) {
    await assert.rejects(who.custody.listDeletions({}), problem(code))
    await assert.rejects(who.custody.restoreDeletion({ deletionId }), problem(code))
  }
  await assert.rejects(asExternal.api.custody.restoreDeletion({ deletionId }), problem('not_found'))
  await assert.rejects(asAna.custody.restoreDeletion({ deletionId: UNKNOWN }), problem('not_found'))
  await assert.rejects(asAna.custody.listDeletions({ cursor: 'x' }), problem('bad_request'))

  await asAna.administration.changeCompany({ retentionDays: 0 })
  const brief = await his.upload('x', { spaceId, level: 'everybody' })
  await his.api.files.deleteItems({ ids: [brief.id] })
  world.pass({ seconds: 11 })
  assert.deepEqual(
    (await list()).map(({ id }) => id),
    [deletionId],
  )
  assert.ok(company)
})

test('deletions come page by page', async (t) => {
  const { asAna, world, his, spaceId, noé } = await withKeeping(t)
  const { id } = await his.upload('x', { name: 'kept', spaceId, level: 'everybody' })
  const at = new Date()
  const rows = Array.from({ length: 103 }, (_, i) => ({
    space_id: spaceId,
    professional_id: noé.id,
    at: new Date(at.getTime() - Math.floor(i / 2) * 1000),
    undo_until: at,
    purge_after: new Date(at.getTime() + 86_400_000),
  }))
  const made = await world.db.insertInto('deletion').values(rows).returning('id').execute()
  await world.db
    .updateTable('item')
    .set({ deletion_id: made[0]?.id ?? null })
    .where('id', '=', id)
    .execute()
  const seen: string[] = []
  for (let cursor: string | undefined | null; cursor !== null; ) {
    const page = await asAna.custody.listDeletions(cursor ? { cursor } : {})
    seen.push(...page.deletions.map((one) => one.id))
    cursor = page.next
  }
  assert.deepEqual(seen.sort(), made.map((row) => row.id).sort())
})
