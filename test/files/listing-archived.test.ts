import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, problem } from '../world.ts'

test('a client whom a company archived sees its groups’ files no more, and their own still; brought back, all again', async (t) => {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const client = await world.addClient(company)
  const stays = await world.addClient(company)
  const group = await world.addGroup(company, [client, stays])
  const olivia = await world.addProfessional(company)
  for (const space of [client, group]) await world.setStakeholder(space, olivia)
  const asOlivia = await world.signIn(olivia)
  const own = await asOlivia.upload('x', { spaceId: client.spaceId, level: 'everybody', name: 'own' })
  const ofGroup = await asOlivia.upload('x', { spaceId: group.spaceId, level: 'everybody', name: 'group' })

  const asClient = await world.signIn(client)
  const asOther = await world.signIn(stays)
  const seen = async (who = asClient) => (await who.api.files.listItems({})).items.map(({ id }) => id).sort()
  const both = [own.id, ofGroup.id].sort()
  assert.deepEqual(await seen(), both)

  const archive = (at: Date | null) =>
    world.db
      .updateTable('client_company')
      .set({ archived_at: at })
      .where('client_id', '=', client.id)
      .execute()
  await archive(new Date())
  assert.deepEqual(await seen(), [own.id])
  await assert.rejects(asClient.api.files.readItem({ itemId: ofGroup.id }), problem('not_found'))
  assert.equal((await asClient.fetch(`/api/items/${ofGroup.id}/content`)).status, 404)
  assert.deepEqual(await seen(asOther), [ofGroup.id])

  await archive(null)
  assert.deepEqual(await seen(), both)
})
