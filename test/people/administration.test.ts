import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { type Professional, problem, UNKNOWN } from '../world.ts'
import { namesOf, withPractice } from './practice.ts'

test('branches: a super admin adds and renames any, a branch admin renames their own', async (t) => {
  const { world, asAna, asBruno, company, Laval, Québec } = await withPractice(t)
  await world.addClient(company)
  const { administration: ana } = asAna
  const { id } = await ana.addBranch({ name: ' Gatineau ' })
  const { branches, can } = await ana.listBranches()
  assert.deepEqual(
    branches.map(({ name, professionals, clients }) => [name, professionals, clients]),
    [
      ['Gatineau', 0, 0],
      ['Laval', 2, 1],
      ['Québec', 1, 0],
    ],
  )
  assert.equal(can.add, true)
  assert.deepEqual(await ana.changeBranch({ branchId: id, name: 'Hull' }), { id, name: 'Hull' })
  await assert.rejects(ana.addBranch({ name: '\u202e' }), problem('name_characters'))

  const { administration: bruno } = asBruno
  const his = await bruno.listBranches()
  assert.deepEqual([namesOf(his.branches), his.can.add], [['Laval'], false])
  assert.equal((await bruno.changeBranch({ branchId: Laval, name: 'Laval Est' })).name, 'Laval Est')
  await assert.rejects(bruno.addBranch({ name: 'x' }), problem('forbidden'))
  const solo = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
  for (const branchId of [Québec, solo.branches.Solo ?? '', UNKNOWN])
    await assert.rejects(bruno.changeBranch({ branchId, name: 'x' }), problem('not_found'))
  for (const branchId of [solo.branches.Solo ?? '', UNKNOWN])
    await assert.rejects(ana.changeBranch({ branchId, name: 'x' }), problem('not_found'))
})

test('the company’s settings are a super admin’s; a new default level holds at once', async (t) => {
  const { world, company, asAna, asBruno, ana } = await withPractice(t)
  const change = { name: 'Kiné Nord', defaultLevel: 'company' as const, retentionDays: 30 }
  const settings = {
    ...change,
    secondFactorRequired: false,
    quotaBytes: 5_000_000,
    use: { bytes: 0, deleted: 0 },
  }
  assert.deepEqual(await asAna.administration.changeCompany({ ...change, quotaBytes: 5_000_000 }), settings)
  assert.deepEqual(await asAna.administration.changeCompany({}), settings)
  const client = await world.addClient(company)
  const space = await asAna.files.readSpace({ spaceId: client.spaceId })
  assert.equal(space.defaultLevel, 'company')
  const { hat } = await asAna.account.readMe()
  assert.ok(hat?.kind === 'professional' && hat.company.name === 'Kiné Nord' && hat.can.administerCompany)
  for (const retentionDays of [-1, 3651, 1.5])
    await assert.rejects(asAna.administration.changeCompany({ retentionDays }), problem('bad_request'))
  for (const quotaBytes of [-1, 0.5, 1e18])
    await assert.rejects(asAna.administration.changeCompany({ quotaBytes }), problem('bad_request'))
  await assert.rejects(asBruno.administration.readCompany(), problem('forbidden'))
  await assert.rejects(asBruno.administration.changeCompany({ name: 'x' }), problem('forbidden'))
  assert.deepEqual(await (await world.signIn(ana)).api.administration.readCompany(), settings)

  const asMe = await world.signIn(ana)
  const { id } = await asMe.upload('x', { spaceId: client.spaceId })
  await asMe.api.files.deleteItems({ ids: [id] })
  const kept = await asAna.administration.changeCompany({ quotaBytes: null })
  assert.deepEqual([kept.quotaBytes, kept.use], [null, { bytes: 1_000_000, deleted: 1_000_000 }])
})

