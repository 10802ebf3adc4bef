import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld } from '../world.ts'

test('what is kept longer, deep inside a folder that was deleted after it, holds up nothing else', async (t) => {
  const world = await createWorld(t)
  const practice = await world.addCompany({ name: 'Practice' })
  const other = await world.addCompany({ name: 'Other' })
  await world.db.updateTable('company').set({ retention_days: 30 }).where('id', '=', other.id).execute()
  const client = await world.addClient(practice)
  const owner = await world.addProfessional(practice, 'employee')
  const external = await world.addProfessional(other, 'employee')
  for (const one of [owner, external]) await world.setStakeholder(client, one)
  const [mine, theirs] = [await world.signIn(owner), await world.signIn(external)]
  const { spaceId } = client
  const folder = async (parentId: string | null, name: string) =>
    (await mine.api.files.createFolder({ spaceId, parentId, name })).id

  const upper = await folder(null, 'Upper')
  const lower = await folder(upper, 'Lower')
  await mine.upload('x', { spaceId, parentId: lower, level: 'everybody' })
  const kept = await theirs.upload('y', { spaceId, parentId: lower })
  await theirs.api.files.deleteItems({ ids: [kept.id] })
  await mine.api.files.deleteItems({ ids: [upper] })
  const last = await mine.upload('z', { spaceId })
  await mine.api.files.deleteItems({ ids: [last.id] })

  const left = async () => {
    const rows = await world.db.selectFrom('item').select('id').execute()
    return rows.map(({ id }) => id).sort()
  }
  world.pass({ seconds: 11 })
  await world.services.items.purge()
  assert.deepEqual(await left(), [kept.id, upper, lower].sort(), 'only what leads to the kept file is left')
  world.pass({ days: 31 })
  await world.services.items.purge()
  await world.services.items.purge()
  assert.deepEqual(await left(), [])
  assert.deepEqual(await world.db.selectFrom('blob').select('id').execute(), [])
})

test('an undo outlives the folder that somebody else deleted meanwhile', async (t) => {
  const world = await createWorld(t)
  const practice = await world.addCompany({ name: 'Practice' })
  const client = await world.addClient(practice)
  const owner = await world.addProfessional(practice, 'employee')
  const external = await world.addProfessional(await world.addCompany({ name: 'Other' }), 'employee')
  for (const one of [owner, external]) await world.setStakeholder(client, one)
  const [mine, theirs] = [await world.signIn(owner), await world.signIn(external)]
  const { spaceId } = client
  const outer = await mine.api.files.createFolder({ spaceId, parentId: null, name: 'Outer' })
  await mine.upload('x', { spaceId, parentId: outer.id, level: 'everybody' })
  const inner = await theirs.api.files.createFolder({ spaceId, parentId: outer.id, name: 'Inner' })
  const file = await theirs.upload('y', { spaceId, parentId: inner.id })
  const { deletionId } = await theirs.api.files.deleteItems({ ids: [inner.id] })
  await mine.api.files.deleteItems({ ids: [outer.id] })

  await theirs.api.files.undoDeletion({ deletionId })
  const root = await theirs.api.files.listItems({ spaceId })
  assert.deepEqual(
    root.items.map(({ id, files }) => [id, files]),
    [[inner.id, 1]],
  )
  assert.equal((await theirs.api.files.readItem({ itemId: file.id })).parentId, inner.id)
  world.pass({ seconds: 11 })
  await world.services.items.purge()
  assert.equal(await (await theirs.fetch(`/api/items/${file.id}/content`)).text(), 'y')
})
