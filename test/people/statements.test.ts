import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countStatements } from '../statements.ts'
import { openHouse } from './house.ts'

test('who calls costs two statements; contacts and records cost as many for many as for few', async (t) => {
  const house = await openHouse(t)
  const { people, involvement, sessions } = house.people
  const ana = await house.addProfessional(await house.addCompany('Kiné'), 'Ana', 'manager')
  const headers = new Headers({ cookie: await house.signIn(ana.email) })
  const { id: clientId, spaceId } = await people.createClient(ana, { name: 'Zoé' })
  const list = () => people.listContacts(ana, { sort: 'name', order: 'asc' })
  assert.equal(await countStatements(() => sessions.actorOf(headers)), 2)
  assert.equal(await countStatements(list), 1)
  for (let i = 0; i < 20; i++) await people.createClient(ana, { name: `Client ${i}` })
  assert.equal((await list()).contacts.length, 21)
  assert.equal(await countStatements(list), 1)
  assert.equal(await countStatements(() => people.readClient(ana, { clientId })), 1)
  assert.equal(await countStatements(() => involvement.listStakeholders(ana, { spaceId })), 3)
})
