import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf, toBase32 } from '../../server/people/sign-in/totp.ts'
import { readMails } from '../mails.ts'
import { addApp, addPasskey, openDevice } from './factors.ts'
import { type House, openHouse, PASSWORD, problem } from './house.ts'

const ANA = 'ana@carnet.test'
const MINUTE = 1 / 24 / 60

async function open(t: Parameters<typeof openHouse>[0]) {
  const house = await openHouse(t)
  const ana = await house.addProfessional(await house.addCompany('Parc'), 'Ana Roy', 'employee')
  const home = openDevice(house)
  await home.signIn(ANA)
  return { house, ana, home, ...house.people }
}

/** The token of a second step that a right password leads to. */
async function stepOf(device: ReturnType<typeof openDevice>) {
  const { secondStep } = await device.signIn(ANA)
  assert.ok(secondStep, 'a second step is asked for')
  return secondStep
}

const giveCode = (house: House, device: ReturnType<typeof openDevice>, token: string, code: string) =>
  device.ask((visit) => house.people.security.signInWithCode(visit, { token, kind: 'app', code }))

test('codes are those of RFC 6238', () => {
  const secret = Buffer.from('12345678901234567890')
  assert.equal(toBase32(secret), 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  const times = [59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000]
  assert.deepEqual(
    times.map((seconds) => codeOf(secret, Math.floor(seconds / 30))),
    ['287082', '081804', '050471', '005924', '279037', '353130'],
  )
})

test('with an app, a password opens no session before a code; each code works once', async (t) => {
  const { house, home, security } = await open(t)
  const { code, used } = await addApp(house, home)
  const other = openDevice(house, '198.51.100.1')
  const { token, ...ways } = await stepOf(other)
  assert.deepEqual(ways, { app: true, passkey: false, recoveryCode: true })
  assert.equal(await other.who(), null)
  const sessions = await house.db.selectFrom('session').select('id').execute()
  assert.equal(sessions.length, 1, 'none was made even for a moment')

  // What confirmed the app was a code too: it was seen on a screen, and works no more.
  await assert.rejects(giveCode(house, other, token, used), problem('code_wrong'))
  house.pass(MINUTE)
  const spoken = code().replace(/^.../, '$& ')
  assert.deepEqual(await giveCode(house, other, token, spoken), { secondStep: null })
  assert.ok((await other.who())?.actor)
  await assert.rejects(giveCode(house, other, token, code(1)), problem('second_step_over'))
  await assert.rejects(giveCode(house, other, (await stepOf(other)).token, spoken), problem('code_wrong'))

  const secrets = await house.db.selectFrom('authenticator').select('secret').execute()
  assert.match(secrets[0]?.secret ?? '', /^[0-9a-f]{80,}$/, 'encrypted')
  await assert.rejects(
    other.ask((visit) => security.signInWithCode(visit, { token: 'x'.repeat(43), kind: 'app', code: '1' })),
    problem('second_step_over'),
  )
})

test('a clock may be half a minute off, not more; a second step waits ten minutes', async (t) => {
  const { house, home } = await open(t)
  const { code } = await addApp(house, home)
  house.pass(5 * MINUTE)
  await assert.rejects(giveCode(house, home, (await stepOf(home)).token, code(3)), problem('code_wrong'))
  await giveCode(house, home, (await stepOf(home)).token, code(1))
  const { token } = await stepOf(home)
  house.pass(11 * MINUTE)
  await assert.rejects(giveCode(house, home, token, code()), problem('second_step_over'))
})

test('five tries at a second step; twenty an hour at somebody’s codes, but those of a device that is known', async (t) => {
  const { house, home } = await open(t)
  const { code } = await addApp(house, home)
  house.pass(MINUTE)
  const attacker = openDevice(house, '198.51.100.1')
  for (let step = 0; step < 4; step++) {
    const { token } = await stepOf(attacker)
    for (let i = 0; i < 5; i++)
      await assert.rejects(giveCode(house, attacker, token, '000000'), problem('code_wrong'))
    await assert.rejects(giveCode(house, attacker, token, code()), problem('second_step_over'))
  }
  const { token } = await stepOf(attacker)
  await assert.rejects(giveCode(house, attacker, token, code()), problem('too_many_requests'))
  const elsewhere = openDevice(house, '203.0.113.1')
  await assert.rejects(
    giveCode(house, elsewhere, (await stepOf(elsewhere)).token, code()),
    problem('too_many_requests'),
  )
  assert.deepEqual(await giveCode(house, home, (await stepOf(home)).token, code()), { secondStep: null })
})

test('each recovery code replaces the app once, however it is typed', async (t) => {
  const { house, home, security } = await open(t)
  const { recoveryCodes } = await addApp(house, home)
  assert.equal(new Set(recoveryCodes).size, 10)
  for (const code of recoveryCodes) assert.match(code, /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/)
  const [first = '', second = ''] = recoveryCodes
  const recover = async (code: string) => {
    const { token } = await stepOf(home)
    return home.ask((visit) => security.signInWithCode(visit, { token, kind: 'recovery', code }))
  }
  await recover(` ${first.toUpperCase().replaceAll('-', ' ')}`)
  await assert.rejects(recover(first), problem('code_wrong'))
  await recover(second)
  assert.equal((await security.readSecurity(await home.session())).recoveryCodes, 8)
  const made = await security.makeRecoveryCodes(await home.session())
  await assert.rejects(recover(recoveryCodes[2] ?? ''), problem('code_wrong'))
  await recover(made.recoveryCodes[0] ?? '')
})

test('a mailed link signs in once, for twenty minutes, and never past an app', async (t) => {
  const { house, home, security } = await open(t)
  const phone = openDevice(house, '198.51.100.1')
  const token = (await phone.mailedLink(ANA)) ?? ''
  const follow = (token: string) => phone.ask((visit) => security.signInWithLink(visit, { token }))
  assert.deepEqual(await follow(token), { secondStep: null })
  assert.ok(await phone.who())
  await assert.rejects(follow(token), problem('link_used'))
  const late = (await phone.mailedLink(ANA)) ?? ''
  house.pass(21 * MINUTE)
  await assert.rejects(follow(late), problem('link_used'))
  const reset = (await phone.mailedLink(ANA, 'reset')) ?? ''
  await assert.rejects(follow(reset), problem('link_used'), 'each for its own purpose')

  await home.signIn(ANA)
  await addApp(house, home)
  const other = openDevice(house, '203.0.113.1')
  const again = (await other.mailedLink(ANA)) ?? ''
  const { secondStep } = await other.ask((visit) => security.signInWithLink(visit, { token: again }))
  assert.ok(secondStep)
  assert.equal(await other.who(), null)
})

test('nothing tells whether a link was mailed; nobody’s mailbox is flooded, nor left without a link that works', async (t) => {
  const { house, home } = await open(t)
  const attacker = openDevice(house, '198.51.100.1')
  await house.db.insertInto('person').values({ name: 'Invited', email: 'invited@carnet.test' }).execute()
  assert.equal(await attacker.mailedLink('nobody@carnet.test'), undefined)
  assert.equal(await attacker.mailedLink('invited@carnet.test'), undefined)
  const tokens: (string | undefined)[] = []
  for (let i = 0; i < 8; i++) tokens.push(await attacker.mailedLink(ANA))
  const [, , last = ''] = tokens
  assert.deepEqual(tokens.map(Boolean), [true, true, true, false, false, false, false, false])
  assert.ok(await home.mailedLink(ANA), 'a device that is known has its own')
  house.pass(9 * MINUTE)
  const own = openDevice(house, '203.0.113.1')
  assert.equal(await own.mailedLink(ANA), undefined)
  assert.deepEqual(
    await own.ask((visit) => house.people.security.signInWithLink(visit, { token: last })),
    { secondStep: null },
    'whoever asked for it, it is in the mailbox of its owner',
  )
})

test('a reset ends every session and the links on their way, and leaves the second factor', async (t) => {
  const { house, home, security } = await open(t)
  const { code } = await addApp(house, home)
  const lost = openDevice(house, '198.51.100.1')
  const link = (await lost.mailedLink(ANA)) ?? ''
  const token = (await lost.mailedLink(ANA, 'reset')) ?? ''
  const reset = (password: string) => lost.ask((visit) => security.resetPassword(visit, { token, password }))
  await assert.rejects(reset('too short'), problem('password_too_short'))
  const { secondStep } = await reset('another horse battery')
  assert.ok(secondStep)
  assert.equal(await home.who(), null)
  await assert.rejects(reset('one more horse battery'), problem('link_used'))
  await assert.rejects(
    lost.ask((visit) => security.signInWithLink(visit, { token: link })),
    problem('link_used'),
  )
  await assert.rejects(home.signIn(ANA, PASSWORD), problem('wrong_credentials'))
  house.pass(MINUTE)
  assert.deepEqual(await giveCode(house, lost, secondStep.token, code()), { secondStep: null })
  await house.runJobs()
  const subjects = (await readMails(house.dataDir)).map(({ subject }) => subject)
  assert.ok(subjects.includes('Your password was changed'), subjects.join())
})

test('a passkey signs in by itself, past the app, once for each question', async (t) => {
  const { house, home, security } = await open(t)
  await addApp(house, home)
  const passkey = await addPasskey(house, home)
  const other = openDevice(house, '198.51.100.1')
  assert.deepEqual(await passkey.signIn(other), { secondStep: null })
  assert.ok((await other.who())?.actor)

  const ask = () => other.ask((visit) => security.askForPasskey(visit))
  const answer = (given: ReturnType<typeof passkey.sign>) =>
    other.ask((visit) => security.signInWithPasskey(visit, { answer: given }))
  const refused = problem('passkey_refused')
  const good = passkey.sign(await ask())
  await answer(good)
  await assert.rejects(answer(good), refused, 'signed once')
  await assert.rejects(answer(passkey.sign(await ask(), { verified: false })), refused, 'without its user')
  await assert.rejects(answer(passkey.sign(await ask(), { origin: 'http://carnet.test.evil' })), refused)
  await assert.rejects(answer(passkey.sign({ challenge: 'x'.repeat(43) })), refused, 'not our question')
  const making = await security.askToMakePasskey(await home.session())
  await assert.rejects(answer(passkey.sign(making)), refused, 'a question of another kind')
  const stale = await ask()
  house.pass(11 * MINUTE)
  await assert.rejects(answer(passkey.sign(stale)), refused, 'too late')
})

test('a thousand wrong tries from elsewhere keep nobody out who comes from a known device, or by a link', async (t) => {
  const { house, home, security } = await open(t)
  let network = 0
  const guess = () =>
    openDevice(house, `198.51.100.${network++}`)
      .signIn(ANA, 'wrong horse battery')
      .then(
        () => 'in',
        (error) => error.code,
      )
  const pretend = (count: number) =>
    house.db.updateTable('rate_limit').set({ count }).where('key', '=', `sign-in as ${ANA}`).execute()
  assert.equal(await guess(), 'wrong_credentials')
  await pretend(97)
  const before = house.hashes.count
  const answers = await Promise.all(Array.from({ length: 10 }, guess))
  assert.deepEqual(answers.sort(), [
    ...Array<string>(7).fill('too_many_requests'),
    ...Array<string>(3).fill('wrong_credentials'),
  ])
  assert.equal(house.hashes.count - before, 3, 'a hundred guesses a day, from all networks together')
  await pretend(1000)

  const anew = openDevice(house, '203.0.113.1')
  await assert.rejects(anew.signIn(ANA), problem('too_many_requests'))
  const token = (await anew.mailedLink(ANA)) ?? ''
  await anew.ask((visit) => security.signInWithLink(visit, { token }))
  assert.ok(await anew.who())

  assert.deepEqual(await home.signIn(ANA), { secondStep: null })
  for (let i = 0; i < 10; i++)
    await assert.rejects(home.signIn(ANA, 'wrong horse battery'), problem('wrong_credentials'))
  await assert.rejects(home.signIn(ANA), problem('too_many_requests'), 'a known device that is stolen')
  house.pass(1.01)
  assert.ok(await openDevice(house, '203.0.113.2').signIn(ANA))
})

test('a sign-in from a new device is told by mail; the first device and known ones are not', async (t) => {
  const { house, home } = await open(t)
  await home.signIn(ANA)
  await house.runJobs()
  assert.deepEqual(await readMails(house.dataDir), [])
  const other = openDevice(house, '198.51.100.7')
  await other.ask((visit) => {
    visit.headers.set(
      'User-Agent',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
    )
    return house.people.security.signIn(visit, { email: ANA, password: PASSWORD })
  })
  await house.runJobs()
  const [mail, ...others] = await readMails(house.dataDir)
  assert.deepEqual(others, [])
  assert.equal(mail?.to, ANA)
  assert.equal(mail?.subject, 'New sign-in to Carnet')
  assert.match(mail?.text ?? '', /Firefox · Windows, 198\.51\.100\.7/)
})
