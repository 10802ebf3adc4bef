import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { sql } from 'kysely'
import { DetailedError, Upload, type UploadOptions } from 'tus-js-client'
import { createUploadLocks } from '../../server/files/upload-lock.ts'
import type { Browser } from '../world.ts'
import { startAppProcess } from './app-process.ts'
import {
  AS_GIVEN,
  begin,
  countItems,
  countStaged,
  download,
  enter,
  hang,
  head,
  patch,
  sha256,
  TUS,
} from './tus.ts'

test('two clients at two processes race on one upload: its bytes are right, and it becomes one file', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const bytes = randomBytes(1_000_000)
  const path = await begin(browser, bytes.length, { spaceId })
  const servers = await Promise.all([startAppProcess(t, world), startAppProcess(t, world)])

  /** Asks how far it is and sends what comes next, as a tab does that knows of no other. */
  async function race(there: Browser, step: number): Promise<string | null> {
    for (;;) {
      const { offset, item } = await head(there, path)
      if (item) return item
      if (Number.isNaN(offset)) continue
      const { status } = await patch(there, path, offset, bytes.subarray(offset, offset + step))
      assert.ok([204, 409, 423].includes(status), String(status))
    }
  }
  const [one, two] = await Promise.all(
    servers.map(({ origin }, index) => race(browser.at(origin), 40_000 + 7_001 * index)),
  )
  assert.ok(one)
  assert.equal(one, two)
  assert.equal(await countItems(world), 1)
  assert.equal(sha256(await download(browser, one)), sha256(bytes))
})

test('who is still writing is waited for, though its lease is over; of another process, which may be dead, it is not', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const path = await begin(browser, 100, { spaceId })
  const id = path.split('/').at(-1) ?? ''
  const locks = createUploadLocks(world)
  const { signal } = new AbortController()
  const asked = Promise.withResolvers<void>()
  // It would let go if it could: its disk doesn't answer.
  const writing = await locks.acquire(id, asked.resolve, signal)
  t.after(writing.end)
  await sql`update upload set held_until = now() - interval '1 second' where id = ${id}::uuid`.execute(
    world.db,
  )
  let others = 0
  const next = locks.acquire(id, () => {}, signal).finally(() => others++)
  await Promise.race([asked.promise, next])
  assert.equal(others, 0)
  await writing.release()
  const following = await next

  await sql`update upload set held_until = now() - interval '1 second' where id = ${id}::uuid`.execute(
    world.db,
  )
  const elsewhere = await createUploadLocks(world).acquire(id, () => {}, signal)
  await elsewhere.release()
  following.end()
})

test('two who send other bytes to one place at once: the one whose bytes count is told so, the other not', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const servers = await Promise.all([startAppProcess(t, world), startAppProcess(t, world)])
  for (let round = 0; round < 10; round++) {
    const path = await begin(browser, 200_000, { spaceId })
    const answers = await Promise.all(
      servers.map(async ({ origin }, index) => {
        const answer = await patch(browser.at(origin), path, 0, Buffer.alloc(200_000, index))
        return { index, status: answer.status, item: answer.headers.get('Carnet-Item') }
      }),
    )
    const [winner, ...others] = answers.filter(({ status }) => status === 204)
    assert.ok(winner && others.length === 0, JSON.stringify(answers))
    const found = await download(browser, winner.item)
    assert.ok(found.equals(Buffer.alloc(200_000, winner.index)))
  }
  assert.equal(await countItems(world), 10)
})

test('an upload is given up at one server while another receives its bytes', async (t) => {
  const { world, browser, spaceId } = await enter(t, AS_GIVEN)
  const bytes = randomBytes(300_000)
  const path = await begin(browser, bytes.length, { spaceId })
  const another = browser.at((await startAppProcess(t, world)).origin)
  const sending = await hang(world, browser, path, 0, bytes.subarray(0, 200_000), bytes.length)
  assert.equal((await another.fetch(path, { method: 'DELETE', headers: TUS })).status, 204)
  await sending.answer
  assert.equal((await head(browser, path)).status, 404)
  assert.equal((await patch(browser, path, 200_000, bytes.subarray(200_000))).status, 404)
  assert.deepEqual([await countStaged(world), await countItems(world)], [0, 0])
  assert.equal((await world.db.selectFrom('upload').select('id').execute()).length, 0)
})

/** A file by the client that browsers use. */
function send(browser: Browser, bytes: Buffer, options: Partial<UploadOptions>): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    new Upload(bytes, {
      endpoint: `${browser.origin}/api/uploads`,
      headers: { Cookie: browser.cookie },
      retryDelays: null,
      ...options,
      onError: reject,
      onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('Carnet-Item')),
    }).start()
  })
}

test('tus-js-client sends in small pieces, several files side by side, with and without its first request', async (t) => {
  const { world, browser, spaceId } = await enter(t)
  const small = randomBytes(50_500)
  const ways = [
    { chunkSize: 1000 },
    { chunkSize: 999, uploadDataDuringCreation: true },
    { chunkSize: 50_499 },
    { uploadDataDuringCreation: true },
    {},
  ]
  const sent = await Promise.all(
    ways.map((way, index) => send(browser, small, { ...way, metadata: { filename: `${index}`, spaceId } })),
  )
  for (const item of sent) assert.equal(sha256(await download(browser, item ?? '')), sha256(small))
  assert.equal(new Set(sent).size, ways.length)

  // It would put a file together of several uploads, which we don't offer, and say so.
  await assert.rejects(
    send(browser, small, { parallelUploads: 2, metadata: { filename: 'x', spaceId } }),
    (error) => error instanceof DetailedError && error.originalResponse?.getStatus() === 400,
  )
  assert.equal(
    (await world.db.selectFrom('upload').select('id').where('item_id', 'is', null).execute()).length,
    0,
  )
})
