import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { readMails } from '../mails.ts'
import { type Browser, problem } from '../world.ts'
import { withPractice } from './practice.ts'

/** Zoé has an account at a gym, where Gil follows her; Olivia of Kiné enters her address for a new client. */
async function withAsked(t: TestContext) {
  const practice = await withPractice(t)
  const { world, add, as, tokenFor } = practice
  const gym = await world.addCompany({ name: 'Gym', branches: ['Gym'] })
  const zoé = await world.addClient(gym, { name: 'Zoé Roy' })
  const gil = await world.addProfessional(gym, 'employee', { name: 'Gil' })
  await world.setStakeholder(zoé, gil)
  const olivia = await add('Olivia', 'employee')
  const hers = await world.signIn(olivia)
  const asOlivia = hers.api
  const asZoé = (await world.signIn(zoé)).api
  const record = await asOlivia.people.createClient({ name: 'Zoé R.', email: zoé.email })
  const ask = () => tokenFor(zoé.email)
  return { ...practice, gym, zoé, gil, olivia, hers, asOlivia, asZoé, asGil: await as(gil), record, ask }
}

const requestsOf = async (api: Browser['api']) => api.involvement.listRequests()
const names = async ({ people }: Browser['api']) =>
  (await people.listContacts({})).contacts.map(({ name }) => name)

test('a client with an account accepts in the app: one record, with what was prepared, for both practices', async (t) => {
  const { world, company, zoé, gil, asGil, hers, asOlivia, asZoé, asAna, olivia, record, ask } =
    await withAsked(t)
  const plan = await hers.upload('plan', { spaceId: record.spaceId, name: 'Plan.txt', level: 'me_client' })
  assert.deepEqual(await requestsOf(asZoé), [], 'the letter goes first')
  await ask()
  const [request, ...others] = await requestsOf(asZoé)
  assert.ok(request?.kind === 'client')
  assert.deepEqual([request.practice, request.by, request.refused, others], ['Kiné', 'Olivia', false, []])
  await assert.rejects(asZoé.files.readItem({ itemId: plan.id }), problem('not_found'))

  await asZoé.involvement.answerRequest({ requestId: request.id, accept: true })
  assert.deepEqual(await requestsOf(asZoé), [])
  assert.equal((await asZoé.files.readItem({ itemId: plan.id })).name, 'Plan.txt')
  const professionals = await asZoé.involvement.listMyProfessionals()
  assert.deepEqual(
    professionals.map(({ name, company, external }) => [name, company, external]),
    [
      ['Ana', 'Kiné', false],
      ['Bruno', 'Kiné', false],
      ['Gil', 'Gym', false],
      ['Olivia', 'Kiné', false],
    ],
  )
  const mine = await asOlivia.people.readClient({ clientId: zoé.id })
  assert.deepEqual(
    [mine.name, mine.app, mine.branches.map(({ name }) => name)],
    ['Zoé Roy', 'active', ['Laval']],
  )
  assert.deepEqual(await names(asOlivia), ['Zoé Roy'])
  assert.deepEqual(await names(asAna), ['Zoé Roy'])
  assert.equal((await asOlivia.files.readItem({ itemId: plan.id })).owner?.name, 'Olivia')
  await assert.rejects(asGil.files.readItem({ itemId: plan.id }), problem('not_found'))
  const [told] = (await asOlivia.inbox.readInbox({})).notes
  assert.deepEqual([told?.kind, told?.client, told?.place?.clientId], ['client_accepted', 'Zoé Roy', zoé.id])

  // The gym's log doesn't tell who else follows her.
  const entries = await world.db
    .selectFrom('audit_entry')
    .select('company_id')
    .where('action', '=', 'client_accepted')
    .execute()
  assert.deepEqual(entries, [{ company_id: company.id }])
  assert.ok(gil && olivia)
})

