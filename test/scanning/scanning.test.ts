import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { EICAR, startClamd } from '../clamd.ts'
import { flat } from '../previews/hostile.ts'
import { createWorld, problem } from '../world.ts'
import { askFor, enter, zipOf } from './house.ts'

const all = (what: string | number) => ({
  whole: what,
  head: what === 404 || what === 'not_found' ? 404 : 403,
  inline: what,
  part: what,
  again: what,
  thumb: what,
  view: what,
})
const FREE = { whole: 200, head: 200, inline: 200, part: 206, again: 304, thumb: 200, view: 200 }
const photo = () => flat(60, 40).jpeg().toBuffer()

test('until a file was scanned, those who see it see that it is being checked, and its owner alone gets it', async (t) => {
  const { world, at, owner, colleague, client, stranger } = await enter(t)
  const item = await owner.upload(await photo(), { ...at, name: 'photo.jpg' })
  const note = await owner.upload('a note of hers', { ...at, name: 'note.txt' })
  assert.deepEqual([item.scan, item.can.download, item.preview], ['waiting', true, 'none'])
  const put = await owner.fetch(`/api/files/put.txt?spaceId=${at.spaceId}&level=everybody`, {
    method: 'PUT',
    body: 'put',
  })
  const putId = put.headers.get('Location')?.split('/').at(-1) ?? ''
  assert.equal((await askFor(client, putId)).whole, 'file_unchecked')

  for (const browser of [colleague, client]) {
    const seen = await browser.api.files.readItem({ itemId: item.id })
    assert.deepEqual([seen.scan, seen.can.download, seen.preview], ['waiting', false, 'none'])
    assert.deepEqual(await askFor(browser, item.id), all('file_unchecked'))
    const zip = await zipOf(browser, [item.id, note.id])
    assert.ok(zip.includes('note.txt\r\nphoto.jpg\r\n') && zip.includes('_missing.txt'))
    assert.ok(!zip.includes('a note of hers'))
  }
  // What is hidden isn't being checked either.
  assert.deepEqual(await askFor(stranger, item.id), all('not_found'))
  // No decoder gets it before the scanner has had it.
  const waiting = { ...FREE, thumb: 'file_unchecked', view: 'file_unchecked' }
  assert.deepEqual(await askFor(owner, item.id), waiting)
  assert.ok((await zipOf(owner, [note.id])).includes('a note of hers'))
  assert.equal((await world.db.selectFrom('preview').selectAll().execute()).length, 0)

  await world.runJobs()
  for (const browser of [owner, colleague, client]) {
    const seen = await browser.api.files.readItem({ itemId: item.id })
    assert.deepEqual([seen.scan, seen.can.download, seen.preview], [null, true, 'ready'])
    assert.deepEqual(await askFor(browser, item.id), FREE)
    assert.ok((await zipOf(browser, [item.id, note.id])).includes('a note of hers'))
  }
  assert.deepEqual(await askFor(stranger, item.id), all('not_found'))
})

test('an infected file is blocked for everybody, its owner too, who sees why and deletes it', async (t) => {
  const { world, at, owner, colleague, client, boss, stranger } = await enter(t)
  const item = await owner.upload(`see ${EICAR}`, { ...at, name: 'bad.txt' })
  const mine = await client.upload(`see ${EICAR}`, { name: 'worse.txt' })
  await world.runJobs()
  for (const browser of [owner, colleague, client, boss]) {
    for (const { id } of [item, mine]) {
      const seen = await browser.api.files.readItem({ itemId: id })
      assert.deepEqual([seen.scan, seen.can.download, seen.preview], ['infected', false, 'none'])
      assert.deepEqual(await askFor(browser, id), all('file_infected'))
    }
    const zip = await zipOf(browser, [item.id])
    assert.ok(zip.includes('bad.txt') && zip.includes('_missing.txt') && !zip.includes(EICAR))
  }
  assert.deepEqual(await askFor(stranger, item.id), all('not_found'))
  const { items } = await client.api.files.listItems({})
  assert.deepEqual(items.map(({ name, scan }) => [name, scan]).sort(), [
    ['bad.txt', 'infected'],
    ['worse.txt', 'infected'],
  ])

  await owner.api.files.deleteItems({ ids: [item.id] })
  await client.api.files.deleteItems({ ids: [mine.id] })
  assert.deepEqual((await client.api.files.listItems({})).items, [])
})

test('whoever becomes the owner of an infected file gets it as little, and of one that waits has it as its owner', async (t) => {
  const { clamd, world, at, owner, boss } = await enter(t)
  const bad = await owner.upload(EICAR, { ...at, name: 'bad.txt' })
  await world.runJobs()
  const waits = await owner.upload('x', { ...at, name: 'waits.txt' })
  for (const { id } of [bad, waits]) await boss.api.custody.takeOverItem({ itemId: id, reason: 'left' })
  assert.deepEqual(await askFor(boss, bad.id), all('file_infected'))
  assert.equal((await askFor(boss, waits.id)).whole, 200)
  assert.equal((await askFor(owner, waits.id)).whole, 'file_unchecked')
  assert.equal(clamd.seen.streams.length, 1)
})

