import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { readMails } from '../mails.ts'
import { startSmtp } from '../notify/smtp.ts'
import { createWorld, PASSWORD, problem, readProblem, type World } from '../world.ts'
import { openHouse, visitFrom } from './house.ts'

async function withEmployee(t: Parameters<typeof createWorld>[0]) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné du Parc' })
  const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia' })
  return { world, company, olivia, asOlivia: await world.signIn(olivia) }
}

async function invite({ world, asOlivia }: Awaited<ReturnType<typeof withEmployee>>, email: string) {
  const client = await asOlivia.api.people.createClient({ name: 'Zoé Roy', email })
  await world.runJobs()
  const mail = (await readMails(world.dataDir)).findLast(({ to }) => to === email)
  return { client, mail, token: mail?.link.split('#')[1] ?? '' }
}

const accept = (world: World, token: string, password = PASSWORD) =>
  world.visitor().fetch('/api/invitation/accept', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token, password, language: 'fr' }),
  })

test('a client with an e-mail is invited, chooses a password and is in', async (t) => {
  const started = await withEmployee(t)
  const { world, asOlivia } = started
  await world.db.updateTable('person').set({ language: 'fr' }).execute()
  const { client } = await invite(started, ' Zoe@Carnet.TEST ')
  assert.deepEqual([client.email, client.app, client.can.invite], ['zoe@carnet.test', 'invited', true])
  const [sent] = await readMails(world.dataDir)
  assert.ok(sent)
  assert.equal(sent.to, 'zoe@carnet.test')
  assert.equal(sent.mode, 0o600)
  assert.equal(sent.subject, 'Kiné du Parc vous invite sur Carnet')
  assert.match(sent.text, /^Bonjour Zoé Roy,/)
  assert.match(sent.html, /<html lang="fr">/)
  assert.match(sent.link, new RegExp(`^${world.origin}/invitation#[\\w-]{43}$`))
  const secret = sent.link.split('#')[1] ?? ''

  const read = await world.visitor().api.account.readInvitation({ token: secret })
  assert.deepEqual(read, {
    name: 'Zoé Roy',
    email: 'zoe@carnet.test',
    practice: 'Kiné du Parc',
    as: 'client',
    account: false,
  })
  const answer = await accept(world, secret)
  assert.equal(answer.status, 200)
  assert.match(answer.headers.getSetCookie().join(), /^carnet\.session=.*HttpOnly/)

  const zoe = await world.signIn({ email: 'zoe@carnet.test' })
  const me = await zoe.api.account.readMe()
  assert.deepEqual(me.hat, { kind: 'client', id: client.id, name: 'Zoé Roy' })
  assert.equal(me.person.language, 'fr')
  assert.deepEqual(
    (await zoe.api.involvement.listMyProfessionals()).map(({ name, company }) => [name, company]),
    [['Olivia', 'Kiné du Parc']],
  )
  const record = await asOlivia.api.people.readClient({ clientId: client.id })
  assert.deepEqual([record.app, record.can.invite], ['active', false])
  await assert.rejects(asOlivia.api.people.inviteClient({ clientId: client.id }), problem('conflict'))
  await assert.rejects(
    asOlivia.api.people.changeClient({ clientId: client.id, email: 'mine@carnet.test' }),
    problem('conflict'),
  )
})

test('a link works once, for seven days, and ends when the invitation is sent again', async (t) => {
  const started = await withEmployee(t)
  const { world, asOlivia } = started
  const first = await invite(started, 'zoe@carnet.test')
  await asOlivia.api.people.inviteClient({ clientId: first.client.id })
  const refused = async (token: string) => {
    await assert.rejects(world.visitor().api.account.readInvitation({ token }), problem('invitation_used'))
    assert.equal((await readProblem(await accept(world, token))).code, 'invitation_used')
  }
  // At once, before the new one is on its way.
  await refused(first.token)
  await world.runJobs()
  const second = (await readMails(world.dataDir)).at(-1)?.link.split('#')[1] ?? ''
  assert.notEqual(second, first.token)
  world.pass({ days: 7, seconds: 1 })
  await refused(second)
  await refused('x'.repeat(43))

  await asOlivia.api.people.inviteClient({ clientId: first.client.id })
  await world.runJobs()
  const third = (await readMails(world.dataDir)).at(-1)?.link.split('#')[1] ?? ''
  assert.equal((await readProblem(await accept(world, third, 'too short'))).code, 'password_too_short')
  assert.equal((await accept(world, third)).status, 200)
  await refused(third)
})

