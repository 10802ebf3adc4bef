import assert from 'node:assert/strict'
import fs, { appendFile, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { isLock, lockFolder } from '../../server/backup/folder-lock.ts'
import { startNode, until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import {
  backUpHere,
  carry,
  emptyMachine,
  listFiles,
  newDir,
  noise,
  openPractice,
  refused,
  SECRET,
  snapshotsIn,
} from './practice.ts'

const asItIs = () => ({})

test('after a clock that was wrong, a backup is the newest all the same: it is kept, restored, and says so', async (t) => {
  const practice = await openPractice(t)
  const { world, send, place } = practice
  const dir = await newDir()
  const clock = t.mock.timers
  clock.enable({ apis: ['Date'], now: Date.parse('2031-01-01T00:00:00Z') })
  const { snapshot: stale } = await backUpHere(practice, dir)
  clock.reset()
  assert.equal(stale, '20310101T000000000Z')
  await send(noise(3000))
  const said = await carry(['backup', dir, '--keep', '1'], place, { SECRET })
  assert.match(said, /^Snapshot 20310101T000000001Z /)
  assert.match(said, /^A CLOCK IS OR WAS WRONG: 20310101T000000000Z/m)
  assert.deepEqual(await snapshotsIn(dir), ['20310101T000000001Z'])
  assert.match(await carry(['restore', dir], await emptyMachine(t, world)), /: 1 files and previews/)

  // As late again, and then one that is behind.
  for (const now of ['2031-01-01T00:00:00.001Z', '2020-01-01T00:00:00Z']) {
    clock.enable({ apis: ['Date'], now: Date.parse(now) })
    const { snapshot } = await backUpHere(practice, dir, asItIs, { keep: 1 })
    clock.reset()
    assert.deepEqual(await snapshotsIn(dir), [snapshot])
  }
  clock.enable({ apis: ['Date'], now: Date.parse('2032-01-01T00:00:00Z') })
  const right = await backUpHere(practice, dir)
  clock.reset()
  assert.deepEqual([right.snapshot, right.ahead], ['20320101T000000000Z', undefined])
})

const locksIn = async (dir: string) => (await readdir(dir)).filter(isLock)

test('while a backup writes to a folder, one of another database is refused there, and so is another practice afterwards', async (t) => {
  const practice = await openPractice(t)
  const other = await openPractice(t)
  await practice.send(noise(3000))
  const dir = await newDir()
  let meanwhile = ''
  await backUpHere(practice, dir, (disk) => ({
    async open(name) {
      meanwhile = await refused(['backup', dir, '--keep', '1'], other.place, { SECRET })
      return disk.open(name)
    },
  }))
  assert.match(meanwhile, new RegExp(`another backup writes to this folder \\(process ${process.pid} on `))
  assert.match(await refused(['backup', dir], other.place, { SECRET }), /the backups of another practice/)
  assert.deepEqual((await readdir(dir)).sort(), ['README.txt', 'blobs', 'hashes', 'snapshots'])
  assert.match(await carry(['verify-backup', dir], practice.place), /Read 1 snapshots and 1 copies/)
})

test('a lock that was left behind is taken over where its process is known to be gone, and else named', async () => {
  const dir = await makeTempFolder()
  const held = await lockFolder(dir)
  const [name = ''] = await locksIn(dir)
  const ours = JSON.parse(await readFile(join(dir, name), 'utf8'))
  await assert.rejects(lockFolder(dir), /another backup writes to this folder/)
  assert.deepEqual(await locksIn(dir), [name], 'who was refused leaves nothing')
  await held[Symbol.asyncDispose]()
  assert.deepEqual(await locksIn(dir), [])

  const ended = startNode(['--version'])
  await ended.ended
  const left = join(dir, 'lock.0123456789ab')
  const leave = (holder: object) => writeFile(left, JSON.stringify({ ...ours, pid: ended.pid, ...holder }))
  // Two at once: of both, never both.
  for (let round = 0; round < 20; round++) {
    await leave({})
    const both = await Promise.allSettled([lockFolder(dir), lockFolder(dir)])
    const got = both.filter((one) => one.status === 'fulfilled')
    assert.ok(got.length <= 1)
    for (const { value } of got) await value[Symbol.asyncDispose]()
  }
  await leave({})
  await (await lockFolder(dir))[Symbol.asyncDispose]()
  assert.deepEqual(await locksIn(dir), [])

  for (const unknown of [() => leave({ realm: 'another container' }), () => writeFile(left, '')]) {
    await unknown()
    await assert.rejects(lockFolder(dir), new RegExp(`if it was cut off, wait an hour, or remove ${left}`))
    assert.deepEqual(await locksIn(dir), ['lock.0123456789ab'])
    // Whoever holds one writes it again every minute.
    const long = Date.now() / 1000 - 3700
    await utimes(left, long, long)
    await (await lockFolder(dir))[Symbol.asyncDispose]()
    assert.deepEqual(await locksIn(dir), [])
  }
})

test('a lock that is held says so again and again', async (t) => {
  const dir = await makeTempFolder()
  t.mock.timers.enable({ apis: ['setInterval'] })
  const held = await lockFolder(dir)
  const [name = ''] = await locksIn(dir)
  const long = Date.now() / 1000 - 3700
  await utimes(join(dir, name), long, long)
  t.mock.timers.tick(60_000)
  await until('it is written again', async () => (await stat(join(dir, name))).mtimeMs > long * 1000 + 60_000)
  await assert.rejects(lockFolder(dir), /another backup writes to this folder/)
  await held[Symbol.asyncDispose]()
})

test('where the newest snapshot can’t tell whose it is, nothing is added and nothing pruned', async (t) => {
  const practice = await openPractice(t)
  const other = await openPractice(t)
  const dir = await newDir()
  const { snapshot } = await backUpHere(practice, dir)
  await truncate(join(dir, 'snapshots', snapshot, 'manifest.json'), 100)
  for (const { place } of [practice, other])
    assert.match(
      await refused(['backup', dir, '--keep', '1'], place, { SECRET }),
      /it can't be told whose backups .*manifest\.json can't be read: .*; move that snapshot away/,
    )
  assert.deepEqual(await snapshotsIn(dir), [snapshot])
  await rm(join(dir, 'snapshots', snapshot), { recursive: true })
  await carry(['backup', dir], practice.place, { SECRET })
})

test('every new folder of a backup is flushed, so that a power cut leaves what was said to be kept', async (t) => {
  const practice = await openPractice(t)
  await practice.send(noise(3000))
  const dir = join(await newDir(), 'new', 'too')
  const flushed = new Set<string>()
  const { open } = fs
  const mocked = t.mock.method(fs, 'open', async (...args: Parameters<typeof open>) => {
    const file = await open(...args)
    const sync = file.sync.bind(file)
    return Object.assign(file, {
      async sync() {
        flushed.add(String(args[0]))
        await sync()
      },
    })
  })
  syncBuiltinESMExports()
  const { snapshot } = await backUpHere(practice, dir).finally(() => {
    mocked.mock.restore()
    syncBuiltinESMExports()
  })
  const above = [dirname(dir), dirname(dirname(dir)), dirname(dirname(dirname(dir)))]
  const half = join(dir, 'snapshots', `${snapshot}.part`)
  const within = ['.', 'blobs', 'hashes', 'snapshots'].map((name) => join(dir, name))
  for (const folder of [...above, ...within, half, join(half, 'tables')])
    assert.ok(flushed.has(folder), folder)
})

test('verifying writes nothing, and a line that was cut off swallows none that comes after it', async (t) => {
  const practice = await openPractice(t)
  const dir = await newDir()
  await backUpHere(practice, dir)
  for (const shard of await readdir(join(dir, 'blobs')))
    await appendFile(join(dir, 'hashes', shard), `${shard}/torn 12`)
  const before = await listFiles(dir)
  assert.match(await carry(['verify-backup', dir], practice.place), /All is as it was written/)
  assert.deepEqual(await listFiles(dir), before)
  await practice.send(noise(3000))
  assert.equal((await backUpHere(practice, dir)).added.count, 1)
  assert.equal((await backUpHere(practice, dir)).added.count, 0)
})
