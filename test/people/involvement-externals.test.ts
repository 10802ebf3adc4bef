import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { readMails } from '../mails.ts'
import { type Browser, PASSWORD, problem, UNKNOWN } from '../world.ts'
import { withPractice } from './practice.ts'

/** A client of a practice, its manager, and Éva: a dietitian of her own practice, with an account. */
async function withRecord(t: TestContext) {
  const practice = await withPractice(t)
  const { world, company, add, as } = practice
  const client = await world.addClient(company, { name: 'Zoé' })
  const marc = await add('Marc', 'manager')
  const solo = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
  const eva = await world.addProfessional(solo, 'employee', { name: 'Éva' })
  const { spaceId } = client
  const invite = async (by: Browser['api'], email = eva.email) =>
    by.involvement.inviteExternal({ spaceId, email, understood: true })
  return {
    ...practice,
    client,
    spaceId,
    marc,
    asMarc: await as(marc),
    solo,
    eva,
    asEva: await as(eva),
    invite,
  }
}

const kinds = async (api: Browser['api']) => (await api.inbox.readInbox({})).notes.map(({ kind }) => kind)

test('an external is invited, sees nothing, accepts in the app, sees what everybody sees, and is ended at once', async (t) => {
  const { world, spaceId, client, marc, asMarc, asAna, solo, eva, asEva, invite } = await withRecord(t)
  const hers = await world.signIn(eva)
  const his = await world.signIn(marc)
  const open = await his.upload('to all', { spaceId, name: 'Plan.txt', level: 'everybody' })
  const kept = await his.upload('to us', { spaceId, name: 'Notes.txt', level: 'company' })

  const invited = await invite(asMarc)
  assert.deepEqual([invited.email, invited.invitedBy, invited.expired], [eva.email, 'Marc', false])
  assert.equal((await asMarc.involvement.listStakeholders({ spaceId })).stakeholders.length, 3)
  await assert.rejects(asEva.people.readClient({ clientId: client.id }), problem('not_found'))

  const [request, ...others] = await asEva.involvement.listRequests()
  assert.ok(request?.kind === 'external')
  assert.deepEqual(
    [request.practice, request.by, request.client, request.as, others],
    ['Kiné', 'Marc', 'Zoé', [{ id: eva.id, company: 'Solo' }], []],
  )
  const requires = (second_factor_required: boolean) =>
    world.db.updateTable('company').set({ second_factor_required }).where('id', '=', solo.id).execute()
  const accept = () => asEva.involvement.answerRequest({ requestId: request.id, accept: true, as: eva.id })
  await requires(true)
  await assert.rejects(accept(), problem('second_factor_needed'))
  await requires(false)
  await accept()
  assert.equal((await asEva.people.readClient({ clientId: client.id })).name, 'Zoé')
  assert.deepEqual(
    (await asEva.files.listItems({ spaceId })).items.map(({ name }) => name),
    ['Plan.txt'],
  )
  await assert.rejects(asEva.files.readItem({ itemId: kept.id }), problem('not_found'))
  const herColleague = await world.addProfessional(solo, 'super_admin', { name: 'Émile' })
  await assert.rejects(
    (await world.signIn(herColleague)).api.people.readClient({ clientId: client.id }),
    problem('not_found'),
  )
  const { stakeholders, invited: left } = await asMarc.involvement.listStakeholders({ spaceId })
  const row = stakeholders.find(({ name }) => name === 'Éva')
  assert.deepEqual([row?.addedBy, row?.company, row?.canArchive, left], ['Marc', 'Solo', false, []])
  assert.deepEqual(await kinds(asMarc), ['stakeholder_accepted'])

  const asZoé = (await world.signIn(client)).api
  assert.deepEqual(await kinds(asZoé), ['external_involved'])
  const mine = (await asZoé.involvement.listMyProfessionals()).find(({ name }) => name === 'Éva')
  assert.deepEqual([mine?.external, mine?.addedBy, mine?.company], [true, 'Marc', 'Solo'])

  const added = await hers.upload('from her', { spaceId, name: 'Menu.txt', level: 'everybody' })
  await asZoé.involvement.endExternal({ professionalId: eva.id })
  await assert.rejects(asEva.files.readItem({ itemId: open.id }), problem('not_found'))
  await assert.rejects(asEva.files.readItem({ itemId: added.id }), problem('not_found'))
  assert.equal((await asZoé.files.readItem({ itemId: added.id })).owner?.name, 'Éva')
  assert.deepEqual(await kinds(asEva), ['external_ended'])
  await assert.rejects(asZoé.involvement.endExternal({ professionalId: eva.id }), problem('not_found'))
  await assert.rejects(asZoé.involvement.endExternal({ professionalId: marc.id }), problem('forbidden'))

  // Once more, and a super admin of the company ends it; a manager may not.
  await invite(asMarc)
  const [again] = await asEva.involvement.listRequests()
  await asEva.involvement.answerRequest({ requestId: again?.id ?? '', accept: true, as: eva.id })
  await assert.rejects(
    asMarc.involvement.archiveStakeholder({ spaceId, professionalId: eva.id }),
    problem('forbidden'),
  )
  await asAna.involvement.archiveStakeholder({ spaceId, professionalId: eva.id })
  await assert.rejects(asEva.files.readItem({ itemId: open.id }), problem('not_found'))
})

