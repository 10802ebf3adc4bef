import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { nameOf } from '../../server/blobs/blobs.ts'
import { StartError } from '../../server/start-error.ts'
import { readCheckWords } from '../../server/upkeep/command.ts'
import { startNode } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { enter } from './stored.ts'

for (const encryption of ['on', 'off']) {
  test(`a flipped bit, a missing and an extra file are found, each by name (ENCRYPTION=${encryption})`, async (t) => {
    const house = await enter(t, { settings: { ENCRYPTION: encryption } })
    const { world, check, blobOf } = house
    const [whole, flipped, lost] = [await house.add(), await house.add(), await house.add('short')]
    assert.deepEqual((await check()).kinds, [])

    const [altered, gone] = [await blobOf(flipped), await blobOf(lost)]
    assert.equal(altered.key.includes('.'), encryption === 'on')
    await house.flip(altered.key)
    await house.lose(gone.key)
    const extra = await house.strew()
    const staged = await house.strew({ staged: true })
    await house.strew({ days: 0 })

    const { findings, kinds, run } = await check()
    assert.deepEqual(kinds, ['damaged', 'extra', 'missing', 'staged'])
    const saying = (kind: string) => findings.find((one) => one.kind === kind)?.what ?? ''
    assert.match(
      saying('damaged'),
      new RegExp(`${nameOf(altered.key)}.*item ${flipped.id} in space ${house.spaceId}`),
    )
    assert.match(saying('missing'), new RegExp(`item ${lost.id} .*owner professional ${house.owner.id}`))
    assert.ok(saying('extra').includes(extra))
    assert.ok(saying('staged').includes(staged))
    assert.deepEqual(run.found, { damaged: 1, extra: 1, missing: 1, staged: 1 })
    assert.equal(run.files, 3)
    assert.ok(run.ended_at)

    // Found again, as it is so still; and nothing was removed.
    assert.deepEqual((await check()).kinds, kinds)
    const marks = await world.db.selectFrom('blob').select(['id', 'damage']).execute()
    assert.equal(marks.find(({ id }) => id === altered.id)?.damage, 'damaged')
    assert.equal(marks.find(({ id }) => id === gone.id)?.damage, 'missing')
    assert.equal(marks.filter(({ damage }) => damage === null).length, 1)
    assert.equal((await blobOf(whole)).damage, null)

    assert.equal((await check({ repair: true })).left, 4)
    assert.ok(await house.store.stat(extra), 'it waits its week')
    const repaired = await check({ repair: true, extras: true })
    assert.equal(repaired.left, 2)
    assert.equal(await house.store.stat(extra), undefined)
    assert.deepEqual((await check()).kinds, ['damaged', 'missing'])
  })
}

test('what is damaged is restored from a backup once it has proved to be what was stored', async (t) => {
  const house = await enter(t)
  const { check, blobOf, world } = house
  const bytes = Buffer.alloc(150_000, 'carnet')
  const [flipped, lost, bothBad] = [await house.add(bytes), await house.add('lost'), await house.add('bad')]
  const backup = await makeTempFolder()
  await cp(join(world.dataDir, 'blobs'), join(backup, 'blobs'), { recursive: true })
  await house.flip((await blobOf(flipped)).key)
  await house.lose((await blobOf(lost)).key)
  const bad = await blobOf(bothBad)
  await house.lose(bad.key)
  await cp(house.pathOf(nameOf((await blobOf(flipped)).key)), join(backup, 'blobs', nameOf(bad.key)))
  assert.deepEqual((await check()).kinds, ['damaged', 'missing', 'missing'])

  const { code, stdout, stderr } = await runCommand(world, ['--repair', '--from', backup])
  assert.deepEqual([code, stderr], [1, ''])
  assert.match(stdout, /^damaged: .* restored from the backup \(repaired\)$/m)
  assert.match(stdout, new RegExp(`^missing: ${nameOf(bad.key)}.*item ${bothBad.id}`, 'm'))
  assert.deepEqual((await check()).kinds, ['missing'])
  const read = async (item: { id: string }) =>
    Buffer.from(await (await house.mine.fetch(`/api/items/${item.id}/content`)).arrayBuffer())
  assert.deepEqual(await read(flipped), bytes)
  assert.equal(String(await read(lost)), 'lost')
  const { rows } = await sql<{
    action: string
    n: number
  }>`select action, count(*)::integer as n from audit_entry
    where action in ('file_damaged', 'file_mended') group by 1 order by 1`.execute(world.db)
  assert.deepEqual(rows, [
    { action: 'file_damaged', n: 3 },
    { action: 'file_mended', n: 2 },
  ])
})

