import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { startAppProcess } from '../files/app-process.ts'
import { type Browser, createWorld, problem } from '../world.ts'

type Test = Parameters<typeof createWorld>[0]

/** A practice with an administrator and an employee, who is involved with a client, as is one of another practice. */
async function enter(t: Test) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Practice', branches: ['Laval', 'Québec'] })
  const other = await world.addCompany({ name: 'Other' })
  const [ana, elise, xavier, otto] = [
    await world.addProfessional(company, 'super_admin', { name: 'Ana' }),
    await world.addProfessional(company, 'employee', { name: 'Élise', branches: ['Laval'] }),
    await world.addProfessional(other, 'employee', { name: 'Xavier' }),
    await world.addProfessional(other, 'super_admin', { name: 'Otto' }),
  ]
  const camille = await world.addClient(company, { name: 'Camille' })
  await world.setStakeholder(camille, elise)
  await world.setStakeholder(camille, xavier)
  const enterAs = async (who: { email: string }) => world.signIn(who)
  return {
    world,
    company,
    people: { ana, elise, xavier, otto, camille },
    ana: await enterAs(ana),
    elise: await enterAs(elise),
    xavier: await enterAs(xavier),
    otto: await enterAs(otto),
    camille: await enterAs(camille),
  }
}

type Query = Parameters<Browser['api']['audit']['listEntries']>[0]

/** What was done to items, newest first, in few words. */
async function read(browser: Browser, query: Query = {}) {
  const { entries } = await browser.api.audit.listEntries(query)
  return entries
    .filter(({ item }) => item)
    .map(({ by, action, item }) => [by?.name ?? null, action, item?.name ?? null])
}

const open = (browser: Browser, id: string) => browser.fetch(`/api/items/${id}/content?inline`)

test('entries are only ever added', async (t) => {
  const { world, elise, people } = await enter(t)
  await elise.upload('x', { spaceId: people.camille.spaceId })
  for (const query of [
    sql`update audit_entry set action = 'file_opened'`,
    sql`delete from audit_entry`,
    sql`delete from audit_entry where false`,
    sql`truncate audit_entry`,
  ])
    await assert.rejects(query.execute(world.db), /only ever added/)
})

test('the life of a file: who did what, to what, when and from where', async (t) => {
  const { ana, elise, camille, people } = await enter(t)
  const before = Date.now()
  const { id } = await elise.upload('x', { name: 'A.txt', spaceId: people.camille.spaceId, level: 'company' })
  const folder = await elise.api.files.createFolder({
    spaceId: people.camille.spaceId,
    parentId: null,
    name: 'Plans',
  })
  await elise.api.files.renameItem({ itemId: id, name: 'B.txt' })
  await elise.api.files.moveItems({ ids: [id], folderId: folder.id })
  await elise.api.files.changeLevel({ ids: [id], level: 'everybody' })
  await open(camille, id)
  await camille.fetch(`/api/items/${id}/content`)
  const { deletionId } = await elise.api.files.deleteItems({ ids: [folder.id] })
  await elise.api.files.undoDeletion({ deletionId })
  assert.deepEqual((await read(ana)).toSorted().toReversed(), [
    ['Élise', 'level_changed', 'B.txt'],
    ['Élise', 'item_renamed', 'B.txt'],
    ['Élise', 'item_moved', 'B.txt'],
    ['Élise', 'item_deleted', 'Plans'],
    ['Élise', 'item_deleted', 'B.txt'],
    ['Élise', 'folder_added', 'Plans'],
    // Of then, which whoever sees it now could see then.
    ['Élise', 'file_added', 'A.txt'],
    ['Élise', 'deletion_undone', 'Plans'],
    ['Élise', 'deletion_undone', 'B.txt'],
    ['Camille', 'file_opened', 'B.txt'],
    ['Camille', 'file_downloaded', 'B.txt'],
  ])
  const { entries } = await ana.api.audit.listEntries({})
  const detailsOf = (action: string) => entries.find((entry) => entry.action === action)?.details
  assert.deepEqual(detailsOf('item_renamed'), { from: 'A.txt' })
  assert.deepEqual(detailsOf('item_moved'), { to: 'Plans' })
  assert.deepEqual(detailsOf('level_changed'), { from: 'company', to: 'everybody' })
  for (const { at, address, client } of entries.filter(({ item }) => item)) {
    assert.equal(address, '127.0.0.1')
    assert.equal(client?.name, 'Camille')
    assert.ok(Date.parse(at) >= before - 1 && Date.parse(at) <= Date.now())
  }
  assert.deepEqual(
    entries.map(({ at }) => at),
    entries
      .map(({ at }) => at)
      .toSorted()
      .toReversed(),
  )
})

