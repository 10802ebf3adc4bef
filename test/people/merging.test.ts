import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { LEVELS } from '../../core/visibility.ts'
import { lockBoth, unite } from '../../server/people/lives/unite.ts'
import { until } from '../process.ts'
import { createWorld, encodeMetadata, PASSWORD, problem, UNKNOWN } from '../world.ts'

const PATCH = {
  method: 'PATCH',
  headers: {
    'Tus-Resumable': '1.0.0',
    'Upload-Offset': '2',
    'Content-Type': 'application/offset+octet-stream',
  },
  body: 'st',
}

/** Zoé has an account and a record; a second one was made by Olivia, whom Max doesn't know of. */
async function withTwins(t: Parameters<typeof createWorld>[0]) {
  const world = await createWorld(t)
  const company = await world.addCompany({ name: 'Kiné', branches: ['Laval', 'Québec'] })
  const zoe = await world.addClient(company, { name: 'Zoé Roy' })
  const max = await world.addProfessional(company, 'manager', { name: 'Max', branches: ['Laval', 'Québec'] })
  const olivia = await world.addProfessional(company, 'employee', { name: 'Olivia', branches: ['Québec'] })
  const [asMax, asOlivia, asZoe] = [
    await world.signIn(max),
    await world.signIn(olivia),
    await world.signIn(zoe),
  ]
  const twin = await asOlivia.api.people.createClient({ name: 'ZOE  roy' })
  const two = { clientId: twin.id, otherId: zoe.id }
  return { world, company, zoe, twin, two, max, olivia, asMax, asOlivia, asZoe }
}

