import assert from 'node:assert/strict'
import { type ClientRequest, request } from 'node:http'
import { test } from 'node:test'
import { until } from '../process.ts'
import { createWorld, encodeMetadata, problem, readProblem } from '../world.ts'

const TUS = { 'Tus-Resumable': '1.0.0' }

test('nobody holds all the places for sending alone: whoever sends too much at once is told, others go on', async (t) => {
  const world = await createWorld(t)
  const client = await world.addClient(await world.addCompany())
  const other = await world.signIn(await world.addClient(await world.addCompany()))
  const browser = await world.signIn(client)
  const create = () =>
    browser.fetch('/api/uploads', {
      method: 'POST',
      headers: { ...TUS, 'Upload-Length': '2', 'Upload-Metadata': encodeMetadata({ filename: 'x' }) },
    })

  const sending: ClientRequest[] = []
  for (let i = 0; i < 20; i++) {
    const path = (await create()).headers.get('Location') ?? assert.fail()
    const headers = {
      ...TUS,
      Cookie: browser.cookie,
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
      'Content-Length': '2',
    }
    const one = request(new URL(path, world.origin), { method: 'PATCH', headers })
    t.after(() => void one.destroy())
    one.on('error', () => {})
    one.write('x')
    sending.push(one)
  }
  const held = async () =>
    (await world.db.selectFrom('upload').select('id').where('held_by', 'is not', null).execute()).length
  await until('all are being sent', async () => (await held()) === sending.length)

  const refused = await create()
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('Retry-After'), '5')
  assert.ok(problem('too_many_uploads')(await readProblem(refused)))
  assert.equal((await other.upload('x')).name, 'file.txt')
  assert.equal((await browser.api.files.listItems({})).items.length, 0)

  for (const one of sending) one.destroy()
  await until('there is a place again', async () => (await create()).status === 201)
  assert.equal((await browser.upload('x')).name, 'file.txt')
})
