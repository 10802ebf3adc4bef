import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import sharp from 'sharp'
import { notLinux } from '../previews/studio.ts'
import { createWorld } from '../world.ts'
import { SETTINGS } from './house.ts'
import { contentOf } from './random.ts'
import { prepareServer } from './server-process.ts'

const MB = 1024 * 1024

async function enter(t: TestContext) {
  const world = await createWorld(t, { settings: SETTINGS })
  const company = await world.addCompany()
  const owner = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, owner)
  const server = prepareServer()
  t.after(server.kill)
  const { connectionString } = world.database
  const on = { connectionString, dataDir: world.dataDir, settings: SETTINGS, jobs: true }
  const browser = (await world.signIn(owner)).at(await server.start(on))
  // Whatever is loaded and compiled by the first of its kind isn't what the large one takes.
  const { id } = await browser.upload(contentOf(1, 0, 8 * MB), { spaceId: client.spaceId })
  await (await browser.fetch(`/api/items/${id}/content`)).arrayBuffer()
  return { browser, spaceId: client.spaceId, server }
}

/** Bytes that a process holds now, and the most that it held since it was last forgotten. */
async function memoryOf(pid: number) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const read = (name: string) => Number(new RegExp(`${name}:\\s*(\\d+) kB`).exec(status)?.[1]) * 1024
  return { now: read('VmRSS'), most: read('VmHWM') }
}

const forgetMost = (pid: number) => writeFile(`/proc/${pid}/clear_refs`, '5')
const inMB = (bytes: number) => `${Math.round(bytes / MB)} MB`

test('fifty photos of 24 megapixels at once: the server and the few who make previews stay within bounds', {
  skip: notLinux,
}, async (t) => {
  const { browser, spaceId, server } = await enter(t)
  const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const
  const photo = await sharp({
    create: { width: 6000, height: 4000, channels: 3, background: '#888', noise },
  })
    .jpeg({ quality: 90 })
    .toBuffer()
  const { now: idle } = await memoryOf(server.pid)
  await forgetMost(server.pid)

  let over = false
  let comeBack = 0
  t.after(() => {
    over = true
  })
  const seen = { workers: 0, worker: 0, all: 0 }
  const watching = (async () => {
    while (!over) {
      const pids = await childrenOf(server.pid)
      const each = await Promise.all(pids.map((pid) => memoryOf(pid).catch(() => ({ now: 0, most: 0 }))))
      seen.workers = Math.max(seen.workers, pids.length)
      seen.worker = Math.max(seen.worker, ...each.map(({ most }) => most))
      const all = each.reduce((sum, { now }) => sum + now, (await memoryOf(server.pid)).now)
      seen.all = Math.max(seen.all, all)
      await wait(50)
    }
  })()
  const tail = (n: number) => Buffer.concat([photo, Buffer.from(`photo ${n}`)])
  await Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      const place = new URLSearchParams({ spaceId })
      for (;;) {
        const answer = await browser
          .fetch(`/api/files/${n}.jpg?${place}`, { method: 'PUT', body: tail(n) })
          .catch(() => undefined)
        if (answer?.status === 201) return
        // Too many of one person's, or of everybody's: each is asked to come back, and does.
        assert.ok(!answer || answer.headers.has('Retry-After'), `${answer?.status}`)
        comeBack++
        await wait(200)
      }
    }),
  )
  for (;;) {
    const { items } = await browser.api.files.listItems({ spaceId })
    const photos = items.filter(({ name }) => name.endsWith('.jpg'))
    assert.equal(photos.length, 50)
    assert.ok(photos.every(({ preview }) => preview === 'ready' || preview === 'pending'))
    if (photos.every(({ preview }) => preview === 'ready')) break
    await wait(500)
  }
  over = true
  await watching
  const above = (await memoryOf(server.pid)).most - idle
  t.diagnostic(
    `each ${inMB(photo.length)}; server idle ${inMB(idle)}, ${inMB(above)} above it at most; ${seen.workers} workers of at most ${inMB(seen.worker)}; ${inMB(seen.all)} in all; ${comeBack} asked to come back`,
  )
  assert.ok(above <= 250 * MB, 'the server')
  assert.ok(seen.workers <= availableParallelism() + 2 && seen.worker <= 800 * MB, 'the workers')
})

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`)
  const lists = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  )
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number))
}