test('the warning must be ticked; a group takes no externals; a colleague is added from the list', async (t) => {
  const { world, company, client, spaceId, asMarc, ana, eva } = await withRecord(t)
  const group = await world.addGroup(company, [client])
  for (const understood of [undefined, false])
    await assert.rejects(
      asMarc.involvement.inviteExternal({ spaceId, email: eva.email, understood } as never),
      problem('bad_request'),
    )
  await assert.rejects(
    asMarc.involvement.inviteExternal({ spaceId: group.spaceId, email: eva.email, understood: true }),
    problem('forbidden'),
  )
  assert.equal((await asMarc.involvement.listStakeholders({ spaceId: group.spaceId })).can.invite, false)
  await assert.rejects(
    asMarc.involvement.inviteExternal({ spaceId, email: ana.email, understood: true }),
    problem('email_of_colleague'),
  )
  assert.deepEqual((await asMarc.involvement.listStakeholders({ spaceId })).invited, [])
})

test('the answer is the same whoever has the address, and so is the letter', async (t) => {
  const { world, asMarc, spaceId, eva, invite } = await withRecord(t)
  const [known, unknown] = [await invite(asMarc), await invite(asMarc, 'nobody@carnet.test')]
  const shape = ({ email: _, id: __, since: ___, ...rest }: typeof known) => rest
  assert.deepEqual(shape(known), shape(unknown))
  await world.runJobs()
  const mails = await readMails(world.dataDir)
  const [one, other] = [eva.email, 'nobody@carnet.test'].map((email) => mails.find(({ to }) => to === email))
  const plain = (text = '') => text.replace(/https?:\S+/g, 'link')
  assert.equal(plain(one?.text), plain(other?.text))
  assert.match(one?.text ?? '', /Marc \(Kiné\)/)
  assert.doesNotMatch(one?.source ?? '', /Zo/)
  const { invited } = await asMarc.involvement.listStakeholders({ spaceId })
  assert.deepEqual(
    invited.map(({ email }) => email),
    ['nobody@carnet.test', eva.email],
  )
})

test('who has no account opens a practice of their own by the link, once', async (t) => {
  const { world, client, asMarc, invite, tokenFor } = await withRecord(t)
  const email = 'nora@carnet.test'
  await invite(asMarc, email)
  const { mail, token } = await tokenFor(email)
  assert.match(mail.link, /\/request#/)
  const { involvement } = world.visitor().api
  assert.deepEqual(
    { ...(await involvement.readRequest({ token })), id: '' },
    { id: '', kind: 'external', email, practice: 'Kiné', by: 'Marc', account: false },
  )
  await assert.rejects(involvement.answerByLink({ token, accept: true }), problem('conflict'))
  const opening = { token, practice: 'Nora nutrition', name: 'Nora Roy', password: PASSWORD }
  await assert.rejects(
    involvement.openPractice({ ...opening, password: 'short' }),
    problem('password_too_short'),
  )
  const answers = await Promise.allSettled([1, 2].map(() => involvement.openPractice(opening)))
  assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1)
  await assert.rejects(involvement.openPractice(opening), problem('invitation_used'))
  await assert.rejects(involvement.readRequest({ token }), problem('invitation_used'))

  const nora = (await world.signIn({ email })).api
  const { hat } = await nora.account.readMe()
  assert.ok(hat?.kind === 'professional')
  assert.deepEqual([hat.profile, hat.company.name], ['super_admin', 'Nora nutrition'])
  assert.equal((await nora.people.readClient({ clientId: client.id })).can.edit, false)
})

test('who is only a client accepts in a practice of their own; another’s hat is none', async (t) => {
  const { world, client, asMarc, ana, spaceId, invite } = await withRecord(t)
  const dietitian = await world.addClient(await world.addCompany({ name: 'Gym' }), { name: 'Dora' })
  await invite(asMarc, dietitian.email)
  const asDora = (await world.signIn(dietitian)).api
  const [request] = await asDora.involvement.listRequests()
  assert.ok(request?.kind === 'external')
  const requestId = request.id
  assert.deepEqual(request.as, [])
  for (const as of [undefined, ana.id, dietitian.id])
    await assert.rejects(
      asDora.involvement.answerRequest({ requestId, accept: true, ...(as && { as }) }),
      problem('not_found'),
    )
  const { hat } = await asDora.involvement.answerRequest({ requestId, accept: true, practice: 'Dora diète' })
  await asDora.account.changeHat({ id: hat ?? '' })
  assert.equal((await asDora.people.readClient({ clientId: client.id })).spaceId, spaceId)
})

