import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookieOf, openHouse, PASSWORD, problem, visitFrom } from './house.ts'

const FIRST = {
  practice: 'Kiné / Ostéo  du Parc',
  name: 'Ana Roy',
  email: 'ana@carnet.test',
  password: PASSWORD,
  language: 'fr' as const,
}
const tokenOf = (link: string | null) => link?.split('#')[1] ?? ''

test('the set-up link makes the practice and signs its super admin in', async (t) => {
  const { people, db } = await openHouse(t)
  assert.deepEqual(await people.account.readSetup(), { needed: true })
  const link = await people.createSetupLink()
  assert.match(link ?? '', /^http:\/\/carnet\.test\/setup#[\w-]{43}$/)

  const visit = visitFrom()
  await people.account.setUp(visit, { ...FIRST, token: tokenOf(link) })
  assert.deepEqual(await people.account.readSetup(), { needed: false })
  assert.equal(await people.createSetupLink(), null)

  const found = await people.sessions.actorOf(new Headers({ cookie: cookieOf(visit) }))
  assert.ok(found?.actor?.kind === 'professional')
  assert.equal(found.actor.profile, 'super_admin')
  const me = await people.account.readMe(found.session)
  assert.equal(me.person.language, 'fr')
  assert.ok(me.hat?.kind === 'professional')
  assert.equal(me.hat.company.name, 'Kiné / Ostéo du Parc')
  assert.deepEqual(me.hat.can, {
    createClients: true,
    createGroups: true,
    writeFiles: true,
    administer: true,
    administerCompany: true,
  })
  assert.deepEqual(
    me.hat.branches.map((branch) => branch.name),
    ['Kiné / Ostéo du Parc'],
  )
  assert.deepEqual(await db.selectFrom('invitation').selectAll().execute(), [])
})

test('a set-up link is used once, ends with a newer one, and with time', async (t) => {
  const house = await openHouse(t)
  const { people } = house
  const old = tokenOf(await people.createSetupLink())
  const token = tokenOf(await people.createSetupLink())
  const setUp = (with_: string) => people.account.setUp(visitFrom(), { ...FIRST, token: with_ })
  await assert.rejects(setUp(old), problem('invitation_used'))
  await assert.rejects(setUp('x'.repeat(43)), problem('invitation_used'))
  house.pass(8)
  await assert.rejects(setUp(token), problem('invitation_used'))
  const last = tokenOf(await people.createSetupLink())
  await setUp(last)
  await assert.rejects(setUp(last), problem('already_set_up'))
})

test('of two who set up at once, one does', async (t) => {
  const { people, db } = await openHouse(t)
  const token = tokenOf(await people.createSetupLink())
  const tries = ['ana', 'bob', 'eve'].map((name) =>
    people.account.setUp(visitFrom(), { ...FIRST, token, name, email: `${name}@carnet.test` }),
  )
  const results = await Promise.allSettled(tries)
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const result of results) {
    if (result.status === 'rejected')
      assert.ok(problem('already_set_up')(result.reason), String(result.reason))
  }
  for (const table of ['company', 'branch', 'professional', 'person', 'session'] as const) {
    assert.equal((await db.selectFrom(table).select('id').execute()).length, 1, table)
  }
})

test('bad input at set-up changes nothing', async (t) => {
  const { people, db } = await openHouse(t)
  const token = tokenOf(await people.createSetupLink())
  const setUp = (change: Partial<typeof FIRST>) =>
    people.account.setUp(visitFrom(), { ...FIRST, token, ...change })
  await assert.rejects(setUp({ password: 'eleven char' }), problem('password_too_short'))
  await assert.rejects(setUp({ password: 'x'.repeat(257) }), problem('password_too_long'))
  await assert.rejects(setUp({ name: ' \n ' }), problem('name_empty'))
  await assert.rejects(setUp({ practice: 'a\u0000b' }), problem('name_characters'))
  await assert.rejects(setUp({ practice: 'a\u202Eb' }), problem('name_characters'))
  await assert.rejects(setUp({ name: 'x'.repeat(300) }), problem('name_too_long'))
  assert.deepEqual(await db.selectFrom('person').selectAll().execute(), [])
  await setUp({ name: 'Ana 🏃', password: 'x'.repeat(256) })
})
