import assert from 'node:assert/strict'
import { open, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { nameOf } from '../../server/blobs/blobs.ts'
import { createLog } from '../../server/log.ts'
import { enter as enterPractice } from '../files/tus.ts'
import { until } from '../process.ts'
import { createWorld, readProblem } from '../world.ts'

const BIG = Buffer.alloc(24 * 1024 * 1024, 7)

async function enter(t: TestContext) {
  const logged: string[] = []
  const out = new Writable({
    write(line, _encoding, done) {
      logged.push(String(line))
      done()
    },
  })
  const world = await createWorld(t, { log: createLog('error', out as NodeJS.WriteStream) })
  const company = await world.addCompany()
  const owner = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, owner)
  const browser = await world.signIn(owner)
  const { id } = await browser.upload(BIG, { spaceId: client.spaceId, level: 'everybody' })
  const printed: unknown[] = []
  for (const method of ['error', 'info', 'warn', 'log'] as const)
    t.mock.method(console, method, (...words: unknown[]) => printed.push(...words))
  return { world, client, owner, browser, id, printed, logged }
}

const PATHS = (id: string) => [`/api/items/${id}/content`, `/api/zip?ids=${id}`]

test('a reader who leaves, or may read no more, is no error: nothing is printed', async (t) => {
  const { world, client, owner, browser, id, printed, logged } = await enter(t)
  t.mock.timers.enable({ apis: ['setInterval'] })
  for (const path of PATHS(id)) {
    const gone = await browser.fetch(path)
    await gone.body?.cancel()
  }
  const underWay = []
  for (const path of PATHS(id)) {
    const reader = (await browser.fetch(path)).body?.getReader()
    await reader?.read()
    underWay.push(reader)
  }
  await world.setStakeholder(client, owner, 'archived')
  t.mock.timers.tick(2000)
  for (const reader of underWay)
    await assert.rejects(async () => {
      // Leaves the server time to find out.
      while (!(await reader?.read())?.done) await world.db.selectFrom('session').select('id').execute()
    })
  await until('all is closed', async () => (await browser.fetch('/api/me')).status === 200)
  assert.deepEqual([printed, logged], [[], []])
})

test('bytes that are not what they were break the connection off, and that is logged', async (t) => {
  const { world, browser, id, printed, logged } = await enter(t)
  const { key } = await world.db.selectFrom('blob').select('key').executeTakeFirstOrThrow()
  const stored = await open(join(world.dataDir, 'blobs', nameOf(key)), 'r+')
  await stored.write('other', 1_000_000)
  await stored.close()
  for (const path of PATHS(id)) {
    logged.length = 0
    await assert.rejects(async () => (await browser.fetch(path)).arrayBuffer())
    assert.match(logged.join(''), /an answer broke off/)
  }
  assert.deepEqual(printed, [])
})

test('of what is sent at once, bytes that are not there are said before any goes out', async (t) => {
  const { world, browser, spaceId } = await enterPractice(t, { ENCRYPTION: 'off' })
  const { id } = await browser.upload('a small file', { spaceId })
  const { key } = await world.db.selectFrom('blob').select('key').executeTakeFirstOrThrow()
  await truncate(join(world.dataDir, 'blobs', key), 7)
  const answer = await browser.fetch(`/api/items/${id}/content`)
  assert.deepEqual([answer.status, (await readProblem(answer)).code], [410, 'file_damaged'])
})