test('nobody else administers: not employees, managers, read only, clients; another company finds nothing', async (t) => {
  const { world, company, Laval, add, as, asAna, bruno } = await withPractice(t)
  const { id: invitationId } = await asAna.administration.inviteProfessional({
    name: 'New',
    email: 'new@carnet.test',
    profile: 'employee',
    branchIds: [Laval],
  })
  const solo = await world.addCompany({ name: 'Solo', branches: ['Solo'] })
  const professionalId = bruno.id
  for (const [who, code] of [
    [await add('Marc', 'manager'), 'forbidden'],
    [await add('Olivia', 'employee'), 'forbidden'],
    [await add('Rita', 'read_only'), 'read_only'],
    [await world.addClient(company), 'not_found'],
    [await world.addProfessional(solo, 'super_admin'), 'not_found'],
  ] as const) {
    const { administration: it } = await as(who)
    const invitation = {
      name: 'x',
      email: 'x@carnet.test',
      profile: 'employee' as const,
      branchIds: [Laval],
    }
    const attempts: (() => Promise<unknown>)[] = [
      () => it.changeBranch({ branchId: Laval, name: 'x' }),
      () => it.inviteProfessional(invitation),
      () => it.inviteAgain({ invitationId }),
      () => it.withdrawInvitation({ invitationId }),
      () => it.changeProfessional({ professionalId, profile: 'read_only' }),
      () => it.archiveProfessional({ professionalId }),
    ]
    // A stranger has a company of their own.
    const own: typeof attempts = [
      () => it.listBranches(),
      () => it.listProfessionals(),
      () => it.readCompany(),
      () => it.addBranch({ name: 'x' }),
      () => it.changeCompany({ name: 'x' }),
    ]
    const stranger = who.kind === 'professional' && who.companyId === solo.id
    for (const attempt of stranger ? attempts : [...attempts, ...own])
      await assert.rejects(attempt, problem(code), `${who.name}: ${attempt}`)
    const { hat } = await (await as(who)).account.readMe()
    if (hat?.kind === 'professional') assert.equal(hat.can.administer, stranger)
  }
  const { professionals, invited } = await asAna.administration.listProfessionals()
  assert.deepEqual(
    [namesOf(professionals), namesOf(invited)],
    [['Ana', 'Bruno', 'Marc', 'Olivia', 'Rita'], ['New']],
  )
})

test('a branch admin changes those of their branches alone, never a super admin, and gives no more than they have', async (t) => {
  const { world, Laval, Québec, add, ana, asAna, asBruno, bruno } = await withPractice(t)
  const chief = await add('Chief', 'super_admin')
  const here = await add('Here', 'employee')
  const both = await add('Both', 'employee', ['Laval', 'Québec'])
  const away = await add('Away', 'employee', ['Québec'])
  const { administration: it } = asBruno
  const { professionals, may } = await it.listProfessionals()
  assert.deepEqual(
    professionals.map(({ name, can, you }) => [name, can.change, can.archive, you]),
    [
      ['Ana', false, false, false],
      ['Both', false, false, false],
      ['Bruno', true, false, true],
      ['Chief', false, false, false],
      ['Here', true, true, false],
    ],
  )
  assert.deepEqual(may, {
    profiles: ['branch_admin', 'manager', 'employee', 'read_only'],
    branches: [{ id: Laval, name: 'Laval' }],
  })
  for (const [{ id: professionalId }, code] of [
    [ana, 'forbidden'],
    [chief, 'forbidden'],
    [both, 'forbidden'],
    [away, 'not_found'],
    [{ id: UNKNOWN }, 'not_found'],
  ] as const) {
    const change = { professionalId, profile: 'manager' as const }
    await assert.rejects(it.changeProfessional(change), problem(code))
    await assert.rejects(it.archiveProfessional({ professionalId }), problem(code))
  }
  const professionalId = here.id
  const refused = [
    [{ profile: 'super_admin' }, 'forbidden'],
    [{ branchIds: [Laval, Québec] }, 'not_found'],
    [{ branchIds: [UNKNOWN] }, 'not_found'],
    [{ branchIds: [] }, 'branch_needed'],
  ] as const
  for (const [change, code] of refused) {
    const branchIds = 'branchIds' in change ? [...change.branchIds] : undefined
    const { branchIds: _, ...rest } = { branchIds, ...change }
    await assert.rejects(
      it.changeProfessional({ professionalId, ...rest, ...(branchIds && { branchIds }) }),
      problem(code),
    )
    await assert.rejects(
      it.inviteProfessional({
        name: 'x',
        email: 'x@carnet.test',
        profile: 'profile' in change ? change.profile : 'employee',
        branchIds: branchIds ?? [Laval],
      }),
      problem(code),
    )
  }
  for (const professionalId of [here.id, bruno.id])
    await assert.rejects(
      it.changeProfessional({ professionalId, profile: 'super_admin' }),
      problem('forbidden'),
    )
  await it.changeProfessional({ professionalId, profile: 'branch_admin' })
  const changed = (await asAna.administration.listProfessionals()).professionals
  assert.deepEqual(
    changed.map(({ name, profile, branches }) => [name, profile, namesOf(branches)]),
    [
      ['Ana', 'super_admin', ['Laval', 'Québec']],
      ['Away', 'employee', ['Québec']],
      ['Both', 'employee', ['Laval', 'Québec']],
      ['Bruno', 'branch_admin', ['Laval']],
      ['Chief', 'super_admin', ['Laval']],
      ['Here', 'branch_admin', ['Laval']],
    ],
  )
  assert.equal((await world.db.selectFrom('professional_invitation').selectAll().execute()).length, 0)
})

