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
