import assert from 'node:assert/strict'
import { mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { openBackupFolder } from '../../server/backup/folder.ts'
import { verifyFolder } from '../../server/backup/verify.ts'
import type { BlobStore } from '../../server/blobs/port.ts'
import { makeTempFolder } from '../temp-folder.ts'
import {
  backUpHere,
  carry,
  deleteForGood,
  emptyMachine,
  flip,
  listFiles,
  newDir,
  noise,
  openPractice,
  refused,
  SECRET,
  snapshotsIn,
} from './practice.ts'

/** The names of the copies in a folder of backups. */
const copiesIn = async (dir: string) => Object.keys(await listFiles(join(dir, 'blobs'))).sort()

const asItIs = () => ({})

test('a copy of which nothing is written down any more is kept by --verify, since a snapshot lists it, and counts again', async (t) => {
  const practice = await openPractice(t)
  const { world, send } = practice
  const gone = await send(noise(3000))
  await send(noise(4000))
  const dir = await newDir()
  const { snapshot } = await backUpHere(practice, dir)
  await deleteForGood(practice, gone)
  const before = await listFiles(join(dir, 'blobs'))
  // What a bad sector takes, or a repair of the file system.
  for (const name of Object.keys(await listFiles(join(dir, 'hashes')))) await rm(join(dir, 'hashes', name))
  const done = await backUpHere(practice, dir, asItIs, { verify: true })
  assert.deepEqual([done.replaced, done.altered, done.added.count], [0, [], 0])
  assert.deepEqual(await listFiles(join(dir, 'blobs')), before)
  const machine = await emptyMachine(t, world)
  assert.match(await carry(['restore', dir, '--snapshot', snapshot], machine), /2 files and previews/)
})

test('a copy that is not what snapshots list is altered, whatever is written down of it, and stays until it is made again', async (t) => {
  const practice = await openPractice(t)
  const gone = await practice.send(noise(3000))
  await practice.send(noise(4000))
  const dir = await newDir()
  await backUpHere(practice, dir)
  await deleteForGood(practice, gone)
  const names = await copiesIn(dir)
  for (const name of names) await flip(join(dir, 'blobs', name))
  await rm(join(dir, 'hashes'), { recursive: true })
  const found = await verifyFolder(await openBackupFolder(dir))
  assert.deepEqual(found.alteredCopies, names)
  const done = await backUpHere(practice, dir, asItIs, { verify: true })
  assert.deepEqual([done.replaced, done.altered.length], [1, 1], 'one is still stored')
  assert.deepEqual(await copiesIn(dir), names, 'of the other, most may be had yet')
})

test('a copy that cannot be read is no altered one: a backup with --verify stops, and takes nothing away', async (t) => {
  const practice = await openPractice(t)
  const gone = await practice.send(noise(3000))
  const dir = await newDir()
  await backUpHere(practice, dir)
  await deleteForGood(practice, gone)
  const [name = ''] = await copiesIn(dir)
  const path = join(dir, 'blobs', name)
  const away = join(await makeTempFolder(), 'away')
  await rename(path, away)
  // Reading it fails, and not since there is nothing.
  await mkdir(path)
  for (const words of [
    ['backup', dir, '--verify'],
    ['verify-backup', dir],
  ])
    assert.match(
      await refused(words, practice.place, { SECRET }),
      new RegExp(`${name} can't be read \\(EISDIR`),
    )
  await rmdir(path)
  await rename(away, path)
  assert.equal((await snapshotsIn(dir)).length, 1)
  const done = await backUpHere(practice, dir, asItIs, { verify: true })
  assert.deepEqual([done.replaced, done.altered], [0, []])
  assert.match(await carry(['verify-backup', dir], practice.place), /All is as it was written/)
})

/** A store whose answers end early, without saying so. */
const fallingShort = (disk: BlobStore): Partial<BlobStore> => ({
  async open(name) {
    const { stream, size } = await disk.open(name)
    const all = Buffer.concat(await stream.toArray())
    return { stream: Readable.from([all.subarray(0, 1000)]), size }
  },
})

/** What versions before wrote down before they looked at it. */
async function writeDownWhatIsThere(dir: string): Promise<void> {
  const { copies } = await openBackupFolder(dir)
  for (const name of await copiesIn(dir)) {
    const there = await copies.readBack(name)
    if (there) await copies.writeDown(name.slice(0, 2), [there])
  }
}

test('a copy that came short is made again by the next backup, also where it was written down, and serves the snapshot before too', async (t) => {
  const practice = await openPractice(t)
  const { world, send, place } = practice
  await send(noise(300_000))
  for (const before of [async () => {}, writeDownWhatIsThere]) {
    const dir = await newDir()
    const short = await backUpHere(practice, dir, fallingShort)
    assert.deepEqual([short.manifest.problems[0]?.what, short.manifest.blobs.count], ['damaged', 1])
    await before(dir)
    assert.match(await carry(['backup', dir], place, { SECRET }), /of which 1 are new/)
    assert.match(await carry(['backup', dir], place, { SECRET }), /of which 0 are new/)
    assert.match(await carry(['verify-backup', dir], place), /All is as it was written/)
    const machine = await emptyMachine(t, world)
    await carry(['restore', dir, '--snapshot', short.snapshot], machine)
    assert.deepEqual(
      await listFiles(join(machine.dataDir, 'blobs')),
      await listFiles(join(world.dataDir, 'blobs')),
    )
  }
})

test('what the store gives short or has lost displaces no copy, and is listed as the copy that is there', async (t) => {
  const practice = await openPractice(t)
  const { world, send } = practice
  await send(noise(3000))
  const dir = await newDir()
  await backUpHere(practice, dir)
  const [name = ''] = await copiesIn(dir)
  const good = await listFiles(join(dir, 'blobs'))
  await rm(join(dir, 'hashes'), { recursive: true })
  const short = await backUpHere(practice, dir, fallingShort)
  await world.services.store.remove(name)
  const lost = await backUpHere(practice, dir)
  for (const { manifest } of [short, lost]) {
    assert.deepEqual(manifest.problems, [{ name, what: 'damaged' }])
    assert.equal(manifest.blobs.count, 1)
  }
  assert.deepEqual(await listFiles(join(dir, 'blobs')), good)
  const machine = await emptyMachine(t, world)
  await carry(['restore', dir], machine)
  assert.deepEqual(await listFiles(join(machine.dataDir, 'blobs')), good)
})