test('who asked sees the same while it waits, and when it is refused, as with an address that nobody has', async (t) => {
  const { world, zoé, asOlivia, asZoé, record, ask } = await withAsked(t)
  const other = await asOlivia.people.createClient({ name: 'Zoé R.', email: 'nobody@carnet.test' })
  const { token } = await ask()
  const shown = async ({ id }: { id: string }) => {
    const {
      id: _,
      spaceId,
      email: __,
      since: ___,
      ...client
    } = await asOlivia.people.readClient({ clientId: id })
    const { stakeholders, invited } = await asOlivia.involvement.listStakeholders({ spaceId })
    const { contacts } = await asOlivia.people.listContacts({})
    const { id: ____, spaceId: _____, since: ______, ...row } = contacts.find((one) => one.id === id) ?? {}
    const people = stakeholders.map(({ since, ...one }) => one)
    const said = (await asOlivia.inbox.readInbox({})).notes
    return { client, people, invited, row, said }
  }
  const before = await shown(record)
  assert.equal(before.client.app, 'invited')
  assert.deepEqual(before, await shown(other))

  await asZoé.involvement.answerRequest({ requestId: record.id, accept: false })
  assert.deepEqual(await shown(record), before)
  await assert.rejects(world.visitor().api.involvement.readRequest({ token }), problem('invitation_used'))

  // Asking again changes nothing to see; no letter goes out, and no request comes back.
  const letters = async () => (await readMails(world.dataDir)).filter(({ to }) => to === zoé.email).length
  const sent = await letters()
  assert.deepEqual((await asOlivia.people.inviteClient({ clientId: record.id })).app, 'invited')
  await world.runJobs()
  assert.equal(await letters(), sent)
  assert.deepEqual(await shown(record), before)
  const [refused] = await requestsOf(asZoé)
  assert.ok(refused?.kind === 'client' && refused.refused)

  // She may think better of it.
  await asZoé.involvement.answerRequest({ requestId: record.id, accept: true })
  assert.equal((await asOlivia.people.readClient({ clientId: zoé.id })).name, 'Zoé Roy')
})

test('the letter’s link answers once, without signing in; another’s request is none', async (t) => {
  const { world, zoé, asAna, asZoé, asOlivia, record, ask } = await withAsked(t)
  const first = await ask()
  assert.match(first.mail.link, /\/request#/)
  assert.doesNotMatch(first.mail.text, /Gym|Gil/)
  await asOlivia.people.inviteClient({ clientId: record.id })
  const { token } = await ask()
  const asVisitor = world.visitor().api.involvement
  await assert.rejects(asVisitor.readRequest({ token: first.token }), problem('invitation_used'))
  assert.deepEqual(await asVisitor.readRequest({ token }), {
    id: record.id,
    kind: 'client',
    email: zoé.email,
    practice: 'Kiné',
    by: 'Olivia',
    account: true,
  })
  await assert.rejects(
    asAna.involvement.answerRequest({ requestId: record.id, accept: true }),
    problem('not_found'),
  )
  const answers = await Promise.allSettled([1, 2].map(() => asVisitor.answerByLink({ token, accept: true })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.deepEqual(await requestsOf(asZoé), [])
  assert.equal((await asOlivia.people.readClient({ clientId: zoé.id })).name, 'Zoé Roy')
})

test('a link is over after seven days, and a request ends when the address is mended or the record archived', async (t) => {
  const { world, gil, asZoé, asAna, record, ask } = await withAsked(t)
  const { token } = await ask()
  const { involvement } = world.visitor().api
  world.pass({ days: 8 })
  await assert.rejects(involvement.answerByLink({ token, accept: true }), problem('invitation_used'))
  assert.equal((await requestsOf(asZoé)).length, 1, 'in the app it waits')

  const archived = (at: Date | null) =>
    world.db
      .updateTable('client_company')
      .set({ archived_at: at })
      .where('client_id', '=', record.id)
      .execute()
  await archived(new Date())
  assert.deepEqual(await requestsOf(asZoé), [])
  await archived(null)
  assert.equal((await requestsOf(asZoé)).length, 1)
  // To somebody else's, who has an account too: at once it is no request to her any more.
  await asAna.people.changeClient({ clientId: record.id, email: gil.email })
  assert.deepEqual(await requestsOf(asZoé), [])
  await assert.rejects(
    asZoé.involvement.answerRequest({ requestId: record.id, accept: true }),
    problem('not_found'),
  )
})

test('a professional who is nobody’s client yet gets the record as their own', async (t) => {
  const { world, asOlivia, gil, asGil, tokenFor } = await withAsked(t)
  const record = await asOlivia.people.createClient({ name: 'Gil B.', email: gil.email })
  await tokenFor(gil.email)
  const [request] = await requestsOf(asGil)
  await asGil.involvement.answerRequest({ requestId: request?.id ?? '', accept: true })
  const { hats } = await asGil.account.readMe()
  assert.deepEqual(
    hats.map(({ kind, name }) => [kind, name]),
    [
      ['professional', 'Gil'],
      ['client', 'Gil'],
    ],
  )
  assert.equal((await asOlivia.people.readClient({ clientId: record.id })).app, 'active')
  assert.ok(world)
})

test('who was invited elsewhere and has no password yet can’t answer before', async (t) => {
  const { world, asOlivia, asGil, tokenFor } = await withAsked(t)
  const email = 'new@carnet.test'
  await asGil.people.createClient({ name: 'New', email })
  await tokenFor(email)
  await asOlivia.people.createClient({ name: 'Neu', email })
  const { token } = await tokenFor(email)
  const { involvement } = world.visitor().api
  assert.equal((await involvement.readRequest({ token })).account, false)
  await assert.rejects(involvement.answerByLink({ token, accept: true }), problem('conflict'))
  await involvement.answerByLink({ token, accept: false })
})
