import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { createWorld, problem, UNKNOWN } from '../world.ts'

/** A client with three professionals, of whom Olivia has been chosen for a photo, and has left since. */
async function createPractice(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const client = await world.addClient(company)
  const [olivia, max, zoe] = [
    await world.addProfessional(company, 'employee', { name: 'Olivia' }),
    await world.addProfessional(company, 'employee', { name: 'Max' }),
    await world.addProfessional(company, 'employee', { name: 'Zoé' }),
  ] as const
  for (const one of [olivia, max, zoe]) await world.setStakeholder(client, one)
  const me = await world.signIn(client)
  const { id } = await me.upload('photo', { audience: [olivia.id, max.id] })
  await world.setStakeholder(client, olivia, 'archived')
  const sees = async (who: typeof olivia) => {
    const { api } = await world.signIn(who)
    return api.files.readItem({ itemId: id }).then(
      () => true,
      () => false,
    )
  }
  return { world, client, olivia, max, zoe, me, id, sees }
}

test('who was chosen and has left is told by name, and left out for good by the next choice', async (t) => {
  const { world, client, olivia, max, zoe, me, id, sees } = await createPractice(t)
  const { files } = me.api
  assert.deepEqual(await files.readAudience({ itemId: id }), { audience: [max.id], left: ['Olivia'] })

  // Whoever opened the dialog before may send her along.
  await files.changeAudience({ ids: [id], audience: [olivia.id, max.id, zoe.id] })
  assert.deepEqual(await files.readAudience({ itemId: id }), { audience: [max.id, zoe.id], left: [] })
  await world.setStakeholder(client, olivia)
  assert.deepEqual([await sees(olivia), await sees(max), await sees(zoe)], [false, true, true])
  const { rows } = await sql`select details from audit_entry where action = 'audience_changed'`.execute(
    world.db,
  )
  assert.deepEqual(rows, [{ details: { to: [max.id, zoe.id].sort() } }])
})

test('who comes back before anybody chose anew sees what was meant for them', async (t) => {
  const { world, client, olivia, max, me, id, sees } = await createPractice(t)
  assert.equal(await sees(olivia), false)
  await world.setStakeholder(client, olivia)
  assert.equal(await sees(olivia), true)
  assert.deepEqual(await me.api.files.readAudience({ itemId: id }), {
    audience: [max.id, olivia.id],
    left: [],
  })
})

test('nobody who isn’t involved can be chosen anew, and somebody must be', async (t) => {
  const { world, client, olivia, max, me, id } = await createPractice(t)
  const { files } = me.api
  const other = await me.upload('for all')
  const choose = (itemId: string, audience: string[] | null) =>
    files.changeAudience({ ids: [itemId], audience })
  await assert.rejects(choose(id, [max.id, UNKNOWN]), problem('not_involved'))
  await assert.rejects(choose(other.id, [max.id, olivia.id]), problem('not_involved'))
  await assert.rejects(me.upload('x', { audience: [max.id, olivia.id] }), problem('not_involved'))
  await assert.rejects(choose(id, [olivia.id]), problem('bad_request'))
  await assert.rejects(choose(id, []), problem('bad_request'))
  await world.setStakeholder(client, max, 'archived')
  assert.deepEqual(await files.readAudience({ itemId: id }), { audience: [], left: ['Max', 'Olivia'] })
  await choose(id, null)
  assert.deepEqual(await files.readAudience({ itemId: id }), { audience: null, left: [] })
})