test('a changed profile or branch, and an archiving, count at once; involvements end with it', async (t) => {
  const { world, company, Québec, add, as, asAna } = await withPractice(t)
  const client = await world.addClient(company, { name: 'Zoé' })
  const marc = await add('Marc', 'manager')
  const asMarc = await world.signIn(marc)
  await world.setStakeholder(client, marc)
  const file = await asMarc.upload('x', { spaceId: client.spaceId, level: 'company' })
  const { administration: it } = asAna
  const professionalId = marc.id
  await it.changeProfessional({ professionalId, profile: 'read_only' })
  await assert.rejects(asMarc.api.people.createClient({ name: 'x' }), problem('read_only'))
  await world.setStakeholder(client, marc, 'archived')
  await it.changeProfessional({ professionalId, profile: 'manager', branchIds: [Québec] })
  await assert.rejects(asMarc.api.people.readClient({ clientId: client.id }), problem('not_found'))
  await it.changeProfessional({ professionalId, profile: 'super_admin', branchIds: [] })
  assert.equal((await asMarc.api.people.readClient({ clientId: client.id })).name, 'Zoé')

  await world.setStakeholder(client, marc)
  await it.archiveProfessional({ professionalId })
  await assert.rejects(asMarc.api.people.listContacts({}), problem('not_found'))
  await assert.rejects(asMarc.api.administration.listProfessionals(), problem('not_found'))
  assert.equal((await asMarc.fetch(`/api/items/${file.id}/content`)).status, 404)
  assert.equal((await asMarc.api.account.readMe()).hat, null)
  const { status, ended_at } = await world.db
    .selectFrom('stakeholder')
    .select(['status', 'ended_at'])
    .where('professional_id', '=', marc.id)
    .executeTakeFirstOrThrow()
  assert.deepEqual([status, ended_at !== null], ['archived', true])
  const { items } = await asAna.files.listItems({ spaceId: client.spaceId })
  assert.deepEqual(
    items.map(({ owner }) => owner?.name),
    ['Marc'],
  )
  await assert.rejects(it.archiveProfessional({ professionalId }), problem('conflict'))
  await assert.rejects(it.changeProfessional({ professionalId, profile: 'employee' }), problem('conflict'))
  const rows = (await it.listProfessionals()).professionals
  assert.deepEqual(
    rows.map(({ name, archived, can }) => [name, archived, can.change]),
    [
      ['Ana', false, true],
      ['Bruno', false, true],
      ['Marc', true, false],
    ],
  )
  assert.ok(await as(marc), 'the account itself goes on')
})

test('nobody archives themselves, and a company is never without a super admin, not even when two step down', async (t) => {
  const { world, company, add, as, ana, asAna, bruno, asBruno, Laval } = await withPractice(t)
  for (const [{ administration: it }, { id: professionalId }] of [
    [asAna, ana],
    [asBruno, bruno],
  ] as const)
    await assert.rejects(it.archiveProfessional({ professionalId }), problem('archive_yourself'))
  const stepDown = ({ id: professionalId }: Professional) => ({
    professionalId,
    profile: 'manager' as const,
    branchIds: [Laval],
  })
  await assert.rejects(asAna.administration.changeProfessional(stepDown(ana)), problem('last_super_admin'))
  const other = await add('Other', 'super_admin')
  const asOther = await as(other)
  const { asked } = await world.db.transaction().execute(async (trx) => {
    await trx.selectFrom('company').select('id').where('id', '=', company.id).forUpdate().execute()
    const asked = Promise.allSettled([
      asAna.administration.changeProfessional(stepDown(ana)),
      asOther.administration.changeProfessional(stepDown(other)),
    ])
    let settled = false
    void asked.then(() => {
      settled = true
    })
    const countWaiting = async () =>
      (
        await sql`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(world.db)
      ).rows.length
    while ((await countWaiting()) < 2) assert.ok(!settled, 'they take turns')
    return { asked }
  })
  const both = await asked
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})
