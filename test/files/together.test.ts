import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Item } from '../../core/api/shapes.ts'
import { type Browser, createWorld } from '../world.ts'

/** So many requests of each, by turns: most of them are asked about together, and none is asked to come back. */
const EACH = 18

test('of many who ask at once each is who they are, gets what they see, and adds where they may', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const people = await Promise.all(
    ['Olivia', 'Max'].map(async (name) => {
      const professional = await world.addProfessional(company, 'employee', { name })
      const client = await world.addClient(company)
      await world.setStakeholder(client, professional)
      const browser = await world.signIn(professional)
      const upload = await browser.upload(name, { spaceId: client.spaceId, level: 'me' })
      return { name, browser, spaceId: client.spaceId, id: upload.id }
    }),
  )
  const byTurns = <T>(ask: (of: (typeof people)[number], other: (typeof people)[number]) => Promise<T>) =>
    Promise.all(
      Array.from({ length: EACH }).flatMap(() =>
        people.map(async (of, index) => ask(of, people[1 - index] ?? of)),
      ),
    )

  await byTurns(async ({ name, browser }) => {
    assert.equal((await browser.api.account.readMe()).person.name, name)
  })
  const read = async (browser: Browser, id: string) => {
    const answer = await browser.fetch(`/api/items/${id}/content`)
    return answer.ok ? answer.text() : answer.status
  }
  await byTurns(async ({ name, browser, id }, other) => {
    const [mine, theirs] = await Promise.all([read(browser, id), read(browser, other.id)])
    assert.deepEqual([mine, theirs], [name, 404])
  })
  const add = async (browser: Browser, spaceId: string) => {
    const answer = await browser.fetch(`/api/files/x?spaceId=${spaceId}`, { method: 'PUT', body: 'x' })
    return answer.ok ? ((await answer.json()) as Item).owner?.you : answer.status
  }
  await byTurns(async ({ browser, spaceId }) => assert.equal(await add(browser, spaceId), true))
  await byTurns(async ({ browser }, other) => assert.equal(await add(browser, other.spaceId), 404))
})
