import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { problem, UNKNOWN } from '../world.ts'
import { namesOf, withPractice } from './practice.ts'

/** Hull is a third branch, where an employee has added a file for the branch and has been moved away since. */
async function withHull(t: TestContext) {
  const practice = await withPractice(t)
  const { world, asAna, as, add, Laval } = practice
  const { id: hull } = await asAna.administration.addBranch({ name: 'Hull' })
  const olivia = await add('Olivia', 'employee', ['Laval'])
  const change = (professionalId: string, branchIds: string[]) =>
    asAna.administration.changeProfessional({ professionalId, branchIds })
  await change(olivia.id, [hull])
  const asOlivia = await world.signIn(olivia)
  const record = await asOlivia.api.people.createClient({ name: 'Camille' })
  const { spaceId, id: clientId } = record
  const file = await asOlivia.upload('x', { spaceId, level: 'branch' })
  const empty = async () => {
    await change(olivia.id, [Laval])
    await asAna.lives.changeBranches({ clientId, branchIds: [Laval] })
  }
  const archive = (branchId = hull) => asAna.administration.archiveBranch({ branchId })
  const restore = () => asAna.administration.restoreBranch({ branchId: hull })
  const names = async () => namesOf((await asAna.administration.listBranches()).branches)
  return {
    ...practice,
    as,
    hull,
    olivia,
    change,
    asOlivia,
    clientId,
    spaceId,
    file,
    empty,
    archive,
    restore,
    names,
  }
}

test('a branch is archived once nobody and nothing uses it; what still does is counted', async (t) => {
  const { asAna, Laval, hull, change, olivia, clientId, archive, names } = await withHull(t)
  const use = async () => (await asAna.administration.listBranches()).branches.find(({ id }) => id === hull)
  const none = { id: hull, name: 'Hull', professionals: 0, invited: 0, clients: 0, groups: 0 }
  assert.deepEqual(await use(), { ...none, professionals: 1, clients: 1 })
  const group = await asAna.people.createGroup({ name: 'Runners', branchId: hull })
  const invited = await asAna.administration.inviteProfessional({
    ...{ name: 'Ed', email: 'ed@carnet.test', profile: 'employee', branchIds: [hull] },
  })
  const leave = [
    () => change(olivia.id, [Laval]),
    () => asAna.lives.changeBranches({ clientId, branchIds: [Laval] }),
    () => asAna.people.deleteGroup({ groupId: group.id }),
    () => asAna.administration.withdrawInvitation({ invitationId: invited.id }),
  ]
  assert.deepEqual(await use(), { ...none, professionals: 1, invited: 1, clients: 1, groups: 1 })
  for (const go of leave) {
    await assert.rejects(archive(), problem('branch_used'))
    await go()
  }
  assert.deepEqual(await use(), none)
  await archive()
  const { branches, archived } = await asAna.administration.listBranches()
  assert.deepEqual([namesOf(branches), archived], [['Laval', 'Québec'], [{ id: hull, name: 'Hull' }]])
  await assert.rejects(archive(), problem('not_found'))
  assert.deepEqual(await names(), ['Laval', 'Québec'])
  const { entries } = await asAna.audit.listEntries({})
  assert.deepEqual(
    [entries[0]?.action, entries[0]?.details],
    ['branch_archived', { branchId: hull, name: 'Hull' }],
  )
})

test('nothing comes to an archived branch, and what was made in it stays as it is', async (t) => {
  const { asAna, Laval, hull, olivia, asOlivia, clientId, spaceId, file, change, empty, archive, restore } =
    await withHull(t)
  await empty()
  await archive()
  const refused = problem('not_found')
  await assert.rejects(asAna.people.createClient({ name: 'x', branchId: hull }), refused)
  await assert.rejects(asAna.people.createGroup({ name: 'x', branchId: hull }), refused)
  await assert.rejects(asAna.lives.changeBranches({ clientId, branchIds: [Laval, hull] }), refused)
  await assert.rejects(change(olivia.id, [hull]), refused)
  const invited = { name: 'Ed', email: 'ed@carnet.test', profile: 'employee' as const }
  await assert.rejects(asAna.administration.inviteProfessional({ ...invited, branchIds: [hull] }), refused)
  await assert.rejects(asAna.administration.changeBranch({ branchId: hull, name: 'x' }), refused)
  assert.deepEqual(namesOf((await asAna.administration.listProfessionals()).may.branches), [
    'Laval',
    'Québec',
  ])
  const { hat } = await asAna.account.readMe()
  assert.ok(hat?.kind === 'professional')
  assert.deepEqual(namesOf(hat.branches), ['Laval', 'Québec'])

  assert.equal((await asOlivia.api.files.readItem({ itemId: file.id })).level, 'branch')
  assert.equal(
    (await asAna.files.readItem({ itemId: file.id })).id,
    file.id,
    'a super admin is in every branch',
  )
  const levels = await asOlivia.api.files.readLevels({ itemId: file.id })
  assert.equal(levels.find(({ current }) => current)?.level, 'branch')
  const later = await asOlivia.upload('x', { spaceId, level: 'branch' })
  await restore()
  await change(olivia.id, [hull])
  assert.equal((await asOlivia.api.files.readItem({ itemId: later.id })).can.modify, true)
  await assert.rejects(restore(), refused)
})

test('branches are archived by super admins of their own company, and one is left', async (t) => {
  const { world, asBruno, as, add, Laval, Québec, hull, empty, archive } = await withHull(t)
  await empty()
  const manager = await as(await add('Marc', 'manager'))
  const stranger = await as(await world.addProfessional(await world.addCompany(), 'super_admin'))
  for (const api of [asBruno, manager])
    for (const verb of ['archiveBranch', 'restoreBranch'] as const)
      await assert.rejects(api.administration[verb]({ branchId: hull }), problem('forbidden'))
  for (const branchId of [hull, UNKNOWN])
    await assert.rejects(stranger.administration.archiveBranch({ branchId }), problem('not_found'))
  await archive()
  const { archived, can } = await asBruno.administration.listBranches()
  assert.deepEqual([archived, can], [[], { add: false, archive: false }])
  await assert.rejects(stranger.administration.restoreBranch({ branchId: hull }), problem('not_found'))

  const solo = await world.addCompany({ branches: ['Only'] })
  const alone = await as(await world.addProfessional(solo, 'super_admin', { branches: [] }))
  const only = solo.branches.Only ?? ''
  await assert.rejects(alone.administration.archiveBranch({ branchId: only }), problem('last_branch'))
  await assert.rejects(archive(Laval), problem('branch_used'))
  await assert.rejects(archive(Québec), problem('branch_used'))
})

test('who comes to a branch while it is archived is counted, or finds it archived', async (t) => {
  const { asAna, hull, empty, archive } = await withHull(t)
  await empty()
  for (let n = 0; n < 10; n++) {
    const [made, archived] = await Promise.allSettled([
      asAna.people.createClient({ name: 'x', branchId: hull }),
      archive(),
    ])
    assert.notEqual(made.status, archived.status, 'one of the two')
    if (made.status === 'fulfilled') await asAna.lives.archiveClient({ clientId: made.value.id })
    else await asAna.administration.restoreBranch({ branchId: hull })
  }
})