test('what isn’t shared with an administrator shows by no name and no level, before, after and once it is gone', async (t) => {
  const { world, ana, elise, people } = await enter(t)
  const { spaceId } = people.camille
  const { id } = await elise.upload('x', { name: 'Secret.txt', spaceId, level: 'me' })
  await elise.api.files.renameItem({ itemId: id, name: 'Hidden.txt' })
  const rows = async () => {
    const { entries } = await ana.api.audit.listEntries({})
    return entries.filter(({ item }) => item)
  }
  const isHidden = async () => {
    const text = JSON.stringify(await rows())
    for (const word of ['Secret', 'Hidden', '"me"', 'me_client']) assert.ok(!text.includes(word), word)
    assert.ok((await rows()).every(({ item }) => item?.kind === 'file' && item.name === null))
    const csv = await (await ana.fetch('/api/audit/export')).text()
    for (const word of ['Secret', 'Hidden', 'me_client']) assert.ok(!csv.includes(word), word)
  }
  await isHidden()
  // Shared for a while: what was done meanwhile is told meanwhile, and by the name of now.
  await elise.api.files.changeLevel({ ids: [id], level: 'company' })
  const shared = await rows()
  assert.deepEqual(
    shared.map(({ action, item, details }) => [action, item?.name, details]),
    [
      ['level_changed', 'Hidden.txt', { from: 'me', to: 'company' }],
      ['item_renamed', 'Hidden.txt', {}],
      ['file_added', 'Hidden.txt', {}],
    ],
  )
  await elise.api.files.changeLevel({ ids: [id], level: 'me_client' })
  await isHidden()
  await elise.api.files.deleteItems({ ids: [id] })
  const gone = await rows()
  assert.deepEqual(
    gone.map(({ action, item }) => [action, item?.name]),
    [
      ['item_deleted', null],
      ['level_changed', null],
      // As it was when everybody in the company saw it.
      ['level_changed', 'Hidden.txt'],
      ['item_renamed', null],
      ['file_added', null],
    ],
  )
  world.pass({ seconds: 60 })
  await world.runJobs()
  assert.deepEqual(await rows(), gone)
})

test('another company learns of what it takes part in, and of nothing else', async (t) => {
  const { ana, elise, xavier, otto, camille, people } = await enter(t)
  const { spaceId } = people.camille
  const private_ = await elise.upload('x', { name: 'Ours.txt', spaceId, level: 'company_client' })
  const shared = await elise.upload('x', { name: 'Shared.txt', spaceId, level: 'everybody' })
  const theirs = await xavier.upload('x', { name: 'Theirs.txt', spaceId, level: 'company_client' })
  await open(camille, private_.id)
  await open(camille, theirs.id)
  await open(xavier, shared.id)
  const mine = await camille.upload('x', { name: 'Mine.txt', audience: [people.xavier.id] })
  await open(xavier, mine.id)
  // Its own work: seen by the administrator's scope or not at all, as ever.
  assert.deepEqual(await read(otto), [
    ['Xavier', 'file_opened', null],
    [null, 'file_added', null],
    ['Xavier', 'file_opened', null],
    [null, 'file_opened', null],
    ['Xavier', 'file_added', null],
  ])
  const { entries } = await otto.api.audit.listEntries({})
  assert.ok(!JSON.stringify(entries).includes('Camille'), 'the client isn’t theirs to know')
  assert.deepEqual(
    (await read(ana)).filter(([, action]) => action !== 'file_added'),
    [
      ['Xavier', 'file_opened', 'Shared.txt'],
      ['Camille', 'file_opened', 'Ours.txt'],
    ],
  )
  const { entries: ours } = await ana.api.audit.listEntries({ professionalId: people.xavier.id })
  assert.deepEqual(
    ours.map(({ address }) => address),
    [null],
    'where somebody of another company sits is theirs',
  )
})