test('the command says a line for each finding, and its exit code whether there is any', async (t) => {
  const house = await enter(t)
  const { world } = house
  const item = await house.add()
  const well = await runCommand(world, [])
  assert.deepEqual([well.code, well.stderr], [0, ''])
  assert.match(well.stdout, /^Read 1 files and 0 previews, 0\.2 MB: all is as it should be\n$/)

  await house.flip((await house.blobOf(item)).key)
  const extra = await house.strew()
  const found = await runCommand(world, [])
  assert.equal(found.code, 1)
  assert.equal(found.stdout.trim().split('\n').length, 3)
  assert.match(
    found.stdout,
    new RegExp(`^damaged: .*${item.id}.*\nextra: ${extra}.*\nRead 1 .*: 2 findings are left`),
  )
  const after = await runCommand(world, ['--repair', '--extras'])
  assert.match(after.stdout, new RegExp(`extra: ${extra}.*\\(repaired\\)`))
  assert.equal(after.code, 1)

  const refused = await runCommand(world, ['--from', world.dataDir])
  assert.deepEqual([refused.code, refused.stdout], [1, ''])
  assert.match(refused.stderr, /^carnet: usage: check \[--repair \[--extras\] \[--from BACKUP\]\]: [^\n]+\n$/)
  for (const words of [['--repare'], ['--extras'], ['--repair', '--from', '/nowhere'], ['x'], ['--from']])
    await assert.rejects(readCheckWords(words), StartError)
})

async function runCommand(
  { database, dataDir }: { database: { connectionString: string }; dataDir: string },
  words: string[],
) {
  const env = { DATABASE_URL: database.connectionString, DATA_DIR: dataDir }
  return startNode(['server/main.ts', 'check', ...words], env).ended
}

test('a small image that is broken is dropped, and made again', async (t) => {
  const house = await enter(t)
  const { world, check } = house
  const { default: sharp } = await import('sharp')
  const photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#0d6e62' } })
    .jpeg()
    .toBuffer()
  const item = await house.add(photo, 'photo.jpg')
  await world.runJobs()
  const previews = () =>
    world.db
      .selectFrom('preview')
      .select(['variant', 'key'])
      .where('key', 'is not', null)
      .orderBy('variant')
      .execute()
  const before = await previews()
  assert.deepEqual(
    before.map(({ variant }) => variant),
    ['thumb', 'view'],
  )
  const [thumb, view] = before.map(({ key }) => key ?? '')
  await house.flip(thumb ?? '')
  await house.lose(view ?? '')
  assert.deepEqual((await check()).kinds, ['preview', 'preview'])
  assert.deepEqual(await previews(), before, 'nothing changes unasked')
  assert.equal((await check({ repair: true })).left, 0)
  await world.runJobs()
  assert.equal((await previews()).length, 2)
  assert.deepEqual((await check()).kinds, [])
  const answer = await house.mine.fetch(`/api/items/${item.id}/preview/thumb`)
  assert.equal(answer.status, 200)
})

