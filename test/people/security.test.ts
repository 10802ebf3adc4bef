import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameDevice } from '../../core/user-agents.ts'
import { codeOf, stepAt } from '../../server/people/sign-in/totp.ts'
import { readMails } from '../mails.ts'
import { startNode } from '../process.ts'
import { addApp, addPasskey, fromBase32, openDevice } from './factors.ts'
import { openHouse, PASSWORD, problem } from './house.ts'

const ANA = 'ana@carnet.test'
const MINUTE = 1 / 24 / 60

async function open(t: Parameters<typeof openHouse>[0]) {
  const house = await openHouse(t)
  const parc = await house.addCompany('Parc')
  const ana = await house.addProfessional(parc, 'Ana Roy', 'super_admin')
  const home = openDevice(house)
  await home.signIn(ANA)
  const require = (secondFactorRequired = true) =>
    house.people.administration.changeCompany(ana, { secondFactorRequired })
  return { house, parc, ana, home, require, ...house.people }
}

const actions = async (house: Awaited<ReturnType<typeof openHouse>>) =>
  (await house.db.selectFrom('audit_entry').select('action').orderBy('id').execute()).map(
    ({ action }) => action,
  )

test('one sees where one is signed in, and ends any of it at once; nobody ends another’s', async (t) => {
  const { house, parc, home, security } = await open(t)
  const [phone, tablet] = [openDevice(house, '198.51.100.7'), openDevice(house, '198.51.100.8')]
  await phone.ask((visit) => {
    visit.headers.set(
      'User-Agent',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1',
    )
    return security.signIn(visit, { email: ANA, password: PASSWORD })
  })
  await tablet.signIn(ANA)
  house.pass(6 * MINUTE)
  await phone.who()
  const { sessions } = await security.listSessions(await home.session())
  const seen = sessions.map(({ current, device, address }) => ({ current, device, address }))
  assert.deepEqual(seen.slice(0, 2), [
    { current: true, device: null, address: '192.0.2.1' },
    { current: false, device: 'Safari · iPhone', address: '198.51.100.7' },
  ])
  const [, hers] = sessions
  assert.ok(hers && Date.parse(hers.usedAt) - Date.parse(hers.since) > 5 * 60_000, 'used, some minutes later')

  await house.addProfessional(parc, 'Bob Hay', 'super_admin')
  const bob = openDevice(house, '203.0.113.1')
  await bob.signIn('bob@carnet.test')
  const end = async (device: typeof home, sessionId: string) =>
    security.endSession(await device.session(), { sessionId })
  await assert.rejects(end(bob, hers.id), problem('not_found'))
  assert.ok(await phone.who())
  await end(home, hers.id)
  assert.equal(await phone.who(), null)
  await assert.rejects(end(home, hers.id), problem('not_found'))
  await security.endOtherSessions(await home.session())
  assert.equal(await tablet.who(), null)
  assert.ok(await home.who())
  assert.ok(await bob.who())
  assert.ok((await actions(house)).includes('session_ended'))
})

test('changing the password takes the present one, ends other sessions, and is told', async (t) => {
  const { house, home, security } = await open(t)
  const other = openDevice(house, '198.51.100.7')
  await other.signIn(ANA)
  const change = async (present: string, password = 'another horse battery') =>
    security.changePassword(await home.session(), { present, password })
  await assert.rejects(change(PASSWORD, 'short'), problem('password_too_short'))
  await assert.rejects(change('wrong horse battery'), problem('present_password_wrong'))
  assert.ok(await other.who())
  await change(PASSWORD)
  assert.equal(await other.who(), null)
  assert.ok(await home.who())
  await assert.rejects(other.signIn(ANA), problem('wrong_credentials'))
  await other.signIn(ANA, 'another horse battery')
  await house.runJobs()
  assert.ok((await readMails(house.dataDir)).some(({ subject }) => subject === 'Your password was changed'))
  for (let i = 0; i < 10; i++)
    await assert.rejects(change('wrong horse battery'), problem('present_password_wrong'))
  await assert.rejects(change('another horse battery'), problem('too_many_requests'))
})

test('how one signs in is changed only within ten minutes of signing in', async (t) => {
  const { house, home, security } = await open(t)
  const passkey = await addPasskey(house, home)
  house.pass(11 * MINUTE)
  const session = await home.session()
  const again = problem('sign_in_again')
  const [kept] = (await security.readSecurity(session)).passkeys
  const passkeyId = kept?.id ?? ''
  await assert.rejects(security.beginApp(session), again)
  await assert.rejects(security.askToMakePasskey(session), again)
  await assert.rejects(security.removePasskey(session, { passkeyId }), again)
  await assert.rejects(security.makeRecoveryCodes(session), again)
  await passkey.signIn(home)
  await security.removePasskey(await home.session(), { passkeyId })
  assert.deepEqual((await security.readSecurity(await home.session())).passkeys, [])
})