test('many requests are one viewing, however many come at once; small images are none; later is another', async (t) => {
  const { world, ana, elise, people } = await enter(t)
  const { id } = await elise.upload('x'.repeat(1000), { spaceId: people.camille.spaceId, level: 'company' })
  const count = async () => (await read(ana)).filter(([, action]) => action === 'file_opened').length
  const url = `/api/items/${id}/content?inline`
  await elise.fetch(url, { method: 'HEAD' })
  await elise.fetch(`/api/items/${id}/preview/thumb`)
  assert.equal(await count(), 0)
  const other = elise.at((await startAppProcess(t, world)).origin)
  // Two processes have asked whether it was written down already before either of them may write.
  const asked = await world.db.transaction().execute(async (trx) => {
    await sql`lock table audit_entry in share mode`.execute(trx)
    const requests = Array.from({ length: 5 }, (_, part) =>
      (part % 2 ? other : elise).fetch(url, { headers: { Range: `bytes=${part * 10}-` } }),
    )
    let waiting = 0
    while (waiting < 2) {
      const { rows } = await sql<{ waiting: number }>`select count(*) as waiting from pg_locks
        where not granted and database = (select oid from pg_database where datname = current_database())`.execute(
        trx,
      )
      waiting = Number(rows[0]?.waiting)
    }
    return { requests }
  })
  const parts = await Promise.all(asked.requests)
  assert.deepEqual(new Set(parts.map(({ status }) => status)), new Set([206]))
  assert.equal(await count(), 1)
  const { headers } = await open(elise, id)
  assert.equal(await count(), 1)
  world.pass({ seconds: 11 * 60 })
  const kept = await elise.fetch(url, { headers: { 'If-None-Match': headers.get('ETag') ?? '' } })
  assert.equal(kept.status, 304)
  assert.equal(await count(), 2, 'what the browser has kept is shown again')
})

test('a viewing that concerned nobody hides none of those that follow', async (t) => {
  const { world, ana, camille, people } = await enter(t)
  const follow = (since: Date | null) =>
    world.db
      .updateTable('client_company')
      .set({ archived_at: since })
      .where('client_id', '=', people.camille.id)
      .execute()
  await follow(new Date())
  const { id } = await camille.upload('x')
  const count = async () => (await read(ana)).filter(([, action]) => action === 'file_opened').length
  assert.equal((await open(camille, id)).status, 200)
  await follow(null)
  assert.equal(await count(), 0)
  for (let time = 0; time < 2; time++) assert.equal((await open(camille, id)).status, 200)
  assert.equal(await count(), 1)
})

test('without an entry no byte goes out', async (t) => {
  const { world, elise, people } = await enter(t)
  const { id } = await elise.upload('the secret', { spaceId: people.camille.spaceId })
  await sql`create function fail() returns trigger language plpgsql as $$ begin raise 'no'; end $$`.execute(
    world.db,
  )
  await sql`create trigger fails before insert on audit_entry execute function fail()`.execute(world.db)
  for (const path of [`/api/items/${id}/content?inline`, `/api/items/${id}/content`, `/api/zip?ids=${id}`]) {
    const answer = await elise.fetch(path)
    assert.ok(!(await answer.text().catch(() => '')).includes('the secret'), path)
  }
  await assert.rejects(elise.api.files.renameItem({ itemId: id, name: 'x' }), problem('internal'))
  assert.equal((await elise.api.files.readItem({ itemId: id })).name, 'file.txt')
})

