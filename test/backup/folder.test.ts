import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  backUpHere,
  carry,
  emptyMachine,
  newDir,
  noise,
  openPractice,
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
