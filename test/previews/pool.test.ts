import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { newName } from '../../server/blobs/port.ts'
import { workersFor } from '../../server/previews/previews.ts'
import { flat } from './hostile.ts'
import { notLinux, openStudio, workerPids } from './studio.ts'

const image = await flat(60, 40).png().toBuffer()

/** A studio of one worker, which is held at its first reading until `release`. */
async function openHeldStudio(t: Parameters<typeof openStudio>[0], waiting = 2) {
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const done: string[] = []
  const studio = await openStudio(t, {
    workers: 1,
    limits: { waiting },
    open: () => {
      reach()
      return held
    },
  })
  const first = studio.make(image, 'image/png')
  await reached
  /** Stands in the queue once this resolves; its outcome comes later. */
  async function queue(name: string, urgent: boolean, signal?: AbortSignal) {
    const key = newName()
    await studio.disk.put(key, image)
    const how = { urgent, ...(signal && { signal }) }
    const request = { key, size: image.length, type: 'image/png', variant: 'thumb', ...how } as const
    const outcome = studio.previews.make(request).then(() => done.push(name))
    outcome.catch(() => {})
    return { outcome }
  }
  return { ...studio, first, release, queue, done }
}

test('whoever is looking goes first; what is too much is refused at once', async (t) => {
  const { queue, first, release, done } = await openHeldStudio(t)
  const busy = { name: 'PreviewsBusy' }
  const early = await queue('background, early', false)
  const late = await queue('background, late', false)
  await assert.rejects((await queue('background, too late', false)).outcome, busy)
  const looking = await queue('looking', true)
  await assert.rejects(late.outcome, busy)
  const alsoLooking = await queue('looking too', true)
  await assert.rejects(early.outcome, busy)
  await assert.rejects((await queue('looking, one too many', true)).outcome, busy)
  release()
  await Promise.all([first, looking.outcome, alsoLooking.outcome])
  assert.deepEqual(done, ['looking', 'looking too'])
})

test('background work waits until nobody is looking', async (t) => {
  const { queue, first, release, done } = await openHeldStudio(t, 9)
  const outcomes = []
  for (const [name, urgent] of [
    ['one', false],
    ['two', true],
    ['three', false],
    ['four', true],
  ] as const) {
    outcomes.push((await queue(name, urgent)).outcome)
  }
  release()
  await Promise.all([first, ...outcomes])
  assert.deepEqual(done, ['two', 'four', 'one', 'three'])
})

test('whoever looks away leaves the queue', async (t) => {
  const { queue, first, release, done } = await openHeldStudio(t, 1)
  const away = new AbortController()
  const left = await queue('left', true, away.signal)
  away.abort()
  await assert.rejects(left.outcome, { name: 'AbortError' })
  const stays = await queue('stays', true)
  release()
  await Promise.all([first, stays.outcome])
  assert.deepEqual(done, ['stays'])
})

test('a worker that is killed costs one preview and is replaced', { skip: notLinux }, async (t) => {
  const { first, release, make } = await openHeldStudio(t)
  const [busy = 0] = await workerPids()
  process.kill(busy, 'SIGKILL')
  release()
  await assert.rejects(first, { name: 'PreviewFailed', reason: 'crashed' })
  assert.equal((await make(image, 'image/png')).width, 60)
  const [idle = 0] = await workerPids()
  assert.notEqual(idle, busy)
  process.kill(idle, 'SIGKILL')
  while ((await workerPids()).length > 0);
  assert.equal((await make(image, 'image/png')).width, 60)
})

test('a worker has no secrets, no room on the disk, and bounds', { skip: notLinux }, async (t) => {
  process.env.SECRET_OF_TEST = 'a secret'
  const { make } = await openStudio(t, { workers: 1, limits: { memory: 300 * 1024 * 1024 } })
  await make(image, 'image/png')
  const [pid] = await workerPids()
  assert.ok(!(await readFile(`/proc/${pid}/environ`, 'utf8')).includes('a secret'))
  const limits = await readFile(`/proc/${pid}/limits`, 'utf8')
  assert.match(limits, /^Max core file size +0 +0 /m)
  assert.match(limits, /^Max file size +0 +0 /m)
  assert.match(limits, /^Max data size +1048576000 +1048576000 /m)
  assert.match(limits, /^Max cpu time +600 +600 /m)
})

test('closing ends the workers and answers everybody', { skip: notLinux }, async (t) => {
  const { first, queue, previews, make } = await openHeldStudio(t)
  const waiting = await queue('waiting', true)
  const ended = assert.rejects(first, { name: 'PreviewsBusy' })
  await previews.close()
  await ended
  await assert.rejects(waiting.outcome, { name: 'PreviewsBusy' })
  await assert.rejects(make(image, 'image/png'), { name: 'PreviewsBusy' })
  assert.deepEqual(await workerPids(), [])
})

test('there are as many workers as processors and memory allow, and one in any case', () => {
  const GB = 1024 ** 3
  for (const [processors, memory, workers] of [
    [2, 24 * GB, 3],
    [2, 2 * GB, 2],
    [16, 8 * GB, 8],
    [1, GB / 2, 1],
  ] as const)
    assert.equal(workersFor(processors, memory), workers)
})
