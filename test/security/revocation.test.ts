import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld } from '../world.ts'

test('access that ends breaks off a download under way; one that holds goes on', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const client = await world.addClient(company)
  const [owner, colleague] = [await world.addProfessional(company), await world.addProfessional(company)]
  for (const one of [owner, colleague]) await world.setStakeholder(client, one)
  const bytes = Buffer.alloc(24 * 1024 * 1024, 7)
  const mine = await world.signIn(owner)
  const { id } = await mine.upload(bytes, { spaceId: client.spaceId, level: 'company' })
  const theirs = await world.signIn(colleague)
  t.mock.timers.enable({ apis: ['setInterval'] })

  const begin = async (browser: typeof mine) => {
    const reader = (await browser.fetch(`/api/items/${id}/content`)).body?.getReader()
    assert.ok(reader)
    let size = (await reader.read()).value?.length ?? 0
    return async () => {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return size
        size += value.length
        // Leaves the server time to find out; what is in the sockets already still comes.
        await world.db.selectFrom('session').select('id').execute()
      }
    }
  }
  const [finishMine, finishTheirs] = [await begin(mine), await begin(theirs)]
  await world.setStakeholder(client, colleague, 'archived')
  t.mock.timers.tick(2000)
  await assert.rejects(finishTheirs(), 'broken off, not ended')
  assert.equal(await finishMine(), bytes.length)
})