test('nobody answers for another; a link expires, ends when sent again or withdrawn, and declining tells the inviter', async (t) => {
  const { world, asMarc, asAna, asBruno, spaceId, eva, asEva, invite, tokenFor } = await withRecord(t)
  const { id: invitationId } = await invite(asMarc)
  const asVisitor = world.visitor().api.involvement
  const first = (await tokenFor(eva.email)).token
  await assert.rejects(
    asAna.involvement.answerRequest({ requestId: invitationId, accept: false }),
    problem('not_found'),
  )
  await assert.rejects(
    asAna.involvement.answerRequest({ requestId: UNKNOWN, accept: false }),
    problem('not_found'),
  )

  world.pass({ days: 8 })
  await assert.rejects(asVisitor.readRequest({ token: first }), problem('invitation_used'))
  assert.deepEqual(await asEva.involvement.listRequests(), [])
  await assert.rejects(
    asEva.involvement.answerRequest({ requestId: invitationId, accept: true, as: eva.id }),
    problem('not_found'),
  )
  assert.equal((await asMarc.involvement.listStakeholders({ spaceId })).invited[0]?.expired, true)

  const again = await asBruno.involvement.inviteExternalAgain({ spaceId, invitationId })
  assert.equal(again.expired, false)
  const second = (await tokenFor(eva.email)).token
  assert.equal((await asVisitor.readRequest({ token: second })).id, invitationId)
  await asMarc.involvement.inviteExternalAgain({ spaceId, invitationId })
  await assert.rejects(asVisitor.readRequest({ token: second }), problem('invitation_used'))
  await asVisitor.answerByLink({ token: (await tokenFor(eva.email)).token, accept: false })
  assert.deepEqual(await asEva.involvement.listRequests(), [])
  const [told] = (await asMarc.inbox.readInbox({})).notes
  assert.deepEqual([told?.kind, told?.details], ['stakeholder_declined', { email: eva.email }])

  await invite(asMarc)
  const { invited } = await asMarc.involvement.listStakeholders({ spaceId })
  await asMarc.involvement.withdrawExternal({ spaceId, invitationId: invited[0]?.id ?? '' })
  assert.deepEqual(await asEva.involvement.listRequests(), [])
})

test('what somebody could no longer give, nobody accepts from them', async (t) => {
  const { client, asMarc, asAna, marc, eva, asEva, invite, world } = await withRecord(t)
  await invite(asMarc)
  await asAna.administration.changeProfessional({ professionalId: marc.id, profile: 'employee' })
  assert.deepEqual(await asEva.involvement.listRequests(), [])

  await invite(asAna)
  assert.equal((await asEva.involvement.listRequests()).length, 1)
  await world.db
    .updateTable('client_company')
    .set({ archived_at: new Date() })
    .where('client_id', '=', client.id)
    .execute()
  assert.deepEqual(await asEva.involvement.listRequests(), [], eva.email)
})

test('an external may leave', async (t) => {
  const { world, client, spaceId, eva, asEva } = await withRecord(t)
  await world.setStakeholder(client, eva)
  await asEva.involvement.archiveStakeholder({ spaceId, professionalId: eva.id })
  await assert.rejects(asEva.involvement.listStakeholders({ spaceId }), problem('not_found'))
})

test('whom another company brought in is ended by the client and by a super admin, though their own follows the client too', async (t) => {
  const { world, client, spaceId, solo, eva, asEva, asMarc, asAna, invite } = await withRecord(t)
  await world.db.insertInto('client_company').values({ client_id: client.id, company_id: solo.id }).execute()
  const emile = await world.addProfessional(solo, 'super_admin', { name: 'Émile' })
  const asEmile = (await world.signIn(emile)).api
  const asZoé = (await world.signIn(client)).api
  const accept = async () => {
    await invite(asMarc)
    const [request] = await asEva.involvement.listRequests()
    await asEva.involvement.answerRequest({ requestId: request?.id ?? '', accept: true, as: eva.id })
  }
  const which = { spaceId, professionalId: eva.id }
  const gone = () => assert.rejects(asEva.files.listItems({ spaceId }), problem('not_found'))
  const externals = async () =>
    (await asZoé.involvement.listMyProfessionals()).flatMap(({ external, name }) => (external ? [name] : []))

  await accept()
  assert.deepEqual(await externals(), ['Éva'])
  await assert.rejects(asMarc.involvement.archiveStakeholder(which), problem('forbidden'), 'a manager')
  await asAna.involvement.archiveStakeholder(which)
  await gone()

  await accept()
  await asZoé.involvement.endExternal({ professionalId: eva.id })
  await gone()

  await accept()
  await asEva.involvement.archiveStakeholder(which)
  await gone()

  await accept()
  await asEmile.involvement.archiveStakeholder(which)
  await gone()

  // Whom their own company has added stays that company's.
  await asEmile.involvement.addStakeholder(which)
  assert.deepEqual(await externals(), [])
  await assert.rejects(asAna.involvement.archiveStakeholder(which), problem('forbidden'))
  await assert.rejects(asZoé.involvement.endExternal({ professionalId: eva.id }), problem('forbidden'))
  await assert.rejects(asEva.involvement.archiveStakeholder(which), problem('forbidden'))
})
