import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import sharp from 'sharp'
import { begin, download, head, patch, sha256, TUS } from '../files/tus.ts'
import { until } from '../process.ts'
import { type Browser, createWorld, encodeMetadata } from '../world.ts'
import type { Failure } from './failing-disk.ts'
import { SETTINGS } from './house.ts'
import { letTimePass, takeStock } from './reckoning.ts'
import { prepareServer } from './server-process.ts'

const SIZE = 300_000
const HALF = 150_000

/** What is tried, from a state that it makes itself; then how one goes on, which must come to a good end. */
type Attempt = {
  prepare: () => Promise<unknown>
  act: () => Promise<Response>
  goOn: () => Promise<unknown>
  /** What failed can't be gone on with: no room stays reserved for it. */
  leavesNothing?: boolean
  /** Nobody will remove what couldn't be removed at once: only `check` finds it. */
  unswept?: boolean
}

/** How a call fails: what writes may also find the disk full, and may go on failing while we clean up. */
function waysOf(call: string): Omit<Failure, 'under'>[] {
  const once = { code: 'EIO' }
  if (!['write', 'writev', 'datasync', 'rename', 'unlink'].includes(call)) return [once]
  return [once, { code: 'EIO', lasting: true }, { code: 'ENOSPC' }]
}

async function enter(t: TestContext) {
  const world = await createWorld(t, { settings: SETTINGS })
  const company = await world.addCompany()
  const owner = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, owner)
  const { spaceId } = client
  const { db, dataDir } = world
  const server = prepareServer({ node: ['--import', join(import.meta.dirname, 'failing-disk.ts')] })
  t.after(server.kill)
  const { connectionString } = world.database
  const origin = await server.start({ connectionString, dataDir, settings: SETTINGS })
  const browser = (await world.signIn(owner)).at(origin)

  const fail = (how: Omit<Failure, 'under'> = {}) =>
    server.ask('fail', { under: dataDir, ...how } satisfies Failure)

  const reserved = async () => {
    const { rows } = await sql<{ bytes: number }>`select coalesce(sum(size), 0)::bigint as bytes from upload
      where item_id is null and quota_company_id is not null`.execute(db)
    return rows[0]?.bytes
  }

  /** Fails at each of the calls that it takes, in each way. */
  async function failEverywhere(
    { prepare, act, goOn, leavesNothing, unswept }: Attempt,
    { calm = false } = {},
  ) {
    await prepare()
    await fail()
    assert.ok((await act()).ok)
    const calls = (await server.ask('calls')) as string[]
    await goOn()
    for (const [index, call] of calls.entries()) {
      for (const way of waysOf(call)) {
        if (unswept && way.lasting) continue
        const what = `${call} (${index + 1} of ${calls.join(' ')}) ${JSON.stringify(way)}`
        await prepare()
        await fail({ at: index + 1, ...way })
        const answer = await act()
        // A folder that was looked at lately is not looked at again: one call less.
        const reached = ((await server.ask('calls')) as string[]).length > index
        await fail()
        if (!reached) assert.ok(answer.ok, what)
        else if (!calm || !answer.ok) await refusedClearly(answer, way.code ?? '', what)
        // Of two that were sent, the one whose connection broke may be given up a moment later.
        if (leavesNothing)
          await until(`no room is reserved after ${what}`, async () => (await reserved()) === 0)
        await goOn().catch((error) => {
          throw new Error(`after ${what}: ${error.message} ${error.cause}`, { cause: error })
        })
      }
    }
    t.diagnostic(calls.join(' '))
    await letTimePass(db)
    await server.runJobs()
    const stock = await takeStock({ db, dataDir })
    assert.equal(stock.uploads, 0, 'room is still reserved')
  }

  async function refusedClearly(answer: Response, code: string, what: string) {
    const length = Number(answer.headers.get('Content-Length'))
    if (answer.ok && length > 0) {
      // Its bytes were on their way already: they break off, unless all had been read.
      const { byteLength } = await answer.arrayBuffer().catch(() => ({ byteLength: length }))
      assert.equal(byteLength, length, what)
      return
    }
    const text = await answer.text()
    const problem = JSON.parse(text)
    const full = code === 'ENOSPC'
    assert.deepEqual([answer.status, problem.code], full ? [507, 'disk_full'] : [503, 'unavailable'], what)
    assert.equal(answer.headers.get('Retry-After'), full ? null : '5', what)
    assert.deepEqual(Object.keys(problem).sort(), ['code', 'status', 'title', 'type'])
  }

  return { world, db, dataDir, server, browser, spaceId, fail, failEverywhere }
}

function create(browser: Browser, spaceId: string, bytes: Uint8Array<ArrayBuffer>, size: number) {
  const headers = {
    ...TUS,
    'Content-Type': 'application/offset+octet-stream',
    'Upload-Length': String(size),
    'Upload-Metadata': encodeMetadata({ filename: 'x.bin', spaceId }),
  }
  return browser.fetch('/api/uploads', { method: 'POST', headers, body: bytes })
}

