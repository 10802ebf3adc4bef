import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '../../core/errors.ts'
import { networkOf } from '../../server/people/limits.ts'
import { createPasswords } from '../../server/people/passwords.ts'
import { cookieOf, type House, openHouse, PASSWORD, problem, visitFrom } from './house.ts'

async function withAna(house: House) {
  return house.addProfessional(await house.addCompany('Parc'), 'Ana Roy', 'employee')
}

async function refusalOf(house: House, email: string, password: string, ip?: string) {
  const visit = visitFrom(ip)
  const before = house.hashes.count
  try {
    await house.people.security.signIn(visit, { email, password })
  } catch (error) {
    assert.ok(error instanceof Problem, String(error))
    const { code, data } = error
    return { code, data, cookies: visit.reply.getSetCookie(), hashes: house.hashes.count - before }
  }
  return null
}

test('signing in opens a session; signing out ends it', async (t) => {
  const house = await openHouse(t)
  const ana = await withAna(house)
  const visit = visitFrom('192.0.2.7')
  visit.headers.set('User-Agent', 'test')
  visit.headers.set('Carnet-Address', '203.0.113.9')
  await house.people.security.signIn(visit, { email: ' ANA@Carnet.test ', password: PASSWORD })

  const [cookie = '', device = ''] = visit.reply.getSetCookie()
  assert.match(cookie, /^carnet\.session=/)
  assert.match(cookie, /; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
  assert.match(
    device,
    /^carnet\.device=[\w-]{43}; Max-Age=34560000; Path=\/api\/auth; HttpOnly; SameSite=Strict$/,
  )
  assert.equal(visit.reply.getSetCookie().length, 2)
  assert.equal(visit.reply.get('Clear-Site-Data'), '"cache"', 'what the last account left here')
  const row = await house.db
    .selectFrom('session')
    .select(['ip_address', 'user_agent', 'token'])
    .executeTakeFirstOrThrow()
  assert.equal(row.ip_address, '192.0.2.7')
  assert.equal(row.user_agent, 'test')

  const headers = new Headers({ cookie: cookieOf(visit) })
  const found = await house.people.sessions.actorOf(headers)
  const { name: _, email: __, ...actor } = ana
  assert.deepEqual(found?.actor, actor)
  assert.deepEqual(found?.cookies, [])

  // The token alone, as somebody may read it in a stolen copy of the database, opens nothing.
  assert.equal(
    await house.people.sessions.actorOf(new Headers({ cookie: `carnet.session=${row.token}` })),
    null,
  )
  const forged = cookie
    .split(';', 1)
    .join()
    .replace(/.(?==*$)/, (last) => (last === 'A' ? 'B' : 'A'))
  assert.equal(await house.people.sessions.actorOf(new Headers({ cookie: forged })), null)

  const out = visitFrom('192.0.2.7', cookieOf(visit))
  await house.people.security.signOut(out)
  assert.match(out.reply.getSetCookie().join(), /carnet\.session=; Max-Age=0/)
  assert.equal(await house.people.sessions.actorOf(headers), null)
  await house.people.security.signOut(out)
})

test('behind TLS the cookie is Secure', async (t) => {
  const house = await openHouse(t, { publicUrl: 'https://carnet.test' })
  await withAna(house)
  const visit = visitFrom()
  await house.people.security.signIn(visit, { email: 'ana@carnet.test', password: PASSWORD })
  assert.match(visit.reply.getSetCookie()[0] ?? '', /^__Secure-carnet\.session=.*; Secure/)
  assert.ok(await house.people.sessions.actorOf(new Headers({ cookie: cookieOf(visit) })))
})

test('a wrong password, an unknown e-mail and somebody invited get the same answer for the same work', async (t) => {
  const house = await openHouse(t)
  await withAna(house)
  await house.db.insertInto('person').values({ name: 'Invited', email: 'invited@carnet.test' }).execute()
  const wrong = await refusalOf(house, 'ana@carnet.test', 'wrong horse battery')
  assert.deepEqual(wrong, { code: 'wrong_credentials', data: {}, cookies: [], hashes: 1 })
  assert.deepEqual(await refusalOf(house, 'nobody@carnet.test', 'wrong horse battery'), wrong)
  assert.deepEqual(await refusalOf(house, 'invited@carnet.test', 'wrong horse battery'), wrong)
  assert.equal((await refusalOf(house, 'not an address', 'x'))?.code, 'wrong_credentials')
  assert.equal((await refusalOf(house, 'ana@carnet.test', 'x'.repeat(1001)))?.code, 'wrong_credentials')
})

test('wrong tries are limited per account and network, alike for unknown e-mails, and lock nobody else out', async (t) => {
  const house = await openHouse(t)
  await withAna(house)
  for (const email of ['ana@carnet.test', 'nobody@carnet.test']) {
    for (let i = 0; i < 10; i++) {
      assert.equal((await refusalOf(house, email, 'wrong horse battery'))?.code, 'wrong_credentials')
    }
    const refused = await refusalOf(house, email.toUpperCase(), PASSWORD)
    assert.equal(refused?.code, 'too_many_requests')
    assert.equal(refused?.hashes, 0)
    const seconds = Number(refused?.data.seconds)
    assert.ok(seconds > 800 && seconds <= 900, String(seconds))
  }
  assert.ok(await house.signIn('ana@carnet.test', PASSWORD, '192.0.2.2'))
  house.pass(1 / 24)
  assert.ok(await house.signIn('ana@carnet.test'))
})

test('one who signs in rightly is never limited', async (t) => {
  const house = await openHouse(t)
  await withAna(house)
  for (let i = 0; i < 12; i++) await house.signIn('ana@carnet.test')
  const counts = await house.db.selectFrom('rate_limit').select(['key', 'count']).execute()
  assert.deepEqual(counts, [
    { key: 'sign-in 192.0.2.1', count: 0 },
    { key: 'sign-in as ana@carnet.test', count: 0 },
  ])
})

test('many accounts from one network are limited together; tries at once are all counted', async (t) => {
  const house = await openHouse(t)
  await refusalOf(house, 'first@carnet.test', 'wrong', '2001:db8::1')
  await house.db.updateTable('rate_limit').set({ count: 95 }).where('key', 'not like', '%@%').execute()
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, i) => refusalOf(house, `a${i}@carnet.test`, 'wrong', `2001:db8::a${i}`)),
  )
  const limited = results.filter((result) => result?.code === 'too_many_requests')
  assert.equal(limited.length, 5)
  assert.equal(
    (await refusalOf(house, 'b@carnet.test', 'wrong', '2001:db8:0:1::1'))?.code,
    'wrong_credentials',
  )
})

