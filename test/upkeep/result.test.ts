import assert from 'node:assert/strict'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { nameOf } from '../../server/blobs/blobs.ts'
import { openStores } from '../../server/blobs/open.ts'
import { StorageFailed } from '../../server/blobs/port.ts'
import { readSettings } from '../../server/settings.ts'
import { flat } from '../previews/hostile.ts'
import { openGateway, settingsOf, startS3 } from '../s3-server.ts'
import { problem } from '../world.ts'
import { enter } from './stored.ts'

test('who sees a damaged file is told so, and nobody is given what is left of it', async (t) => {
  const house = await enter(t)
  const { world, mine, client, check } = house
  const item = await house.add('what was added', 'report.txt')
  const whole = await house.add('whole', 'whole.txt')
  const theirs = await world.signIn(client)
  const before = await mine.api.files.readItem({ itemId: item.id })
  assert.deepEqual([before.damaged, before.can.download], [false, true])
  const { key } = await house.blobOf(item)
  await house.lose(key)
  // Whoever comes before the check learns it too.
  assert.equal((await mine.fetch(`/api/items/${item.id}/content`)).status, 410)
  assert.deepEqual((await check()).kinds, ['missing'])

  for (const browser of [mine, theirs]) {
    const now = await browser.api.files.readItem({ itemId: item.id })
    assert.deepEqual([now.damaged, now.can.download, now.can.delete], [true, false, browser === mine])
    const answer = await browser.fetch(`/api/items/${item.id}/content`)
    assert.deepEqual([answer.status, (await answer.json()).code], [410, 'file_damaged'])
    const zip = await browser.fetch(`/api/zip?ids=${item.id},${whole.id}`)
    assert.equal(zip.status, 200)
    assert.match(Buffer.from(await zip.arrayBuffer()).toString('latin1'), /report\.txt\r\n/)
    assert.equal((await browser.api.files.readItem({ itemId: whole.id })).damaged, false)
  }
})

test('a super admin learns how the company’s files are, of what is hidden only how many, of others’ nothing', async (t) => {
  const house = await enter(t)
  const { world, practice, spaceId, mine, check } = house
  const boss = await world.signIn(await world.addProfessional(practice, 'super_admin'))
  const branchAdmin = await world.signIn(await world.addProfessional(practice, 'branch_admin'))
  const elsewhere = await world.addCompany({ name: 'Other' })
  const stranger = await world.signIn(await world.addProfessional(elsewhere, 'super_admin'))
  const nothing = { damaged: [], more: 0, hidden: 0 }
  assert.deepEqual(await boss.api.administration.readCheck(), { last: null, underWay: false, ...nothing })
  for (const one of [branchAdmin, mine])
    await assert.rejects(one.api.administration.readCheck(), problem('forbidden'))

  const open = await house.add('open', 'Open.txt')
  const secret = await mine.upload('secret', { spaceId, name: 'Secret.txt', level: 'me' })
  await house.add('whole')
  for (const item of [open, secret]) await house.lose((await house.blobOf(item)).key)
  const { run } = await check()

  const { last, ...result } = await boss.api.administration.readCheck()
  assert.deepEqual(last, { at: run.ended_at?.toISOString(), files: 3 })
  assert.deepEqual(result, {
    underWay: false,
    damaged: [
      {
        id: open.id,
        name: 'Open.txt',
        damage: 'missing',
        contact: { id: house.client.id, kind: 'client', name: house.client.name },
      },
    ],
    more: 0,
    hidden: 1,
  })
  const theirs = await stranger.api.administration.readCheck()
  assert.deepEqual(theirs, { last: { at: last?.at, files: 0 }, underWay: false, ...nothing })
  // A file that came since isn't told of by a number.
  await mine.upload('later', { spaceId, level: 'me' })
  assert.equal((await boss.api.administration.readCheck()).last?.files, 3)
})

test('the nightly check goes on where it stopped, in whichever process, and never twice at once', async (t) => {
  const house = await enter(t)
  const { world } = house
  for (let i = 0; i < 40; i++) await house.add(`file ${i}`)
  const lost = await house.add('lost')
  await house.lose((await house.blobOf(lost)).key)
  const other = (await world.serve()).app.services
  const runs = () => world.db.selectFrom('check_run').selectAll().orderBy('id').execute()
  let slices = 0
  for (; (await runs()).every(({ ended_at }) => !ended_at); slices++)
    await Promise.all([world.services.check, other.check].map((check) => check.checkOn({ sliceMs: 0 })))
  const [run, ...more] = await runs()
  // Whoever has a turn after the end begins anew.
  assert.ok(more.length <= 1)
  assert.deepEqual([run?.by, run?.files, run?.found], ['schedule', 41, { missing: 1 }])
  // Of nine or more; both may have their turn in one round.
  assert.ok(slices >= 5, `${slices} rounds`)
  assert.equal((await house.blobOf(lost)).damage, 'missing')
  // The queue calls it until it is through, and then no more.
  await world.services.check.checkOn({ sliceMs: 0 })
  await world.runJobs()
  const ended = await runs()
  assert.deepEqual(
    ended.map(({ ended_at }) => ended_at !== null),
    [true, true],
  )
})

test('a store that says of everything that it isn’t there marks nothing, whether it is away or another one', async (t) => {
  let isAway = false
  const place = await openGateway((await startS3()).place(), () => isAway)
  const photo = await flat(60, 40).png().toBuffer()
  for (const settings of [{ ...settingsOf(place), BLOB_STORE: 's3' }, {}]) {
    const house = await enter(t, { settings })
    const { world, check, blobOf } = house
    const items = [await house.add(), await house.add(photo, 'photo.png')]
    await world.runJobs()
    const folder = join(world.dataDir, 'blobs')
    const onDisk = !('BLOB_STORE' in settings)
    const previews = () => world.db.selectFrom('preview').selectAll().orderBy('key').execute()
    const before = await previews()
    assert.ok(before.some(({ key }) => key !== null))

    isAway = true
    if (onDisk) await rename(folder, `${folder}.away`)
    // As a start would, where nothing is mounted.
    if (onDisk) await openStores(readSettings({ DATA_DIR: world.dataDir }))
    await assert.rejects(check(), StorageFailed)
    await assert.rejects(world.services.check.checkOn(), StorageFailed)
    await world.db.updateTable('check_run').set({ step: 'previews', after: '' }).execute()
    await assert.rejects(world.services.check.checkOn(), StorageFailed)
    isAway = false
    if (onDisk) await rm(folder, { recursive: true })
    if (onDisk) await rename(`${folder}.away`, folder)

    for (const item of items) assert.equal((await blobOf(item)).damage, null)
    assert.deepEqual(await previews(), before)
    // And what is missing indeed is marked.
    await world.services.store.remove(nameOf((await blobOf({ id: items[0]?.id ?? '' })).key))
    assert.deepEqual((await check()).kinds, ['missing'])
  }
})

test('a store that doesn’t answer says nothing about files: the check stops, and goes on later', async (t) => {
  const house = await enter(t)
  const { world, check } = house
  const item = await house.add()
  const folder = join(world.dataDir, 'blobs')
  await rename(folder, `${folder}.away`)
  await assert.rejects(check(), StorageFailed)
  await assert.rejects(world.services.check.checkOn(), StorageFailed)
  assert.equal((await house.blobOf(item)).damage, null)
  await rename(`${folder}.away`, folder)
  await world.services.check.checkOn()
  const [run] = await world.db.selectFrom('check_run').selectAll().where('by', '=', 'schedule').execute()
  assert.deepEqual([run?.files, run?.found], [1, {}])
})