test('a branch admin reads of the clients, groups and people of their branches, and of what they did', async (t) => {
  const { world, company, people, ana } = await enter(t)
  const bea = await world.addProfessional(company, 'branch_admin', { name: 'Béa', branches: ['Québec'] })
  const there = await world.addClient(company, { name: 'There', branches: ['Québec'] })
  const browser = await world.signIn(bea)
  await ana.upload('x', { name: 'Far.txt', spaceId: people.camille.spaceId, level: 'company' })
  await ana.upload('x', { name: 'Near.txt', spaceId: there.spaceId, level: 'company' })
  await ana.api.administration.addBranch({ name: 'Gatineau' })
  assert.deepEqual(await read(browser), [['Ana', 'file_added', 'Near.txt']])
  const { entries } = await browser.api.audit.listEntries({})
  assert.deepEqual(
    entries.map(({ by, action }) => [by?.name, action]),
    [
      ['Ana', 'file_added'],
      ['Béa', 'signed_in'],
      // A super admin is of the branch too.
      ['Ana', 'signed_in'],
    ],
  )
  const group = await ana.api.people.createGroup({ name: 'Runners', branchId: company.branches.Québec ?? '' })
  await ana.api.people.addMembers({ groupId: group.id, clientIds: [people.camille.id] })
  const added = (await browser.api.audit.listEntries({ kind: 'people' })).entries[0]
  assert.deepEqual(
    [added?.action, added?.client?.name, added?.group?.name],
    ['member_added', null, 'Runners'],
  )
  const names = (await browser.api.audit.listSubjects({})).map(({ name }) => name)
  assert.deepEqual(names, ['Ana', 'Béa', 'Runners', 'There'])
})

test('others read nothing of it', async (t) => {
  const { world, company, elise, camille } = await enter(t)
  const manager = await world.signIn(await world.addProfessional(company, 'manager'))
  const reader = await world.signIn(await world.addProfessional(company, 'read_only'))
  for (const [browser, code] of [
    [elise, 'forbidden'],
    [manager, 'forbidden'],
    [reader, 'read_only'],
    [camille, 'not_found'],
  ] as const) {
    await assert.rejects(browser.api.audit.listEntries({}), problem(code))
    await assert.rejects(browser.api.audit.listSubjects({}), problem(code))
    assert.notEqual((await browser.fetch('/api/audit/export')).status, 200)
  }
})

test('the log is filtered by person, client, group, kind and period, page after page', async (t) => {
  const { world, company, ana, elise, people } = await enter(t)
  const louis = await world.addClient(company, { name: 'Louis' })
  const { id } = await elise.upload('x', { name: 'C.txt', spaceId: people.camille.spaceId, level: 'company' })
  await ana.upload('x', { name: 'L.txt', spaceId: louis.spaceId, level: 'company' })
  await open(ana, id)
  assert.deepEqual(await read(ana, { clientId: louis.id }), [['Ana', 'file_added', 'L.txt']])
  assert.deepEqual(await read(ana, { professionalId: people.elise.id }), [['Élise', 'file_added', 'C.txt']])
  assert.deepEqual(await read(ana, { kind: 'opening' }), [['Ana', 'file_opened', 'C.txt']])
  assert.deepEqual(await read(ana, { kind: 'opening', clientId: louis.id }), [])
  const soon = new Date(Date.now() + 60_000).toISOString()
  const now = new Date(Date.now() - 60_000).toISOString()
  assert.deepEqual(await read(ana, { from: soon }), [])
  assert.deepEqual(await read(ana, { until: now }), [])
  assert.equal((await read(ana, { from: now, until: soon })).length, 3)
  await assert.rejects(
    ana.api.audit.listEntries({ clientId: louis.id, professionalId: people.ana.id }),
    problem('bad_request'),
  )
  await assert.rejects(ana.api.audit.listEntries({ cursor: 'x' }), problem('bad_request'))

  // Many at the same instant, as one deletion writes them.
  await sql`insert into audit_entry (company_id, action, professional_id, at)
    select ${company.id}::uuid, 'signed_in', ${people.ana.id}::uuid, now() - interval '1 day'
    from generate_series(1, 120)`.execute(world.db)
  const seen: number[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof ana.api.audit.listEntries>> = await ana.api.audit.listEntries(
      cursor ? { cursor } : {},
    )
    assert.ok(page.entries.length <= 50)
    seen.push(...page.entries.map((entry) => entry.id))
    cursor = page.next
  } while (cursor)
  assert.equal(new Set(seen).size, seen.length)
  const { rows } = await sql`select from audit_entry where company_id = ${company.id}::uuid`.execute(world.db)
  assert.equal(seen.length, rows.length)
})

