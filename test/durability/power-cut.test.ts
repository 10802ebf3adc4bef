import { test } from 'node:test'
import { openFragileDisk } from './power-cut.ts'
import { readSeed } from './random.ts'
import { killManyTimes } from './rounds.ts'

test('at a power cut, what was acknowledged had reached the disk, and no row is ahead of its bytes', async (t) => {
  const disk = await openFragileDisk()
  if (!disk) {
    t.skip('NOT TESTED HERE: this system lets us mount nothing (mkfs.ext4, unshare -m, mount -o loop)')
    return
  }
  const seed = readSeed(t)
  // Few at once: the flushes of others hide that one is missing.
  const plan = {
    rounds: 8,
    seed,
    largest: 4_000_000,
    databaseEvery: Number.POSITIVE_INFINITY,
    atOnce: 2,
    disk,
  }
  t.diagnostic(JSON.stringify(await killManyTimes(t, plan)))
})
