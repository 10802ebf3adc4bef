import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld } from '../world.ts'

test('seen as the client, each item of the record and of the client’s groups stands there once', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const admin = await world.addProfessional(company, 'super_admin')
  const client = await world.addClient(company)
  const groups = [await world.addGroup(company, [client]), await world.addGroup(company, [client])]
  const { api, upload } = await world.signIn(admin)
  const wanted: string[] = []
  for (const { spaceId } of [client, ...groups]) {
    const { id } = await api.files.createFolder({ spaceId, parentId: null, name: 'Folder' })
    const file = await upload('x', { spaceId, parentId: id, name: 'File', level: 'everybody' })
    await upload('x', { spaceId, name: 'Hidden', level: 'company' })
    wanted.push(id, file.id)
  }
  const seen = async (more: object) =>
    (await api.files.listItems({ spaceId: client.spaceId, viewAs: 'client', ...more })).items.map(
      ({ id }) => id,
    )
  const files = wanted.filter((_, index) => index % 2 === 1)
  assert.deepEqual((await seen({})).sort(), wanted.filter((id) => !files.includes(id)).sort())
  assert.deepEqual((await seen({ scope: 'flat' })).sort(), files.sort())
  assert.deepEqual(await seen({ folderId: wanted[2] }), [wanted[3] ?? ''])
})