test('the log is exported as a spreadsheet reads it, with nothing in it that runs, and that is recorded', async (t) => {
  const { ana, elise, people } = await enter(t)
  const { spaceId } = people.camille
  for (const name of ['=1+2.txt', '+x', '-x', '@x', ' =x', '＝x', 'a "b", c.txt', 'a; =x;-1;"=x"', 'x;y'])
    await elise.upload('x', { name, spaceId, level: 'company' })
  const answer = await ana.fetch('/api/audit/export?kind=files')
  assert.equal(answer.headers.get('Content-Type'), 'text/csv; charset=utf-8; header=present')
  assert.match(
    answer.headers.get('Content-Disposition') ?? '',
    /^attachment; filename="carnet-audit-[\d-]+\.csv"$/,
  )
  const bytes = Buffer.from(await answer.arrayBuffer())
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf])
  const lines = bytes.toString().slice(1).split('\r\n')
  assert.equal(lines.pop(), '')
  assert.equal(lines.shift()?.split(',')[0], '"time"')
  assert.deepEqual(
    lines.map((line) => /"file","(.*)","Camille"/.exec(line)?.[1]),
    ['x;y', `a;' =x;'-1;'""=x""`, 'a ""b"", c.txt', "'＝x", "'=x", "'@x", "'-x", "'+x", "'=1+2.txt"],
  )
  const exported = (await ana.api.audit.listEntries({})).entries[0]
  assert.deepEqual([exported?.action, exported?.details], ['audit_exported', { kind: 'files' }])
  const bad = await ana.fetch('/api/audit/export?kind=nothing')
  assert.equal(bad.status, 400)
})

test('a client sees which professional opened which of the files that they see, and nothing of groups', async (t) => {
  const { world, company, ana, elise, xavier, camille, people } = await enter(t)
  const { spaceId } = people.camille
  const group = await world.addGroup(company, [people.camille], { name: 'Runners' })
  const hidden = await elise.upload('x', { name: 'Hidden.txt', spaceId, level: 'me' })
  const shared = await elise.upload('x', { name: 'Shared.txt', spaceId, level: 'everybody' })
  const together = await ana.upload('x', { name: 'Together.txt', spaceId: group.spaceId, level: 'me_client' })
  const mine = await camille.upload('x', { name: 'Mine.txt' })
  const read = async () =>
    (await camille.api.audit.listOpenings({})).openings.map(({ professional, action, item }) => [
      professional.name,
      professional.company,
      action,
      item.name,
    ])
  await open(camille, mine.id)
  assert.deepEqual(await read(), [])
  await open(elise, hidden.id)
  await open(elise, mine.id)
  await xavier.fetch(`/api/items/${shared.id}/content`)
  await open(ana, together.id)
  // As the client sees it: it is still the professional who looks.
  await elise.api.files.listItems({ spaceId, viewAs: 'client' })
  await open(elise, shared.id)
  const all = [
    ['Élise', 'Practice', 'file_opened', 'Shared.txt'],
    ['Ana', 'Practice', 'file_opened', 'Together.txt'],
    ['Xavier', 'Other', 'file_downloaded', 'Shared.txt'],
    ['Élise', 'Practice', 'file_opened', 'Mine.txt'],
  ]
  assert.deepEqual(await read(), all)
  assert.ok(!JSON.stringify(await camille.api.audit.listOpenings({})).includes('Runners'))
  // Opened before it was shared: the professional's own work.
  await elise.api.files.changeLevel({ ids: [hidden.id], level: 'me_client' })
  assert.deepEqual(await read(), all)
  await elise.api.files.changeLevel({ ids: [shared.id], level: 'company' })
  assert.deepEqual(await read(), [all[1], all[3]])
  const another = await world.signIn(await world.addClient(company))
  assert.deepEqual((await another.api.audit.listOpenings({})).openings, [])
})