test('counts that have run out are swept', async (t) => {
  const house = await openHouse(t)
  await refusalOf(house, 'a@carnet.test', 'wrong', '192.0.2.1')
  house.pass(1)
  await refusalOf(house, 'b@carnet.test', 'wrong', '192.0.2.2')
  const keys = await house.db.selectFrom('rate_limit').select('key').orderBy('key').execute()
  assert.deepEqual(
    keys.map(({ key }) => key),
    ['sign-in 192.0.2.2', 'sign-in 192.0.2.2 b@carnet.test', 'sign-in as b@carnet.test'],
  )
})

test('an IPv6 network is a /64, however it is written', () => {
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf('2001:DB8:0:0:1::5'), '2001:db8:0:0::/64')
  assert.equal(networkOf('2001:db8::'), '2001:db8:0:0::/64')
  assert.equal(networkOf('::1'), '0:0:0:0::/64')
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64')
  assert.notEqual(networkOf('2001:db8:0:1::1'), networkOf('2001:db8:0:2::1'))
})

test('a password is kept as an Argon2id hash with its cost, and read in any Unicode form', async () => {
  const { hash, verify } = createPasswords()
  const kept = await hash('mot de passe é')
  assert.match(kept, /^\$argon2id\$v=19\$m=47104,t=1,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  assert.notEqual(await hash('mot de passe é'), kept)
  assert.equal(await verify({ hash: kept, password: 'mot de passe e\u0301' }), true)
  assert.equal(await verify({ hash: kept, password: 'mot de passe e' }), false)
  await assert.rejects(verify({ hash: 'plain', password: 'plain' }))
})

test('a session ends with time, is prolonged once a day, and can be ended by deleting its row', async (t) => {
  const house = await openHouse(t)
  await withAna(house)
  const headers = new Headers({ cookie: await house.signIn('ana@carnet.test') })
  const age = (days: number) =>
    house.db
      .updateTable('session')
      .set({ expires_at: new Date(Date.now() + (30 - days) * 24 * 60 * 60 * 1000) })
      .execute()
  await age(2)
  const prolonged = await house.people.sessions.actorOf(headers)
  assert.match(prolonged?.cookies.join() ?? '', /^carnet\.session=.*Max-Age=2592000/)
  const { expires_at } = await house.db.selectFrom('session').select('expires_at').executeTakeFirstOrThrow()
  assert.ok(expires_at.getTime() > Date.now() + 29.9 * 24 * 60 * 60 * 1000)
  assert.deepEqual((await house.people.sessions.actorOf(headers))?.cookies, [])
  await house.db.deleteFrom('session').execute()
  assert.equal(await house.people.sessions.actorOf(headers), null)

  const other = new Headers({ cookie: await house.signIn('ana@carnet.test') })
  await age(31)
  assert.equal(await house.people.sessions.actorOf(other), null)
})

test('signing in again from the same browser ends the session it had, and sweeps those that ran out', async (t) => {
  const house = await openHouse(t)
  await withAna(house)
  const elsewhere = await house.signIn('ana@carnet.test')
  await house.db
    .updateTable('session')
    .set({ expires_at: new Date(0) })
    .execute()
  const cookie = await house.signIn('ana@carnet.test')
  const again = visitFrom('192.0.2.1', cookie)
  await house.people.security.signIn(again, { email: 'ana@carnet.test', password: PASSWORD })
  const isIn = async (cookie: string) => Boolean(await house.people.sessions.actorOf(new Headers({ cookie })))
  assert.deepEqual(
    [await isIn(elsewhere), await isIn(cookie), await isIn(cookieOf(again))],
    [false, false, true],
  )
  assert.equal((await house.db.selectFrom('session').select('id').execute()).length, 1)
})

test('who is called as follows the database at once', async (t) => {
  const house = await openHouse(t)
  const parc = await house.addCompany('Parc')
  const ana = await house.addProfessional(parc, 'Ana Roy', 'employee')
  const { db, people } = house
  const solo = await house.addCompany('Solo')
  const second = await db
    .insertInto('professional')
    .values({ company_id: solo.id, person_id: ana.personId, name: 'Ana', profile: 'super_admin' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const client = await db
    .insertInto('client')
    .values({ name: 'Ana', person_id: ana.personId })
    .returning('id')
    .executeTakeFirstOrThrow()
  const headers = new Headers({ cookie: await house.signIn(ana.email) })
  const hat = async () => {
    const actor = (await people.sessions.actorOf(headers))?.actor
    return actor && (actor.kind === 'client' ? actor.clientId : actor.professionalId)
  }
  const session = (await people.sessions.actorOf(headers))?.session
  assert.ok(session)

  assert.equal(await hat(), ana.professionalId)
  const me = await people.account.changeHat(session, { id: client.id })
  assert.deepEqual(me.hat, { kind: 'client', id: client.id, name: 'Ana' })
  assert.equal(me.hats.length, 3)
  assert.equal(await hat(), client.id)
  await assert.rejects(people.account.changeHat(session, { id: ana.personId }), problem('not_found'))
  const stranger = await house.addProfessional(parc, 'Bob', 'super_admin')
  await assert.rejects(
    people.account.changeHat(session, { id: stranger.professionalId }),
    problem('not_found'),
  )
  await db.updateTable('client').set({ access_ended_at: new Date() }).execute()
  assert.equal(await hat(), ana.professionalId)
  await assert.rejects(people.account.changeHat(session, { id: client.id }), problem('not_found'))
  await db
    .updateTable('professional')
    .set({ archived_at: new Date() })
    .where('id', '=', ana.professionalId)
    .execute()
  assert.equal(await hat(), second.id)
  await db.updateTable('professional').set({ archived_at: new Date() }).execute()
  const nobody = await people.sessions.actorOf(headers)
  assert.deepEqual(nobody?.actor, null)
  assert.deepEqual((await people.account.readMe(session)).hats, [])
})

test('one changes one’s name everywhere, and language and theme', async (t) => {
  const house = await openHouse(t)
  const ana = await withAna(house)
  const session = (
    await house.people.sessions.actorOf(new Headers({ cookie: await house.signIn(ana.email) }))
  )?.session
  assert.ok(session)
  const me = await house.people.account.changeMe(session, {
    name: ' Ana  Roy-Côté ',
    language: 'es',
    theme: 'dark',
  })
  assert.deepEqual(
    { ...me.person, id: '' },
    { id: '', name: 'Ana Roy-Côté', email: ana.email, language: 'es', theme: 'dark' },
  )
  assert.equal(me.hat?.name, 'Ana Roy-Côté')
  await assert.rejects(
    house.people.account.changeMe(session, { name: 'x'.repeat(300) }),
    problem('name_too_long'),
  )
})