test('of several who accept at once, one chooses the password', async (t) => {
  const started = await withEmployee(t)
  const { world } = started
  const { token } = await invite(started, 'zoe@carnet.test')
  const answers = await Promise.all([1, 2, 3, 4].map((i) => accept(world, token, `password number ${i}`)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 404, 404, 404])
  const sessions = await world.db
    .selectFrom('session')
    .innerJoin('person', 'person.id', 'session.person_id')
    .where('email', '=', 'zoe@carnet.test')
    .select('session.id')
    .execute()
  assert.equal(sessions.length, 1)
  const winner = answers.findIndex(({ status }) => status === 200) + 1
  await world.signIn({ email: 'zoe@carnet.test' }, `password number ${winner}`)
})

test('a link is nowhere but in its mail', async (t) => {
  const started = await withEmployee(t)
  const { world, asOlivia } = started
  const { token, client } = await invite(started, 'zoe@carnet.test')
  const kept = async () => {
    const { rows } = await sql<{ all: string }>`
      select concat((select json_agg(i) from invitation i), (select json_agg(j) from graphile_worker._private_jobs j)) as all`.execute(
      world.db,
    )
    return rows[0]?.all ?? ''
  }
  assert.match(await kept(), /token_hash/)
  assert.ok(!(await kept()).includes(token))
  await asOlivia.api.people.inviteClient({ clientId: client.id })
  assert.match(await kept(), new RegExp(client.id))
  assert.ok(!(await kept()).includes(token))
})

test('guessing links is limited per network', async (t) => {
  const { world } = await withEmployee(t)
  const guess = () => world.visitor().api.account.readInvitation({ token: 'x'.repeat(43) })
  for (let i = 0; i < 30; i++) await assert.rejects(guess(), problem('invitation_used'))
  await assert.rejects(guess(), problem('too_many_requests'))
  world.pass({ seconds: 15 * 60 })
  await assert.rejects(guess(), problem('invitation_used'))
})

test('mails to one address are limited, alike whether it is known or not', async (t) => {
  const started = await withEmployee(t)
  const { world, asOlivia } = started
  const other = await world.addCompany({ name: 'Elsewhere' })
  const known = await world.addClient(other)
  for (const email of ['zoe@carnet.test', known.email]) {
    const { client } = await invite(started, email)
    for (let i = 1; i < 5; i++) await asOlivia.api.people.inviteClient({ clientId: client.id })
    await assert.rejects(
      asOlivia.api.people.inviteClient({ clientId: client.id }),
      problem('too_many_requests'),
    )
    await world.runJobs()
    const mails = (await readMails(world.dataDir)).filter(({ to }) => to === email)
    // Those that were still waiting became one.
    assert.equal(mails.length, 2)
  }
})