test('everything of two records comes into one: levels, owners, what is under way, who is involved', async (t) => {
  const { world, company, zoe, twin, two, max, asMax, asOlivia, asZoe } = await withTwins(t)
  const { api } = asOlivia
  const folder = await api.files.createFolder({ spaceId: twin.spaceId, parentId: null, name: 'Plans' })
  const files = []
  for (const level of LEVELS)
    files.push(await asOlivia.upload(level, { spaceId: twin.spaceId, parentId: folder.id, level }))
  const gone = await asOlivia.upload('deleted', { spaceId: twin.spaceId, level: 'company' })
  const { deletionId } = await api.files.deleteItems({ ids: [gone.id] })
  // However slow the machine is.
  await sql`update deletion set undo_until = undo_until + interval '1 hour'`.execute(world.db)
  const begun = await asOlivia.fetch('/api/uploads', {
    method: 'POST',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': '4',
      'Upload-Metadata': encodeMetadata({ filename: 'last', spaceId: twin.spaceId, parentId: folder.id }),
      'Content-Type': 'application/offset+octet-stream',
    },
    body: 'la',
  })
  assert.equal(begun.headers.get('Upload-Offset'), '2')
  const own = await asZoe.upload('mine')
  const group = await world.addGroup(company, [], { name: 'Runners' })
  await asMax.api.people.addMembers({ groupId: group.id, clientIds: [twin.id] })
  await world.db
    .insertInto('stakeholder_invitation')
    .values({
      space_id: twin.spaceId,
      company_id: company.id,
      email: 'external@carnet.test',
      invited_by: max.id,
      expires_at: new Date(Date.now() + 1e9),
    })
    .execute()

  const alike = await asMax.api.lives.listMergeable({ clientId: twin.id })
  assert.deepEqual(
    alike.clients.map(({ id, alike }) => [id, alike]),
    [[zoe.id, true]],
  )
  const summary = await asMax.api.lives.readMerge(two)
  assert.deepEqual([summary.stays.id, summary.goes.id], [zoe.id, twin.id], 'the account stays')
  assert.deepEqual(summary.goes.stakeholders, ['Olivia'])
  assert.deepEqual(summary.goes.groups, ['Runners'])
  assert.deepEqual(
    [summary.goes.files, summary.goes.folders, summary.stays.files],
    [4, 1, 1],
    'as far as Max sees',
  )
  assert.deepEqual([summary.gain, summary.lose], [['Olivia'], []])

  const merged = await asMax.api.lives.mergeClients(two)
  assert.deepEqual(
    [merged.id, merged.name, merged.app, merged.email],
    [zoe.id, 'Zoé Roy', 'active', zoe.email],
  )
  assert.deepEqual(
    merged.branches.map(({ name }) => name),
    ['Laval', 'Québec'],
  )
  for (const file of files) {
    const now = await api.files.readItem({ itemId: file.id })
    assert.deepEqual(
      [now.level, now.owner?.name, now.parentId, now.addedAt],
      [file.level, 'Olivia', folder.id, file.addedAt],
    )
  }
  const levels = (await asZoe.api.files.listItems({ folderId: folder.id })).items.map(({ name }) => name)
  assert.equal(levels.length, 3, 'what is shared with the client is')
  assert.equal((await api.files.readItem({ itemId: own.id })).owner?.name, 'Zoé Roy')
  await api.files.undoDeletion({ deletionId })
  assert.equal((await api.files.readItem({ itemId: gone.id })).can.modify, true)
  const finished = await asOlivia.fetch(begun.headers.get('Location') ?? '', PATCH)
  const last = await api.files.readItem({ itemId: finished.headers.get('Carnet-Item') ?? '' })
  assert.equal(last.parentId, folder.id)
  assert.equal(await (await asOlivia.fetch(`/api/items/${last.id}/content`)).text(), 'last')

  assert.deepEqual(
    (await asMax.api.people.readGroup({ groupId: group.id })).members.map(({ id }) => id),
    [zoe.id],
  )
  assert.equal((await asMax.api.people.readClient({ clientId: twin.id })).id, zoe.id, 'an old link leads on')
  await assert.rejects(asMax.api.lives.mergeClients(two), problem('not_found'))
  assert.equal(
    (await world.db.selectFrom('stakeholder_invitation').select('space_id').execute())[0]?.space_id,
    zoe.spaceId,
  )
  await assertCounted(world.db, zoe.spaceId)
  const entry = await world.db
    .selectFrom('audit_entry')
    .select(['subject_client_id', 'professional_id', 'details'])
    .where('action', '=', 'clients_merged')
    .executeTakeFirstOrThrow()
  assert.deepEqual(entry, {
    subject_client_id: zoe.id,
    professional_id: max.id,
    details: { merged: twin.id },
  })
  assert.equal((await world.db.selectFrom('client').select('id').execute()).length, 1)
})

test('what the client added to the record that goes is theirs in the other', async (t) => {
  const { world, company, zoe, max, asMax, asZoe } = await withTwins(t)
  const folder = await asMax.api.files.createFolder({ spaceId: zoe.spaceId, parentId: null, name: 'Plans' })
  await asMax.upload('x', { spaceId: zoe.spaceId, parentId: folder.id, level: 'me_client' })
  const own = [
    await asZoe.upload('mine'),
    await asZoe.upload('inside', { parentId: folder.id, audience: [max.id] }),
  ]
  await asZoe.api.account.eraseAccount({ password: PASSWORD })
  const again = await world.addClient(company, { name: 'Zoé Roy' })
  const merged = await asMax.api.lives.mergeClients({ clientId: zoe.id, otherId: again.id })
  assert.equal(merged.id, again.id)
  const { api } = await world.signIn(again)
  for (const { id } of own) {
    const item = await api.files.readItem({ itemId: id })
    assert.deepEqual([item.owner?.you, item.can.modify, item.can.delete], [true, true, true])
  }
  assert.equal((await api.files.listItems({ folderId: folder.id })).items.length, 2)
  await assertCounted(world.db, again.spaceId)
  const { rows } = await sql<{ bytes: string; counted: string }>`
    select u.bytes, (select coalesce(sum(b.size), 0) from blob b where b.id in (
      select i.blob_id from item i where i.quota_company_id = u.company_id)) as counted
    from company_use u where u.company_id = ${company.id}`.execute(world.db)
  assert.equal(String(rows[0]?.bytes), String(rows[0]?.counted))
  assert.equal(Number(rows[0]?.bytes), 'xmineinside'.length)
})

