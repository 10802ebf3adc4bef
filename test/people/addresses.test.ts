import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { readMails } from '../mails.ts'
import { type Browser, PASSWORD, problem } from '../world.ts'
import { withPractice } from './practice.ts'

/** A client without an account, made by an employee of Laval; a colleague involved too, and who else works there. */
async function withRecord(t: TestContext, email?: string) {
  const practice = await withPractice(t)
  const { world, company, add, as } = practice
  const max = await add('Max', 'employee')
  const zoe = await add('Zoé', 'employee')
  const [asMax, asZoe] = [await as(max), await as(zoe)]
  const record = await asMax.people.createClient({ name: 'Camille', ...(email && { email }) })
  const clientId = record.id
  await world.setStakeholder(record, zoe)
  const manager = await as(await add('Marc', 'manager'))
  const elsewhere = await as(await world.addProfessional(company, 'branch_admin', { branches: ['Québec'] }))
  const change = (by: Browser['api'], to: string | null) => by.people.changeClient({ clientId, email: to })
  const may = async (by: Browser['api']) => (await by.people.readClient({ clientId })).can.address
  return { ...practice, record, clientId, asMax, asZoe, manager, elsewhere, change, may }
}

const told = async (api: Browser['api']) =>
  (await api.inbox.readInbox({})).notes
    .filter(({ kind }) => kind.startsWith('client_address'))
    .map(({ kind, professional, client }) => [kind, professional, client])

/** The link that was mailed last, if it still opens an account. */
async function opens(world: Awaited<ReturnType<typeof withRecord>>['world'], email: string) {
  await world.runJobs()
  const mail = (await readMails(world.dataDir)).findLast(({ to }) => to === email)
  const token = mail?.link.split('#')[1] ?? assert.fail('no mail')
  return world
    .visitor()
    .api.account.readInvitation({ token })
    .then(
      () => true,
      () => false,
    )
}

test('once a client was invited, an employee doesn’t lead the invitation elsewhere; who manages the record does', async (t) => {
  const { world, clientId, asMax, asZoe, manager, change, may } = await withRecord(t, 'camille@carnet.test')
  assert.deepEqual([await may(asZoe), await may(manager)], [false, true])
  for (const to of ['zoe.own@carnet.test', null])
    await assert.rejects(change(asZoe, to), problem('forbidden'))
  await asZoe.people.changeClient({ clientId, name: 'Camille R.' })
  assert.equal(await opens(world, 'camille@carnet.test'), true)

  await change(manager, 'camille.r@carnet.test')
  assert.equal(await opens(world, 'camille@carnet.test'), false, 'the former link is dead')
  assert.equal(await opens(world, 'camille.r@carnet.test'), true)
  // Nor by taking the address away first.
  await change(manager, null)
  assert.equal(await opens(world, 'camille.r@carnet.test'), false)
  for (const by of [asMax, asZoe]) {
    assert.equal(await may(by), false)
    await assert.rejects(change(by, 'zoe.own@carnet.test'), problem('forbidden'))
  }
  await change(manager, 'camille@carnet.test')
})

test('who gave an address mends a slip of theirs for a day, whatever they mended meanwhile', async (t) => {
  const { world, asMax, asZoe, change, may } = await withRecord(t, 'camile@carnet.test')
  world.pass({ seconds: 23 * 3600 })
  assert.deepEqual([await may(asMax), await may(asZoe)], [true, false])
  await change(asMax, 'camille@carnet.test')
  world.pass({ seconds: 2 * 3600 })
  assert.equal(await may(asMax), false)
  await assert.rejects(change(asMax, 'max.own@carnet.test'), problem('forbidden'))
})

test('stakeholders and administrators are told who gave, changed or removed an address; nobody else is', async (t) => {
  const { asMax, asZoe, asAna, asBruno, manager, elsewhere, change } = await withRecord(t)
  await change(asZoe, 'camille@carnet.test')
  await change(manager, 'camille.r@carnet.test')
  await change(manager, null)
  const given = ['client_address_given', 'Zoé', 'Camille']
  const byMarc = [
    ['client_address_removed', 'Marc', 'Camille'],
    ['client_address_changed', 'Marc', 'Camille'],
  ]
  for (const api of [asMax, asAna, asBruno]) assert.deepEqual(await told(api), [...byMarc, given])
  assert.deepEqual(await told(asZoe), byMarc, 'not of what one did oneself')
  for (const api of [manager, elsewhere]) assert.deepEqual(await told(api), [])
  const { entries } = await asAna.audit.listEntries({})
  const logged = entries.filter(({ action }) => action === 'client_changed')
  assert.deepEqual(
    logged.map(({ details }) => details),
    Array(3).fill({ changed: ['email'] }),
  )
})

test('whoever had an account is invited anew by who manages the record', async (t) => {
  const { world, clientId, asMax, manager, change, may } = await withRecord(t, 'camille@carnet.test')
  await world.runJobs()
  const token = (await readMails(world.dataDir)).at(-1)?.link.split('#')[1] ?? ''
  await world.visitor().api.account.acceptInvitation({ token, password: PASSWORD })
  const camille = await world.signIn({ email: 'camille@carnet.test' })
  assert.deepEqual([await may(asMax), await may(manager)], [false, false])
  await assert.rejects(change(manager, 'other@carnet.test'), problem('conflict'))
  await camille.api.account.eraseAccount({ password: PASSWORD })
  assert.deepEqual([await may(asMax), await may(manager)], [false, true])
  await assert.rejects(change(asMax, 'max.own@carnet.test'), problem('forbidden'))
  await change(manager, 'camille@carnet.test')
  assert.equal((await asMax.people.readClient({ clientId })).app, 'invited')
})

test('of two records that become one, the address that either had counts', async (t) => {
  const { asMax, asZoe, manager, clientId, may, change } = await withRecord(t)
  const other = await asMax.people.createClient({ name: 'Camille bis', email: 'camille@carnet.test' })
  assert.equal(await may(asZoe), true)
  await manager.lives.mergeClients({ clientId, otherId: other.id })
  assert.equal(await may(asZoe), false)
  await assert.rejects(change(asZoe, 'zoe.own@carnet.test'), problem('forbidden'))
})
