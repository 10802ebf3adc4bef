import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Change } from '../../core/api/foresight.ts'
import { createWorld, encodeMetadata, problem } from '../world.ts'

/** Two practices that follow Zoé; people of Kiné in two branches, and one of Nutri. */
async function withTwo(t: Parameters<typeof createWorld>[0]) {
  const world = await createWorld(t)
  const kine = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const nutri = await world.addCompany({ name: 'Nutri', branches: ['Centre'] })
  const zoe = await world.addClient(kine, { name: 'Zoé' })
  const link = { client_id: zoe.id, company_id: nutri.id }
  await world.db
    .insertInto('client_company')
    .values({ ...link, created_at: '2020-01-01' })
    .execute()
  await world.db
    .insertInto('client_branch')
    .values({ ...link, branch_id: nutri.branches.Centre ?? '' })
    .execute()
  const add = (name: string, profile: Parameters<typeof world.addProfessional>[1], branches = ['Laval']) =>
    world.addProfessional(kine, profile, { name, branches })
  const as = async (who: { email: string }) => (await world.signIn(who)).api
  const people = {
    ana: await add('Ana', 'super_admin', []),
    max: await add('Max', 'manager'),
    quim: await add('Quim', 'manager', ['Québec']),
    olivia: await add('Olivia', 'employee'),
    nora: await world.addProfessional(nutri, 'manager', { name: 'Nora' }),
  }
  for (const one of [people.olivia, people.quim]) await world.setStakeholder(zoe, one)
  return { world, kine, nutri, zoe, as, ...people }
}

const of = ({ id: clientId }: { id: string }) => ({ clientId })

test('archiving ends one’s own link alone, at once, and can be taken back', async (t) => {
  const { world, kine, zoe, as, ana, max, quim, olivia, nora } = await withTwo(t)
  const group = await world.addGroup(kine, [zoe])
  await world.setStakeholder(group, olivia)
  const [asAna, asMax, asNora, asZoe] = [await as(ana), await as(max), await as(nora), await as(zoe)]
  const hers = await world.signIn(olivia)
  const file = await hers.upload('plan', { spaceId: zoe.spaceId, level: 'everybody' })
  const toAll = await hers.upload('all', { spaceId: group.spaceId, level: 'everybody' })
  const own = await (await world.signIn(zoe)).upload('mine')
  const begun = await hers.fetch('/api/uploads', {
    method: 'POST',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': '4',
      'Upload-Metadata': encodeMetadata({ filename: 'x', spaceId: zoe.spaceId }),
    },
  })
  const foreseen = async (api: typeof asMax, change: Change) => {
    const { gain, lose } = await api.foresight.foresee({ change })
    return { gain: gain.map(({ name }) => name), lose: lose.map(({ name }) => name) }
  }
  assert.deepEqual(await foreseen(asMax, { operation: 'archiveClient', input: of(zoe) }), {
    gain: [],
    lose: ['Max', 'Ana', 'Olivia', 'Quim', 'Zoé'],
  })
  assert.equal((await asAna.people.readClient(of(zoe))).id, zoe.id, 'foreseeing changes nothing')

  await asMax.lives.archiveClient(of(zoe))
  for (const api of [asAna, asMax, hers.api, await as(quim)]) {
    await assert.rejects(api.people.readClient(of(zoe)), problem('not_found'))
    await assert.rejects(api.files.readItem({ itemId: file.id }), problem('not_found'))
    assert.ok(!(await api.people.listContacts({})).contacts.some(({ id }) => id === zoe.id))
  }
  const goOn = {
    method: 'PATCH',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Offset': '0',
      'Content-Type': 'application/offset+octet-stream',
    },
    body: 'more',
  }
  const location = begun.headers.get('Location') ?? ''
  assert.equal((await hers.fetch(location, goOn)).status, 404)
  assert.equal((await asNora.people.readClient(of(zoe))).name, 'Zoé')
  assert.equal((await asNora.files.readItem({ itemId: file.id })).id, file.id)
  assert.deepEqual(
    (await asZoe.files.listItems({})).items.map(({ id }) => id).sort(),
    [file.id, own.id].sort(),
    'what was shared with her as a member rests too',
  )
  const { members } = await asAna.people.readGroup({ groupId: group.id })
  assert.deepEqual(members, [])
  const listed = (await asAna.people.listContacts({ kind: 'group' })).contacts[0]
  assert.equal(listed?.members, 0)
  await assert.rejects(asMax.lives.archiveClient(of(zoe)), problem('not_found'), 'archived already')

  const archived = async (who: typeof asAna, search?: string) =>
    (await who.lives.listArchived({ ...(search && { search }) })).clients.map(({ name }) => name)
  assert.deepEqual(await archived(asMax), ['Zoé'])
  assert.deepEqual(await archived(asAna, 'zoe'), ['Zoé'])
  assert.deepEqual(await archived(asAna, 'somebody'), [])
  for (const api of [hers.api, await as(quim), asNora]) {
    assert.deepEqual(await archived(api), [])
    await assert.rejects(api.lives.restoreClient(of(zoe)), problem('not_found'))
    await assert.rejects(foreseen(api, { operation: 'restoreClient', input: of(zoe) }), problem('not_found'))
  }

  const back = await foreseen(asMax, { operation: 'restoreClient', input: of(zoe) })
  assert.deepEqual(back, { gain: ['Max', 'Ana', 'Olivia', 'Quim', 'Zoé'], lose: [] })
  assert.deepEqual((await asMax.lives.restoreClient(of(zoe))).branches[0]?.name, 'Laval')
  assert.equal((await hers.api.files.readItem({ itemId: file.id })).id, file.id)
  assert.ok((await asZoe.files.listItems({})).items.some(({ id }) => id === toAll.id))
  assert.equal((await hers.fetch(location, goOn)).status, 204, 'and the upload goes on')
  const { rows } = {
    rows: await world.db.selectFrom('audit_entry').select(['action', 'company_id']).execute(),
  }
  for (const action of ['client_archived', 'client_restored'])
    assert.deepEqual(
      rows.filter((row) => row.action === action).map((row) => row.company_id),
      [kine.id],
    )
})