test('counts that went wrong are found and counted anew: what folders hold, and what a company’s files take', async (t) => {
  const house = await enter(t)
  const { world, check, mine, spaceId } = house
  const folder = await mine.api.files.createFolder({ spaceId, parentId: null, name: 'Folder' })
  await mine.upload('x', { spaceId, parentId: folder.id, level: 'everybody' })
  assert.deepEqual((await check()).kinds, [])
  const content = () =>
    sql`select folder_id, kind, level, count from folder_content where count <> 0 order by 1, 2, 3, 4`.execute(
      world.db,
    )
  const { rows: before } = await content()
  await sql`update folder_content set count = 0`.execute(world.db)
  await sql`update item set holds_for_client = false`.execute(world.db)
  await sql`update company_use set bytes = bytes + 5`.execute(world.db)
  assert.deepEqual((await check()).kinds, ['folder_count', 'quota_use'])
  assert.equal((await check({ repair: true })).left, 0)
  assert.deepEqual((await check()).kinds, [])
  assert.deepEqual((await content()).rows, before)
  assert.equal((await mine.api.files.readItem({ itemId: folder.id })).clientSees, true)
})

test('a company’s key whose row is gone is told of, and no other takes its place', async (t) => {
  const house = await enter(t)
  const { world, mine, spaceId } = house
  const item = await house.add('sealed')
  const row = await world.db.selectFrom('company_key').selectAll().executeTakeFirstOrThrow()
  await world.db.deleteFrom('company_key').execute()
  const again = await world.serve()
  const there = mine.at(again.origin)
  await assert.rejects(there.upload('more', { spaceId }))
  const said: string[] = []
  await again.app.services.check.checkAll({ repair: true, tell: ({ what }) => said.push(what) })
  assert.equal(said[0], `key ${row.id}, has no row: restore its row from a backup of the database`)
  await sql`insert into company_key overriding system value select * from json_populate_record(null::company_key, ${JSON.stringify({ ...row, wrapped: `\\x${row.wrapped.toString('hex')}` })}::json)`.execute(
    world.db,
  )
  await there.upload('more', { spaceId })
  assert.deepEqual((await house.check()).kinds, [])
  assert.equal((await there.fetch(`/api/items/${item.id}/content`)).status, 200)
})

test('a company’s key that can’t be unwrapped costs that company its files, and nobody else theirs', async (t) => {
  const house = await enter(t)
  const { world, check } = house
  const item = await house.add('sealed')
  await sql`update company_key set wrapped = set_byte(wrapped, 3, get_byte(wrapped, 3) # 1)`.execute(world.db)
  const again = await world.serve()
  const findings: string[] = []
  await again.app.services.check.checkAll({ repair: false, tell: ({ kind }) => findings.push(kind) })
  assert.deepEqual(findings, ['lost_key', 'locked'])
  assert.equal((await house.blobOf(item)).damage, 'locked')
  await sql`update company_key set wrapped = set_byte(wrapped, 3, get_byte(wrapped, 3) # 1)`.execute(world.db)
  assert.deepEqual((await check()).kinds, [])
  assert.equal((await house.blobOf(item)).damage, null, 'whole again, it is so for everybody')
})

test('an upload whose bytes are lost is told, and dropped by a repair; one under way is not', async (t) => {
  const house = await enter(t)
  const { world, check, mine, spaceId } = house
  const begin = async () => {
    const answer = await mine.fetch('/api/uploads', {
      method: 'POST',
      headers: {
        'Tus-Resumable': '1.0.0',
        'Upload-Length': '200000',
        'Upload-Metadata': `filename ${btoa('x')},spaceId ${btoa(spaceId)}`,
        'Content-Type': 'application/offset+octet-stream',
      },
      body: Buffer.alloc(100_000),
    })
    assert.equal(answer.status, 201)
    return answer.headers.get('Location')?.split('/').at(-1) ?? ''
  }
  const [lost, kept] = [await begin(), await begin()]
  assert.deepEqual((await check()).kinds, [])
  const { staging } = await world.db
    .selectFrom('upload')
    .select('staging')
    .where('id', '=', lost)
    .executeTakeFirstOrThrow()
  await house.store.discard(nameOf(staging))
  assert.deepEqual((await check()).kinds, ['lost_upload'])
  assert.equal((await check({ repair: true })).left, 0)
  const left = await world.db.selectFrom('upload').select('id').execute()
  assert.deepEqual(
    left.map(({ id }) => id),
    [kept],
  )
})