test('a failing disk while a file comes: each call that fails is said, nothing acknowledged is lost, and one goes on', async (t) => {
  const { browser, spaceId, failEverywhere } = await enter(t)
  const bytes = randomBytes(SIZE)
  let path = ''
  let acknowledged = 0

  async function finish() {
    const { offset, status } = await head(browser, path)
    assert.equal(status, 200)
    assert.ok(offset >= acknowledged)
    const { headers } = await patch(browser, path, offset, bytes.subarray(offset))
    assert.equal(sha256(await download(browser, headers.get('Carnet-Item'))), sha256(bytes))
  }
  const half = async () => {
    path = await begin(browser, SIZE, { spaceId })
    assert.equal((await patch(browser, path, 0, bytes.subarray(0, HALF))).status, 204)
    acknowledged = HALF
  }

  await t.test('begun, with its first bytes', () =>
    failEverywhere({
      leavesNothing: true,
      prepare: async () => {},
      act: async () => {
        const answer = await create(browser, spaceId, bytes.subarray(0, HALF), SIZE)
        path = answer.headers.get('Location') ?? ''
        return answer
      },
      goOn: async () => {
        if (path) await browser.fetch(path, { method: 'DELETE', headers: TUS })
        const answer = await create(browser, spaceId, bytes, SIZE)
        assert.equal(answer.status, 201)
        assert.equal(sha256(await download(browser, answer.headers.get('Carnet-Item'))), sha256(bytes))
      },
    }),
  )
  await t.test('gone on with', () =>
    failEverywhere({
      prepare: half,
      act: () => patch(browser, path, HALF, bytes.subarray(HALF, HALF + 100_000)),
      goOn: finish,
    }),
  )
  await t.test('finished', () =>
    failEverywhere({
      prepare: half,
      act: () => patch(browser, path, HALF, bytes.subarray(HALF)),
      goOn: finish,
    }),
  )
  await t.test('given up', () =>
    failEverywhere({
      prepare: half,
      act: () => browser.fetch(path, { method: 'DELETE', headers: TUS }),
      goOn: async () => {
        const { status } = await browser.fetch(path, { method: 'DELETE', headers: TUS })
        assert.ok(status === 204 || status === 404)
        assert.equal((await head(browser, path)).status, 404)
      },
    }),
  )
})

test('a failing disk while a whole file comes: the same, and nothing of it stays', async (t) => {
  const { browser, spaceId, failEverywhere } = await enter(t)
  const bytes = randomBytes(SIZE)
  const send = () =>
    browser.fetch(`/api/files/x.bin?${new URLSearchParams({ spaceId })}`, { method: 'PUT', body: bytes })
  // A connection on which somebody was refused while sending is closed, and perhaps another that waited since.
  const put = () => send().catch(send).catch(send)
  await failEverywhere({
    leavesNothing: true,
    prepare: async () => {},
    act: put,
    goOn: async () => {
      const answer = await put()
      assert.equal(answer.status, 201)
      const { id } = (await answer.json()) as { id: string }
      assert.equal(sha256(await download(browser, id)), sha256(bytes))
    },
  })
})

test('a failing disk while a form comes: its file is refused as one alone would be, and nothing of it stays', async (t) => {
  const { browser, spaceId, failEverywhere } = await enter(t)
  const bytes = randomBytes(SIZE)
  const post = () => {
    const body = new FormData()
    body.append('file', new File([bytes], 'x.bin'))
    return browser.fetch(`/api/files?${new URLSearchParams({ spaceId })}`, { method: 'POST', body })
  }
  await failEverywhere({
    leavesNothing: true,
    prepare: async () => {},
    async act() {
      const answer = await post()
      if (answer.status !== 207) return answer
      const [{ problem }] = (await answer.json()).files
      const headers = problem.status === 503 ? { 'Retry-After': '5' } : undefined
      return Response.json(problem, { status: problem.status, ...(headers && { headers }) })
    },
    async goOn() {
      const answer = await post()
      assert.equal(answer.status, 201)
      const [{ item }] = (await answer.json()).files
      assert.equal(sha256(await download(browser, item.id)), sha256(bytes))
    },
  })
})

test('a failing disk while a small image is made, and while a file is read', async (t) => {
  const { browser, spaceId, failEverywhere } = await enter(t)
  const photo = await sharp({ create: { width: 900, height: 600, channels: 3, background: '#3a7' } })
    .png()
    .toBuffer()
  let id = ''
  const path = () => `/api/items/${id}/preview/thumb`
  await t.test('made', () =>
    failEverywhere({
      unswept: true,
      prepare: async () => {
        id = (await browser.upload(photo, { spaceId, name: 'photo.png' })).id
      },
      act: () => browser.fetch(path()),
      goOn: async () => assert.equal((await browser.fetch(path())).status, 200),
    }),
  )
  for (const [how, size] of [
    ['read', SIZE],
    ['read at once', 1000],
  ] as const) {
    const bytes = randomBytes(size)
    await t.test(how, () =>
      failEverywhere({
        prepare: async () => {
          id = (await browser.upload(bytes, { spaceId })).id
        },
        act: () => browser.fetch(`/api/items/${id}/content`),
        goOn: async () => assert.equal(sha256(await download(browser, id)), sha256(bytes)),
      }),
    )
  }
})

test('a failing disk while what was deleted is removed: it is removed all the same, later', async (t) => {
  const { db, dataDir, server, browser, spaceId, fail, failEverywhere } = await enter(t)
  const ok = () => new Response(null)
  await failEverywhere(
    {
      prepare: async () => {
        const { id } = await browser.upload(randomBytes(SIZE), { spaceId })
        await browser.api.files.deleteItems({ ids: [id] })
        await sql`update deletion set purge_after = now()`.execute(db)
        await fail()
        await letTimePass(db)
        await sql`delete from graphile_worker._private_jobs where task_id in (
          select id from graphile_worker._private_tasks where identifier = 'preview')`.execute(db)
      },
      act: () => server.runJobs().then(ok),
      goOn: async () => {
        for (let again = 0; again < 2; again++) {
          await letTimePass(db)
          await server.runJobs()
        }
        assert.deepEqual(await takeStock({ db, dataDir }), { blobs: 0, uploads: 0 })
      },
    },
    { calm: true },
  )
})