test('archiving, branches, the app and merging are for managers and above whose scope holds the client', async (t) => {
  const { world, kine, zoe, as, ana, max, quim, olivia } = await withTwo(t)
  const reader = await world.addProfessional(kine, 'read_only')
  const external = await world.addProfessional(await world.addCompany(), 'super_admin')
  const stranger = await world.addProfessional(await world.addCompany(), 'super_admin')
  for (const one of [reader, external]) await world.setStakeholder(zoe, one)
  const other = await world.addClient(kine)
  const asEach = [
    [olivia, 'forbidden'],
    [quim, 'forbidden'],
    [reader, 'read_only'],
    [external, 'forbidden'],
    [stranger, 'not_found'],
  ] as const
  for (const [who, code] of asEach) {
    const { lives } = await as(who)
    const verbs = {
      archive: () => lives.archiveClient(of(zoe)),
      branches: () => lives.changeBranches({ ...of(zoe), branchIds: [] }),
      end: () => lives.endAppAccess(of(zoe)),
      again: () => lives.restoreAppAccess(of(zoe)),
      mergeable: () => lives.listMergeable(of(zoe)),
      summary: () => lives.readMerge({ ...of(zoe), otherId: other.id }),
      merge: () => lives.mergeClients({ ...of(zoe), otherId: other.id }),
    }
    for (const [name, verb] of Object.entries(verbs))
      await assert.rejects(verb(), problem(code), `${who.name}: ${name}`)
  }
  const canOf = async (who: typeof ana) => (await (await as(who)).people.readClient(of(zoe))).can
  for (const who of [olivia, quim, reader, external]) {
    const { manage, endApp, restoreApp } = await canOf(who)
    assert.deepEqual([manage, endApp, restoreApp], [false, false, false])
  }
  for (const who of [ana, max]) assert.equal((await canOf(who)).manage, true)
})

test('each practice reads its own link alone', async (t) => {
  const { kine, zoe, as, max, nora } = await withTwo(t)
  const hers = await (await as(nora)).people.readClient(of(zoe))
  const his = await (await as(max)).people.readClient(of(zoe))
  assert.deepEqual([hers.branches.map(({ name }) => name), hers.since.slice(0, 4)], [['Centre'], '2020'])
  assert.deepEqual(his.branches, [{ id: kine.branches.Laval, name: 'Laval' }])
  assert.notEqual(his.since.slice(0, 4), '2020')
})