test('setting the app up takes a right code, ends other sessions, and each change is written down and told', async (t) => {
  const { house, home, security } = await open(t)
  const other = openDevice(house, '198.51.100.7')
  await other.signIn(ANA)
  const session = await home.session()
  await security.beginApp(session)
  await assert.rejects(security.confirmApp(session, { code: '000000' }), problem('code_wrong'))
  assert.deepEqual(await home.signIn(ANA), { secondStep: null }, 'not yet')
  await addApp(house, home)
  assert.equal(await other.who(), null)
  await assert.rejects(security.beginApp(await home.session()), problem('conflict'))
  const passkey = await addPasskey(house, home, 'Key')
  await passkey.signIn(home)
  await security.removeApp(await home.session())
  await assert.rejects(security.removeApp(await home.session()), problem('not_found'))
  const held = await security.readSecurity(await home.session())
  assert.deepEqual([held.app, held.passkeys.length, held.recoveryCodes], [false, 1, 10])
  assert.deepEqual(await home.signIn(ANA), { secondStep: null }, 'a passkey takes nothing away')
  await security.removePasskey(await home.session(), { passkeyId: held.passkeys[0]?.id ?? '' })
  assert.equal(
    (await security.readSecurity(await home.session())).recoveryCodes,
    0,
    'they would be of nothing',
  )

  await house.runJobs()
  const subjects = (await readMails(house.dataDir)).map(({ subject }) => subject)
  for (const subject of [
    'Authenticator app added',
    'Authenticator app removed',
    'Passkey added',
    'Passkey removed',
  ])
    assert.ok(subjects.includes(subject), subject)
  const done = await actions(house)
  for (const action of ['signed_in', 'second_factor_added', 'second_factor_removed'])
    assert.ok(done.includes(action), action)
})

test('the first code of an app is not to be guessed at', async (t) => {
  const { house, home, security } = await open(t)
  const { secret } = await security.beginApp(await home.session())
  const session = await home.session()
  const right = () => codeOf(fromBase32(secret), stepAt(house.now()))
  const give = (code: string) => security.confirmApp(session, { code })
  const wrong = () => (right() === '000000' ? '000001' : '000000')
  for (let n = 0; n < 10; n++) await assert.rejects(give(wrong()), problem('code_wrong'))
  await assert.rejects(give(right()), problem('too_many_requests'))
  house.pass(16 * MINUTE)
  assert.equal((await give(right())).recoveryCodes.length, 10)
})

test('who has a second factor changes the password and erases the account with it only', async (t) => {
  const { house, parc, home, security, account } = await open(t)
  await house.addProfessional(parc, 'Bob Hay', 'super_admin')
  const { code } = await addApp(house, home)
  const change = async () =>
    security.changePassword(await home.session(), { present: PASSWORD, password: 'another horse battery' })
  const erase = async (password: string) => account.eraseAccount(await home.session(), { password })
  house.pass(11 * MINUTE)
  // Not even whether the password is right is told, nor does it count as a try.
  for (const password of [PASSWORD, ...Array<string>(11).fill('wrong horse battery')])
    await assert.rejects(erase(password), problem('sign_in_again'))
  await assert.rejects(change(), problem('sign_in_again'))

  const again = async (password: string, later: number) => {
    const { secondStep } = await home.signIn(ANA, password)
    const token = secondStep?.token ?? assert.fail('no second step')
    await home.ask((visit) => security.signInWithCode(visit, { token, kind: 'app', code: code(later) }))
  }
  await again(PASSWORD, 1)
  await change()
  await assert.rejects(erase('wrong horse battery'), problem('present_password_wrong'))
  // A session from before a second factor was there is as good as none.
  await house.db.updateTable('session').set({ two_factors: false }).execute()
  await assert.rejects(erase('another horse battery'), problem('sign_in_again'))
  house.pass(MINUTE)
  await again('another horse battery', 1)
  await erase('another horse battery')
  assert.equal(await home.who(), null)
})

test('nobody’s passkey is another’s to name or remove', async (t) => {
  const { house, parc, home, security } = await open(t)
  await addPasskey(house, home)
  const [own] = (await security.readSecurity(await home.session())).passkeys
  const passkeyId = own?.id ?? ''
  await house.addProfessional(parc, 'Bob Hay', 'employee')
  const bob = openDevice(house, '203.0.113.1')
  await bob.signIn('bob@carnet.test')
  const theirs = await bob.session()
  await assert.rejects(security.renamePasskey(theirs, { passkeyId, name: 'x' }), problem('not_found'))
  await assert.rejects(security.removePasskey(theirs, { passkeyId }), problem('not_found'))
  await security.renamePasskey(await home.session(), { passkeyId, name: ' My  phone ' })
  assert.equal((await security.readSecurity(await home.session())).passkeys[0]?.name, 'My phone')
})