test('an address that is somebody’s already looks like any other, and attaches nobody', async (t) => {
  const started = await withEmployee(t)
  const { world, asOlivia } = started
  const other = await world.addCompany({ name: 'Elsewhere' })
  const known = await world.addClient(other, { name: 'Noa' })
  const stranger = await invite(started, 'free@carnet.test')
  const taken = await invite(started, known.email)
  const shape = ({ client: { id: _, spaceId: __, email: ___, since: ____, ...rest } }: typeof taken) => rest
  assert.deepEqual(shape(taken), shape(stranger))
  assert.equal(taken.client.email, known.email)

  const { person_id } = await world.db
    .selectFrom('client')
    .select('person_id')
    .where('id', '=', taken.client.id)
    .executeTakeFirstOrThrow()
  assert.equal(person_id, null)
  assert.match(taken.mail?.subject ?? '', /would like to follow you/)
  assert.match(taken.mail?.link ?? '', /\/request#/)

  // Whoever has the account sees nothing of it, and can't be read by its name.
  const me = await (await world.signIn(known)).api.account.readMe()
  assert.deepEqual(me.hats, [{ kind: 'client', id: known.id, name: 'Noa' }])
  assert.deepEqual(
    (await asOlivia.api.people.listContacts({})).contacts.map(({ name }) => name),
    ['Zoé Roy', 'Zoé Roy'],
  )
  assert.equal((await asOlivia.api.people.readClient({ clientId: taken.client.id })).app, 'invited')
  await assert.rejects(asOlivia.api.people.readClient({ clientId: known.id }), problem('not_found'))
})

test('until the account exists, the e-mail can be mended; the former address gets nowhere', async (t) => {
  const started = await withEmployee(t)
  const { world, asOlivia } = started
  const { client, token } = await invite(started, 'wrong@carnet.test')
  const mended = await asOlivia.api.people.changeClient({
    clientId: client.id,
    name: 'Zoé Côté',
    email: 'right@carnet.test',
  })
  assert.deepEqual([mended.name, mended.email, mended.app], ['Zoé Côté', 'right@carnet.test', 'invited'])
  assert.equal((await readProblem(await accept(world, token))).code, 'invitation_used')
  const people = await world.db.selectFrom('person').select(['name', 'email']).execute()
  assert.ok(!people.some(({ email }) => email === 'wrong@carnet.test'))
  await world.runJobs()
  const mail = (await readMails(world.dataDir)).at(-1)
  assert.equal(mail?.to, 'right@carnet.test')
  assert.match(mail?.text ?? '', /^Hello Zoé Côté,/)

  const without = await asOlivia.api.people.changeClient({ clientId: client.id, email: null })
  assert.deepEqual([without.email, without.app, without.can.invite], [null, 'none', false])
  assert.equal(
    (await readProblem(await accept(world, mail?.link.split('#')[1] ?? ''))).code,
    'invitation_used',
  )
  await assert.rejects(asOlivia.api.people.inviteClient({ clientId: client.id }), problem('conflict'))
})

test('a mail server that is away loses no invitation', async (t) => {
  const smtp = await startSmtp(t)
  const house = await openHouse(t, { smtpUrl: smtp.url })
  const ana = await house.addProfessional(await house.addCompany('Kiné'), 'Ana', 'employee')
  smtp.state.refuse = true
  const client = await house.people.people.createClient(ana, { name: 'Zoé', email: 'zoe@carnet.test' })
  await house.runJobs()
  assert.equal(client.app, 'invited')
  assert.deepEqual(smtp.received, [])

  smtp.state.refuse = false
  await sql`update graphile_worker._private_jobs set run_at = now()`.execute(house.db)
  await house.runJobs()
  assert.equal(smtp.received.length, 1)
  const token = /\/invitation#([\w-]{43})/.exec(smtp.received[0] ?? '')?.[1] ?? ''
  const read = await house.people.account.readInvitation(visitFrom(), { token })
  assert.deepEqual(read, {
    name: 'Zoé',
    email: 'zoe@carnet.test',
    practice: 'Kiné',
    as: 'client',
    account: false,
  })
  assert.equal((await house.db.selectFrom('invitation').select('id').execute()).length, 1)

  // The job may run once more, after its mail was taken and the answer lost: nobody is invited who is in.
  await house.people.account.acceptInvitation(visitFrom(), { token, password: PASSWORD })
  await house.people.tasks.mail({ clientId: client.id, ...ana })
  assert.equal(smtp.received.length, 1)
})