test('branches are changed within one’s own, and at least one stays', async (t) => {
  const { world, kine, zoe, as, ana, max, quim } = await withTwo(t)
  const { Laval = '', Québec = '' } = kine.branches
  const [asAna, asMax] = [await as(ana), await as(max)]
  const set = (api: typeof asAna, ...branchIds: string[]) =>
    api.lives.changeBranches({ ...of(zoe), branchIds })
  const names = async (changed: ReturnType<typeof set>) => (await changed).branches.map(({ name }) => name)
  await assert.rejects(set(asMax, Laval, Québec), problem('not_found'))
  await assert.rejects(set(asAna), problem('branch_needed'))
  const [file] = [
    await (await world.signIn(max)).upload('x', { spaceId: zoe.spaceId, level: 'branch', branchId: Laval }),
  ]
  const input = { ...of(zoe), branchIds: [Laval, Québec] }
  await world.setStakeholder(zoe, quim, 'archived')
  const { gain, lose } = await asAna.foresight.foresee({ change: { operation: 'changeBranches', input } })
  assert.deepEqual([gain.map(({ name }) => name), lose], [['Quim'], []])
  assert.deepEqual(await names(set(asAna, Laval, Québec)), ['Laval', 'Québec'])
  assert.equal((await asMax.people.readClient(of(zoe))).can.manage, true)
  assert.deepEqual(await names(set(asMax)), ['Québec'], 'who leaves their branch sees the record no longer')
  await assert.rejects(asMax.people.readClient(of(zoe)), problem('not_found'))
  assert.deepEqual(await names(set(asAna, Laval)), ['Laval'])
  await assert.rejects((await as(quim)).people.readClient(of(zoe)), problem('not_found'))
  assert.equal((await asMax.files.readItem({ itemId: file.id })).id, file.id)
  const nutris = await world.db.selectFrom('client_branch').select('company_id').execute()
  assert.equal(nutris.length, 2, 'the other practice’s branch is as it was')
})

test('access to the app is removed at once and restored; the account and other hats stay', async (t) => {
  const { world, kine, nutri, zoe, as, max } = await withTwo(t)
  const asMax = await as(max)
  const asZoe = await world.signIn(zoe)
  const file = await asZoe.upload('mine')
  const also = await world.db
    .insertInto('professional')
    .values({ company_id: nutri.id, person_id: zoe.personId, name: 'Zoé', profile: 'employee' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await asZoe.api.account.changeHat({ id: zoe.id })
  await assert.rejects(asMax.lives.endAppAccess(of(zoe)), problem('followed_elsewhere'))
  assert.equal((await asMax.people.readClient(of(zoe))).can.endApp, false)
  await world.db
    .updateTable('client_company')
    .set({ archived_at: new Date() })
    .where('company_id', '=', nutri.id)
    .execute()

  assert.equal((await asMax.people.readClient(of(zoe))).can.endApp, true)
  const ended = await asMax.lives.endAppAccess(of(zoe))
  assert.deepEqual(
    [ended.app, ended.email, ended.can.endApp, ended.can.restoreApp, ended.can.invite],
    ['ended', zoe.email, false, true, false],
  )
  await assert.rejects(asMax.lives.endAppAccess(of(zoe)), problem('conflict'))
  await assert.rejects(
    asMax.people.changeClient({ ...of(zoe), email: 'new@carnet.test' }),
    problem('conflict'),
  )
  await assert.rejects(asZoe.api.files.readItem({ itemId: file.id }), problem('not_found'))
  assert.equal((await asZoe.fetch(`/api/items/${file.id}/content`)).status, 404)
  assert.equal((await asZoe.api.account.readMe()).hat?.id, also.id, 'who one is elsewhere goes on')
  assert.equal((await asMax.files.readItem({ itemId: file.id })).id, file.id)

  assert.equal((await asMax.lives.restoreAppAccess(of(zoe))).app, 'active')
  await assert.rejects(asMax.lives.restoreAppAccess(of(zoe)), problem('conflict'))
  await asZoe.api.account.changeHat({ id: zoe.id })
  assert.equal((await asZoe.api.files.readItem({ itemId: file.id })).id, file.id)
  const { id } = await asMax.people.createClient({ name: 'Without', branchId: kine.branches.Laval ?? '' })
  await assert.rejects(asMax.lives.endAppAccess({ clientId: id }), problem('conflict'))
})