test('what can’t be merged has a clear answer, and nothing is changed', async (t) => {
  const { world, company, zoe, twin, two, asMax } = await withTwins(t)
  const { lives } = asMax.api
  const another = await world.addClient(company, { name: 'Another' })
  const elsewhere = await world.addClient(await world.addCompany())
  const refused = [
    [twin, twin, 'merge_itself'],
    [zoe, another, 'merge_two_accounts'],
    [zoe, elsewhere, 'not_found'],
    [elsewhere, zoe, 'not_found'],
    [zoe, { id: UNKNOWN }, 'not_found'],
  ] as const
  for (const [one, other, code] of refused)
    for (const verb of [lives.readMerge, lives.mergeClients])
      await assert.rejects(verb({ clientId: one.id, otherId: other.id }), problem(code))
  await asMax.api.people.readClient({ clientId: two.clientId })
  assert.equal((await world.db.selectFrom('client').select('id').execute()).length, 4)
})

test('the summary tells nothing of what its reader doesn’t see', async (t) => {
  const { twin, two, asMax, asOlivia } = await withTwins(t)
  const before = await asMax.api.lives.readMerge(two)
  const hidden = await asOlivia.api.files.createFolder({ spaceId: twin.spaceId, parentId: null, name: 'F' })
  const { files, folders } = (await asMax.api.lives.readMerge(two)).goes
  assert.deepEqual([files, folders], [0, 1])
  for (const level of ['me', 'me_client'] as const)
    await asOlivia.upload('x', { spaceId: twin.spaceId, parentId: hidden.id, level })
  const after = await asMax.api.lives.readMerge(two)
  assert.deepEqual(after, { ...before, goes: { ...before.goes, folders: 1 } })
})

test('what rested with an archived link doesn’t come alive by merging', async (t) => {
  const { world, company, zoe, twin, two, asMax, asZoe } = await withTwins(t)
  const nutri = await world.addCompany({ name: 'Nutri' })
  const nora = await world.addProfessional(nutri, 'employee', { name: 'Nora' })
  const nils = await world.addProfessional(nutri, 'employee', { name: 'Nils' })
  const group = await world.addGroup(nutri, [zoe])
  await world.setStakeholder(group, nils)
  const link = (client_id: string, archived_at: Date | null) =>
    world.db.insertInto('client_company').values({ client_id, company_id: nutri.id, archived_at }).execute()
  await link(zoe.id, new Date())
  await link(twin.id, null)
  await world.setStakeholder(zoe, nora)
  await world.setStakeholder(twin, nils)
  const shared = await (await world.signIn(nils)).upload('x', { spaceId: group.spaceId, level: 'everybody' })
  const plan = await (await world.signIn(nils)).upload('x', { spaceId: twin.spaceId, level: 'everybody' })
  const [asNora, asNils] = [(await world.signIn(nora)).api, (await world.signIn(nils)).api]
  await assert.rejects(asNora.people.readClient({ clientId: zoe.id }), problem('not_found'))

  const { gain } = await asMax.api.lives.readMerge(two)
  assert.deepEqual(gain, ['Nils', 'Olivia'])
  await asMax.api.lives.mergeClients(two)
  await assert.rejects(asNora.people.readClient({ clientId: zoe.id }), problem('not_found'))
  assert.equal((await asNils.people.readClient({ clientId: zoe.id })).id, zoe.id)
  const seen = (await asZoe.api.files.listItems({})).items.map(({ id }) => id)
  assert.ok(seen.includes(plan.id) && !seen.includes(shared.id))
  const merged = await world.db
    .selectFrom('audit_entry')
    .select('company_id')
    .where('action', '=', 'clients_merged')
    .execute()
  assert.deepEqual(merged.map((row) => row.company_id).sort(), [company.id, nutri.id].sort())
})

