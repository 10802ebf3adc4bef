import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problem } from '../world.ts'
import { namesOf, withPractice } from './practice.ts'

test('an invitation looks the same for a known and an unknown address; each accepts in their way, once', async (t) => {
  const { world, Laval, asAna, as, tokenFor } = await withPractice(t)
  const solo = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
  const eva = await world.addProfessional(solo, 'super_admin', { name: 'Éva' })
  const { administration: it } = asAna
  const invite = (name: string, email: string) =>
    it.inviteProfessional({ name, email, profile: 'manager', branchIds: [Laval] })
  const answers = [await invite('Éva R.', eva.email), await invite('Noé R.', 'noe@carnet.test')]
  assert.deepEqual(
    answers.map(({ id, since, name, email, ...rest }) => rest),
    Array(2).fill({ profile: 'manager', branches: [{ id: Laval, name: 'Laval' }], can: { change: true } }),
  )
  const people = await world.db.selectFrom('person').select('email').execute()
  assert.ok(!people.some(({ email }) => email === 'noe@carnet.test'), 'nobody comes to be before they accept')
  assert.deepEqual(namesOf((await it.listProfessionals()).professionals), ['Ana', 'Bruno'])

  const toEva = await tokenFor(eva.email)
  const toNoe = await tokenFor('noe@carnet.test')
  assert.equal(toEva.mail.subject, toNoe.mail.subject)
  assert.match(toEva.mail.text, /Kiné/)
  const { account } = world.visitor().api
  const read = await account.readInvitation({ token: toEva.token })
  assert.deepEqual(read, {
    name: 'Éva R.',
    email: eva.email,
    practice: 'Kiné',
    as: 'professional',
    account: true,
  })
  assert.equal((await account.readInvitation({ token: toNoe.token })).account, false)

  // The password of an account isn't chosen by whoever holds a link.
  await assert.rejects(
    account.acceptInvitation({ token: toEva.token, password: 'another long password' }),
    problem('conflict'),
  )
  const asBystander = await as(await world.addProfessional(solo, 'employee'))
  for (const { token } of [toEva, toNoe])
    await assert.rejects(asBystander.account.joinCompany({ token }), problem('invitation_of_another'))
  const asEva = await as(eva)
  await asEva.account.joinCompany({ token: toEva.token })
  const me = await asEva.account.readMe()
  assert.ok(me.hat?.kind === 'professional')
  assert.deepEqual(
    [me.hat.company.name, me.hat.profile, namesOf(me.hat.branches), me.hats.length],
    ['Kiné', 'manager', ['Laval'], 2],
  )
  await assert.rejects(asEva.account.joinCompany({ token: toEva.token }), problem('invitation_used'))

  await account.acceptInvitation({ token: toNoe.token, password: 'a long password of Noé', language: 'fr' })
  const asNoe = await as({ email: 'noe@carnet.test' }, 'a long password of Noé')
  const noe = await asNoe.account.readMe()
  assert.ok(noe.hat?.kind === 'professional' && noe.person.language === 'fr')
  assert.deepEqual([noe.hat.profile, namesOf(noe.hat.branches)], ['manager', ['Laval']])
  await assert.rejects(
    account.acceptInvitation({ token: toNoe.token, password: 'a long password of Noé' }),
    problem('invitation_used'),
  )
  assert.deepEqual((await it.listProfessionals()).invited, [])
  for (const email of [eva.email, 'noe@carnet.test'])
    await assert.rejects(invite('x', email), problem('email_of_colleague'))
})

test('an invitation ends when it is withdrawn, sent again, old, or its author may no longer give it', async (t) => {
  const { world, Laval, asAna, asBruno, bruno, tokenFor } = await withPractice(t)
  const { account } = world.visitor().api
  const { administration: it } = asBruno
  const invite = async (email: string) => ({
    ...(await it.inviteProfessional({ name: 'New', email, profile: 'employee', branchIds: [Laval] })),
    ...(await tokenFor(email)),
  })
  const ended = async (token: string) => {
    await assert.rejects(account.readInvitation({ token }), problem('invitation_used'))
    await assert.rejects(asAna.account.joinCompany({ token }), problem('invitation_used'))
  }
  const first = await invite('one@carnet.test')
  await assert.rejects(invite('one@carnet.test'), problem('email_of_colleague'))
  await it.inviteAgain({ invitationId: first.id })
  await ended(first.token)
  const second = await tokenFor('one@carnet.test')
  assert.equal((await account.readInvitation({ token: second.token })).practice, 'Kiné')
  await it.withdrawInvitation({ invitationId: first.id })
  await ended(second.token)
  await assert.rejects(it.withdrawInvitation({ invitationId: first.id }), problem('not_found'))

  const third = await invite('three@carnet.test')
  world.pass({ days: 8 })
  await ended(third.token)

  const fourth = await invite('four@carnet.test')
  await asAna.administration.changeProfessional({ professionalId: bruno.id, profile: 'manager' })
  await ended(fourth.token)
})

test('an archived professional comes back by a new invitation, with what it gives; one who works there changes nothing', async (t) => {
  const { world, company, Laval, add, as, asAna, asBruno, tokenFor } = await withPractice(t)
  const marc = await add('Marc', 'manager', ['Québec'])
  const client = await world.addClient(company)
  await world.setStakeholder(client, marc)
  // Out of the branch admin's sight: the answer is as for anybody.
  const inviteMarc = async () => {
    const asked = { name: 'Marc', email: marc.email, profile: 'employee' as const, branchIds: [Laval] }
    await asBruno.administration.inviteProfessional(asked)
  }
  await inviteMarc()
  const asMarc = await as(marc)
  const { token: early } = await tokenFor(marc.email)
  await assert.rejects(asMarc.account.joinCompany({ token: early }), problem('works_here_already'))
  const find = async () =>
    (await asAna.administration.listProfessionals()).professionals.find(({ id }) => id === marc.id)
  assert.deepEqual(
    [(await find())?.profile, namesOf((await find())?.branches ?? [])],
    ['manager', ['Québec']],
  )

  await asAna.administration.archiveProfessional({ professionalId: marc.id })
  await assert.rejects(asMarc.account.joinCompany({ token: early }), problem('invitation_used'))
  await inviteMarc()
  const { token } = await tokenFor(marc.email)
  await asMarc.account.joinCompany({ token })
  const back = await find()
  assert.deepEqual(
    [back?.archived, back?.profile, back?.branches],
    [false, 'employee', [{ id: Laval, name: 'Laval' }]],
  )
  assert.deepEqual((await asMarc.people.listContacts({})).contacts, [], 'no involvement comes back')
})
