import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, encodeMetadata } from '../world.ts'

test('an upload whose maker changes hats in the middle is nobody else’s', async (t) => {
  const world = await createWorld(t)
  const practice = await world.addCompany({ name: 'Practice' })
  const other = await world.addCompany({ name: 'Other' })
  const client = await world.addClient(practice)
  const professional = await world.addProfessional(practice, 'employee', { branches: [] })
  const { id: secondHat } = await world.db
    .insertInto('professional')
    .values({ company_id: other.id, person_id: professional.personId, name: 'The same', profile: 'employee' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await world.setStakeholder(client, professional)
  await world.setStakeholder(client, { ...professional, id: secondHat })
  const browser = await world.signIn(professional)
  await browser.api.account.changeHat({ id: professional.id })

  const tus = { 'Tus-Resumable': '1.0.0' }
  const made = await browser.fetch('/api/uploads', {
    method: 'POST',
    headers: {
      ...tus,
      'Upload-Length': '2',
      'Upload-Metadata': encodeMetadata({ filename: 'a.txt', spaceId: client.spaceId, level: 'company' }),
    },
  })
  const url = made.headers.get('Location') ?? ''
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const answer = browser.fetch(url, {
    method: 'PATCH',
    headers: { ...tus, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
    body: readable,
    duplex: 'half',
  } as RequestInit)
  await writer.write(Buffer.from('a'))
  const held = async () =>
    (await world.db.selectFrom('upload').select('held_by').executeTakeFirstOrThrow()).held_by
  while (!(await held())) await new Promise((go) => setImmediate(go))
  await browser.api.account.changeHat({ id: secondHat })
  await writer.write(Buffer.from('b'))
  await writer.close()

  assert.equal((await answer).ok, false)
  assert.deepEqual(await world.db.selectFrom('item').select('owner_professional_id').execute(), [])
  await browser.api.account.changeHat({ id: professional.id })
  const asked = await browser.fetch(url, { method: 'HEAD', headers: tus })
  assert.ok(asked.headers.get('Carnet-Item'), 'nothing is lost: under the first hat the file is there')
  const items = await world.db.selectFrom('item').select('owner_professional_id').execute()
  assert.deepEqual(items, [{ owner_professional_id: professional.id }])
})