test('an invitation that is open comes along, or is forgotten where there is an account', async (t) => {
  const { world, zoe, twin, asMax } = await withTwins(t)
  const { people, lives } = asMax.api
  const invited = await people.createClient({ name: 'Zoé R.', email: 'zoe.roy@carnet.test' })
  await world.runJobs()
  const one = await lives.mergeClients({ clientId: twin.id, otherId: invited.id })
  assert.deepEqual([one.id, one.app, one.email], [twin.id, 'invited', 'zoe.roy@carnet.test'])
  const invitations = () =>
    world.db.selectFrom('invitation').select('id').where('purpose', '=', 'join').execute()
  assert.equal((await invitations()).length, 1)
  const last = await lives.mergeClients({ clientId: twin.id, otherId: zoe.id })
  assert.deepEqual([last.id, last.app, last.email], [zoe.id, 'active', zoe.email])
  assert.equal((await invitations()).length, 0)
  const known = await world.db.selectFrom('person').select('email').execute()
  assert.ok(!known.some(({ email }) => email === 'zoe.roy@carnet.test'))
  for (const { id } of [twin, invited])
    assert.equal((await people.readClient({ clientId: id })).id, zoe.id, 'through two mergers')
})

test('whatever is added while records are merged is there, or was refused', async (t) => {
  const { world, olivia, asMax, asOlivia } = await withTwins(t)
  for (let round = 0; round < 2; round++) {
    const [stays, goes] = [
      await asOlivia.api.people.createClient({ name: `A ${round}` }),
      await asOlivia.api.people.createClient({ name: `A ${round}` }),
    ]
    const there = await asOlivia.upload('x', { spaceId: goes.spaceId })
    const adding = Array.from({ length: 6 }, (_, n) =>
      n % 2
        ? asOlivia.upload('x', { spaceId: goes.spaceId })
        : asOlivia.api.files.createFolder({ spaceId: goes.spaceId, parentId: null, name: 'F' }),
    )
    const deleting = asOlivia.api.files.deleteItems({ ids: [there.id] })
    const involving = Promise.allSettled([
      asMax.api.involvement.addStakeholder({ spaceId: goes.spaceId, professionalId: olivia.id }),
    ])
    const merging = asMax.api.lives.mergeClients({ clientId: stays.id, otherId: goes.id })
    const added = await Promise.allSettled(adding)
    await deleting
    await involving
    assert.equal((await merging).id, stays.id)
    for (const one of added) {
      if (one.status === 'fulfilled') {
        assert.equal((await asOlivia.api.files.readItem({ itemId: one.value.id })).id, one.value.id)
      } else
        assert.ok(problem('not_found')(one.reason) || problem('conflict')(one.reason), String(one.reason))
    }
    await assertCounted(world.db, stays.spaceId)
  }
})