test('a copy is no way round: it waits with the bytes it shares, and is blocked with them', async (t) => {
  const { clamd, world, company, people, owner } = await enter(t)
  const { boss, client } = people
  const group = await world.addGroup(company, [client])
  await world.setStakeholder(group, people.owner)
  const inGroup = { spaceId: group.spaceId, level: 'everybody' as const }
  const files = [
    await owner.upload('a note', { ...inGroup, name: 'note.txt' }),
    await owner.upload(EICAR, { ...inGroup, name: 'bad.txt' }),
  ]
  const asBoss = await world.signIn(boss)
  await asBoss.api.people.removeMember({
    groupId: group.id,
    clientId: client.id,
    copies: files.map(({ id }) => id),
  })
  const phone = await world.signIn(client)
  const copies = (await phone.api.files.listItems({})).items
  assert.deepEqual(copies.map(({ name, scan }) => [name, scan]).sort(), [
    ['bad.txt', 'waiting'],
    ['note.txt', 'waiting'],
  ])
  // Who copied owns the copy, and not what it is a copy of.
  for (const { id } of copies) {
    assert.equal((await asBoss.api.files.readItem({ itemId: id })).owner?.you, true)
    assert.equal((await askFor(asBoss, id)).whole, 'file_unchecked')
    assert.equal((await askFor(phone, id)).whole, 'file_unchecked')
  }

  await world.runJobs()
  assert.equal(clamd.seen.streams.length, 2, 'bytes are scanned once')
  for (const { id, name } of copies) {
    const answer = name === 'note.txt' ? 200 : 'file_infected'
    assert.equal((await askFor(asBoss, id)).whole, answer)
    assert.equal((await askFor(phone, id)).whole, answer)
  }

  // What is blocked isn't spread.
  const again = await world.addClient(company)
  await world.db.insertInto('group_member').values({ group_id: group.id, client_id: again.id }).execute()
  const leave = (ids: string[]) =>
    asBoss.api.people.removeMember({ groupId: group.id, clientId: again.id, copies: ids })
  await assert.rejects(leave(files.map(({ id }) => id)), problem('file_infected'))
  await leave(files.slice(0, 1).map(({ id }) => id))
  const theirs = await (await world.signIn(again)).api.files.listItems({})
  assert.deepEqual(
    theirs.items.map(({ name }) => name),
    ['note.txt'],
  )
})

test('without a scanner nothing waits; set later, it looks at the files of before; what it found stays blocked', async (t) => {
  const clamd = await startClamd(t)
  const world = await createWorld(t)
  const company = await world.addCompany()
  const owner = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, owner)
  const asOwner = await world.signIn(owner)
  const phone = await world.signIn(client)
  const add = (name: string, bytes: string) =>
    asOwner.upload(bytes, { name, spaceId: client.spaceId, level: 'everybody' })
  const [note, bad] = [await add('note.txt', 'a note'), await add('bad.txt', EICAR)]
  const picture = await asOwner.upload(await photo(), { spaceId: client.spaceId, level: 'everybody' })
  await world.runJobs()
  for (const { id } of [note, bad]) assert.equal((await askFor(phone, id)).whole, 200)
  const shown = async () => {
    const { preview, picture: colours } = await phone.api.files.readItem({ itemId: picture.id })
    return [preview, colours !== null]
  }
  assert.deepEqual(await shown(), ['ready', true])
  assert.deepEqual([note.scan, clamd.seen.streams], [null, []])

  const scanning = await world.serve({ CLAMD_URL: clamd.url })
  for (const { id } of [note, bad]) assert.equal((await askFor(phone, id)).whole, 'file_unchecked')
  // The picture that was made of it before waits as well, and its colours.
  assert.deepEqual(await askFor(phone, picture.id), all('file_unchecked'))
  assert.deepEqual(await shown(), ['none', false])
  await scanning.app.runJobs()
  assert.equal(clamd.seen.streams.length, 3)
  assert.deepEqual([await shown(), await askFor(phone, picture.id)], [['ready', true], FREE])
  assert.equal((await askFor(phone, note.id)).whole, 200)
  assert.equal((await askFor(phone, bad.id)).whole, 'file_infected')

  const late = await asOwner
    .at(scanning.origin)
    .upload('late', { spaceId: client.spaceId, level: 'everybody' })
  assert.equal((await askFor(phone, late.id)).whole, 'file_unchecked')
  await world.serve()
  assert.equal((await askFor(phone, late.id)).whole, 200)
  assert.equal((await askFor(phone, note.id)).whole, 200)
  assert.equal((await askFor(phone, bad.id)).whole, 'file_infected')
})

test('no picture is made of what waits, though it was asked for before there was a scanner', async (t) => {
  const clamd = await startClamd(t)
  const world = await createWorld(t)
  const company = await world.addCompany()
  const client = await world.addClient(company)
  const phone = await world.signIn(client)
  const { id } = await phone.upload(await photo())
  clamd.state.refuses = true
  const scanning = await world.serve({ CLAMD_URL: clamd.url })
  await scanning.app.runJobs()
  assert.deepEqual(await world.db.selectFrom('preview').selectAll().execute(), [])
  clamd.state.refuses = false
  await world.services.jobs.add(world.db, 'scan', {})
  await scanning.app.runJobs()
  assert.equal((await phone.api.files.readItem({ itemId: id })).preview, 'ready')
})