test('where a company requires a second factor, a session without is nobody there, and sets one up', async (t) => {
  const { house, parc, home, require, security, account } = await open(t)
  await assert.rejects(require(), problem('second_factor_first'), 'its admin would be shut out')
  const passkey = await addPasskey(house, home)
  const bob = await house.addProfessional(parc, 'Bob Hay', 'employee')
  const theirs = openDevice(house, '203.0.113.1')
  await theirs.signIn(bob.email)
  assert.equal((await theirs.who())?.secondFactorNeeded, false)

  await require()
  assert.equal((await theirs.who())?.secondFactorNeeded, true, 'at once')
  const { hat } = await account.readMe(await theirs.session())
  assert.ok(hat?.kind === 'professional')
  assert.deepEqual([hat.secondFactorNeeded, hat.branches], [true, []])
  assert.deepEqual((await security.readSecurity(await theirs.session())).requiredBy, ['Parc'])
  await addApp(house, theirs)
  assert.equal((await theirs.who())?.secondFactorNeeded, false)
  await assert.rejects(security.removeApp(await theirs.session()), problem('last_second_factor'))
  assert.equal((await security.readSecurity(await theirs.session())).app, true)

  // Whoever knows the password of somebody with a passkey gets no session in which to add a factor of their own.
  const thief = openDevice(house, '198.51.100.1')
  const { secondStep } = await thief.signIn(ANA)
  assert.deepEqual([secondStep?.app, secondStep?.passkey], [false, true])
  assert.equal(await thief.who(), null)
  assert.deepEqual(await passkey.signIn(home), { secondStep: null })
  assert.equal((await home.who())?.secondFactorNeeded, false)
  await require(false)
  assert.deepEqual(await home.signIn(ANA), { secondStep: null })
})

test('a session from before the requirement adds no factor where there is one already', async (t) => {
  const { house, home, require, security } = await open(t)
  const passkey = await addPasskey(house, home)
  const thief = openDevice(house, '198.51.100.1')
  await thief.signIn(ANA)
  await require()
  assert.equal((await thief.who())?.secondFactorNeeded, true)
  await assert.rejects(security.beginApp(await thief.session()), problem('sign_in_again'))
  await assert.rejects(security.askToMakePasskey(await thief.session()), problem('sign_in_again'))
  await passkey.signIn(thief)
  assert.equal((await thief.who())?.secondFactorNeeded, false)
})

test('signing in again keeps as whom one acts', async (t) => {
  const { house, ana, home, account } = await open(t)
  const { id } = await house.db
    .insertInto('client')
    .values({ name: 'Ana', person_id: ana.personId })
    .returning('id')
    .executeTakeFirstOrThrow()
  await account.changeHat(await home.session(), { id })
  await home.signIn(ANA)
  assert.equal((await account.readMe(await home.session())).hat?.id, id)
})

test('what resets second factors is told, written down, and ends every session', async (t) => {
  const { house, home, security, resetSecondFactors } = await open(t)
  await addApp(house, home)
  await addPasskey(house, home)
  assert.equal(await resetSecondFactors('nobody@carnet.test'), false)
  assert.equal(await resetSecondFactors(` ${ANA.toUpperCase()}`), true)
  assert.equal(await home.who(), null)
  assert.deepEqual(await home.signIn(ANA), { secondStep: null })
  const held = await security.readSecurity(await home.session())
  assert.deepEqual([held.app, held.passkeys, held.recoveryCodes], [false, [], 0])
  await house.runJobs()
  assert.ok((await readMails(house.dataDir)).some(({ subject }) => subject === 'Second factors removed'))
  assert.ok((await actions(house)).includes('second_factors_reset'))
})

test('the operator resets somebody’s second factors by a command', async (t) => {
  const { house, home } = await open(t)
  await addApp(house, home)
  const env = { DATABASE_URL: house.connectionString, DATA_DIR: house.dataDir, SECRET: house.secret }
  const run = (...words: string[]) => startNode(['server/main.ts', ...words], env).ended
  const wrong = await run('reset-second-factors', 'nobody@carnet.test')
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /nobody has the address nobody@carnet\.test/)
  assert.match((await run('reset-second-factors')).stderr, /usage: .*reset-second-factors <e-mail>/)
  const { code, stdout, stderr } = await run('reset-second-factors', ANA)
  assert.equal(code, 0, stderr)
  assert.match(stdout, /ana@carnet\.test has no second factor any more/)
  assert.equal(await home.who(), null)
  assert.deepEqual(await home.signIn(ANA), { secondStep: null })
})

test('devices are named by what they say of themselves', () => {
  const names = {
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0':
      'Edge · Windows',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15':
      'Safari · macOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/138.0 Mobile/15E148 Safari/604.1':
      'Chrome · iPhone',
    'Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36':
      'Samsung Internet · Android',
    'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0': 'Firefox · Linux',
    'curl/8.9.1': null,
  }
  for (const [userAgent, name] of Object.entries(names)) assert.equal(nameDevice(userAgent), name)
  assert.equal(nameDevice(null), null)
})