test('what waited for a merger goes on in the record that stays, with nobody else changing it', async (t) => {
  const { world, zoe, twin, asOlivia } = await withTwins(t)
  const { db } = world
  const file = await asOlivia.upload('x', { spaceId: twin.spaceId })
  const begun = await asOlivia.fetch('/api/uploads', {
    method: 'POST',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': '4',
      'Upload-Metadata': encodeMetadata({ filename: 'last', spaceId: twin.spaceId }),
      'Content-Type': 'application/offset+octet-stream',
    },
    body: 'la',
  })
  const clock = async () => {
    const { rows } = await sql<{ now: string }>`select clock_timestamp()::text as now`.execute(db)
    return rows[0]?.now ?? ''
  }
  const began = await clock()
  // Once merging is done, either may be quicker than who was in the line before it, and waits for nobody.
  let done = 0
  const waiting = (count: number, since: string) =>
    until(`${count} wait for a space`, async () => {
      const { rows } = await sql<{ n: number }>`select count(*)::integer as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query ~ 'from "?space"?'
          and query_start > ${since}::timestamptz`.execute(db)
      return (rows[0]?.n ?? 0) + done === count
    })
  const [stays, goes] = [
    { clientId: zoe.id, spaceId: zoe.spaceId },
    { clientId: twin.id, spaceId: twin.spaceId },
  ]
  const [merging, other] = [await db.startTransaction().execute(), await db.startTransaction().execute()]
  // However it ends, nothing stays locked.
  const letGo = () => Promise.allSettled([merging.rollback().execute(), other.rollback().execute()])
  await lockBoth(merging, stays, goes)
  const finishing = asOlivia.fetch(begun.headers.get('Location') ?? '', PATCH)
  const renaming = asOlivia.api.files.renameItem({ itemId: file.id, name: 'renamed' })
  for (const request of [finishing, renaming])
    request.then(
      () => done++,
      () => done++,
    )
  const holding = other.selectFrom('space').select('id').where('id', '=', zoe.spaceId).forUpdate().execute()
  await waiting(3, began).catch(letGo)
  await unite(merging, stays, goes)
  const united = await clock()
  await merging.commit().execute()
  await holding
  // Both wait for whoever changes the record that stays.
  await waiting(2, united).finally(letGo)
  assert.equal((await renaming).name, 'renamed')
  const itemId = (await finishing).headers.get('Carnet-Item') ?? ''
  assert.equal((await asOlivia.api.files.readItem({ itemId })).name, 'last')
})

test('whatever refers to a client or a space is known to merging', async (t) => {
  const { db } = await createWorld(t)
  const { rows } = await sql<{ ref: string }>`
    select c.conrelid::regclass || '.' || a.attname as ref
    from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
    where c.contype = 'f' and (c.confrelid in ('client'::regclass, 'space'::regclass, 'client_company'::regclass)
      or exists (select from pg_attribute k where k.attrelid = c.confrelid and k.attnum = any(c.confkey)
        and k.attname = 'space_id' and c.conrelid <> 'item'::regclass))
    order by 1`.execute(db)
  assert.deepEqual(
    [...new Set(rows.map(({ ref }) => ref))],
    [
      'client_branch.client_id',
      'client_branch.company_id',
      'client_company.client_id',
      'client_request.client_id',
      'deletion.client_id',
      'deletion.space_id',
      'group_member.client_id',
      'item.owner_client_id',
      'item.space_id',
      'merged_client.into_client_id',
      'notification.client_id',
      'notification.space_id',
      'notification.to_client_id',
      'space.client_id',
      'stakeholder.space_id',
      'stakeholder_invitation.space_id',
      'upload.client_id',
      'upload.space_id',
    ],
    'say in server/people/lives/unite.ts what becomes of it',
  )
})

/** What folders are said to hold is what they hold. */
async function assertCounted(db: Awaited<ReturnType<typeof createWorld>>['db'], spaceId: string) {
  const columns = sql.raw(
    'kind, level, owner_professional_id, owner_client_id, company_id, branch_id, audience, protected',
  )
  const counted =
    await sql`select c.folder_id, ${sql.raw('c.kind, c.level, c.owner_professional_id, c.owner_client_id, c.company_id, c.branch_id, c.audience, c.protected')}, c.count::integer as n
    from folder_content c join item f on f.id = c.folder_id
    where f.space_id = ${spaceId} and f.deletion_id is null and c.count <> 0`.execute(db)
  const real = await sql`
    with recursive inside(folder_id, id) as (
      select parent_id, id from item where space_id = ${spaceId} and parent_id is not null and deletion_id is null
      union all
      select f.parent_id, inside.id from inside join item f on f.id = inside.folder_id where f.parent_id is not null
    ) select folder_id, ${columns}, count(*)::integer as n from inside join item using (id)
    group by folder_id, ${columns}`.execute(db)
  const sorted = (rows: unknown[]) => rows.map((row) => JSON.stringify(row)).sort()
  assert.deepEqual(sorted(counted.rows), sorted(real.rows))
}