test('while the scanner is away files stay with their owners, it is said, and nothing is lost', async (t) => {
  const { clamd, world, at, owner, client, boss, look } = await enter(t)
  const health = async () => {
    const answer = await world.visitor().fetch('/healthz')
    return [answer.status, await answer.json()]
  }
  const checks = { database: 'ok', blobs: 'ok' }
  assert.deepEqual(await health(), [200, { status: 'ok', checks: { ...checks, scanner: 'ok' } }])
  assert.deepEqual(await boss.api.administration.readScanner(), { scanner: 'ok' })
  await assert.rejects(owner.api.administration.readScanner(), problem('forbidden'))

  clamd.state.refuses = true
  const items = [await owner.upload('one', at), await owner.upload('two', at)]
  for (let times = 0; times < 3; times++) await look()
  for (const { id } of items) {
    assert.equal((await askFor(client, id)).whole, 'file_unchecked')
    assert.equal((await askFor(owner, id)).whole, 200)
  }
  assert.deepEqual(await boss.api.administration.readScanner(), { scanner: 'failing' })
  assert.deepEqual(await health(), [200, { status: 'degraded', checks: { ...checks, scanner: 'failing' } }])

  clamd.state.refuses = false
  await look()
  for (const { id } of items) assert.equal((await askFor(client, id)).whole, 200)
  const plain = await createWorld(t)
  const lead = await plain.addProfessional(await plain.addCompany(), 'super_admin')
  assert.deepEqual(await (await plain.signIn(lead)).api.administration.readScanner(), { scanner: 'none' })
})

test('what the scanner can’t look at stays with its owner, who is told, and is tried again a day later', async (t) => {
  const { clamd, world, at, owner, client, look } = await enter(t)
  clamd.state.max = 1000
  const item = await owner.upload('x'.repeat(1001), { ...at, name: 'film.txt' })
  await look()
  assert.equal((await client.api.files.readItem({ itemId: item.id })).scan, 'unscannable')
  assert.deepEqual(await askFor(client, item.id), all('file_uncheckable'))
  assert.equal((await askFor(owner, item.id)).whole, 200)
  assert.equal((await askFor(owner, item.id)).view, 'file_uncheckable')
  assert.ok((await zipOf(client, [item.id])).includes('_missing.txt'))

  clamd.state.max = 10_000
  await look()
  assert.equal((await askFor(client, item.id)).whole, 'file_uncheckable')
  clamd.state.max = 1000
  world.pass({ days: 1 })
  await look()
  const { notes } = await owner.api.inbox.readInbox({})
  assert.deepEqual(
    notes.map(({ kind, item }) => [kind, item]),
    [['own_file_uncheckable', 'film.txt']],
    'once only',
  )
  clamd.state.max = 10_000
  world.pass({ days: 1 })
  await look()
  assert.equal((await askFor(client, item.id)).whole, 200)
})

test('a file on which the scanner fails whenever it is asked is one that it can’t look at, and holds up no other', async (t) => {
  const { clamd, world, at, owner, client } = await enter(t)
  const fine = await owner.upload('fine', at)
  clamd.state.answers = 'stream: Can’t open file or directory ERROR'
  const odd = await owner.upload('odd', at)
  await world.services.scanJobs.scan()
  clamd.state.answers = undefined
  await world.runJobs()
  assert.equal((await client.api.files.readItem({ itemId: odd.id })).scan, 'unscannable')
  assert.equal((await askFor(client, fine.id)).whole, 200)
})

test('what a process was scanning when it ended, another scans', async (t) => {
  const { clamd, world, at, owner, client, look } = await enter(t)
  const item = await owner.upload('x', at)
  // As it is while somebody scans.
  await sql`update blob set scan_after = now() + interval '1 minute'`.execute(world.db)
  await look()
  assert.equal(clamd.seen.streams.length, 0)
  world.pass({ seconds: 61 })
  await look()
  assert.equal((await askFor(client, item.id)).whole, 200)
})

test('bytes that are gone from the disk hold up no other file', async (t) => {
  const clamd = await startClamd(t)
  const world = await createWorld(t)
  const client = await world.addClient(await world.addCompany())
  const phone = await world.signIn(client)
  const [fine, lost] = [await phone.upload('fine'), await phone.upload('lost')]
  await world.runJobs()
  const { rows } = await sql<{ key: string }>`select b.key from blob b join item i on i.blob_id = b.id
    where i.id = ${lost.id}::uuid`.execute(world.db)
  await world.services.blobs.remove(rows[0]?.key ?? '')
  // One job for both, and the newest comes first.
  const scanning = await world.serve({ CLAMD_URL: clamd.url })
  await scanning.app.runJobs()
  const scanOf = async ({ id }: { id: string }) => (await phone.api.files.readItem({ itemId: id })).scan
  assert.deepEqual([await scanOf(fine), await scanOf(lost)], [null, 'waiting'])
})
