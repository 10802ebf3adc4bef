import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../core/errors.ts'
import { connect } from '../../server/db/open.ts'
import { createJobs, type TaskHandlers } from '../../server/jobs.ts'
import { createLog } from '../../server/log.ts'
import { until } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { type Browser, UNKNOWN } from '../world.ts'
import { openHouse, SETTINGS } from './house.ts'
import { createPhones } from './phones.ts'
import { createRandom, readSeed } from './random.ts'
import { letTimePass, reckon, takeStock } from './reckoning.ts'
import { prepareServer } from './server-process.ts'

/** People at work while PostgreSQL goes and comes back; they try again whatever was answered with 503. */
async function enter(t: TestContext, patience?: number) {
  const house = await openHouse(t)
  const { spaceId, db, connectionString } = house
  const dataDir = await makeTempFolder()
  const server = prepareServer()
  t.after(server.kill)
  const on = { connectionString, dataDir, settings: SETTINGS, jobs: true }
  const at = house.browser.at(await server.start({ ...on, ...(patience && { patience }) }))
  const seed = readSeed(t)
  const phones = createPhones({ random: createRandom(seed), spaceId, seed, largest: 1_000_000 })

  let over = false
  let refusals = 0
  let done = 0
  const lives = Array.from({ length: 5 }, async () => {
    while (!over) {
      await phones
        .act(at)
        .then(() => done++)
        .catch(async (error) => {
          if (!(error instanceof Problem) || !['unavailable', 'too_late'].includes(error.code)) throw error
          refusals++
          await wait(50)
        })
    }
  })
  const some = async (count: () => number) => {
    const enough = count() + 10
    while (count() < enough) await Promise.race([wait(20), ...lives])
  }

  /** All are well again, and nothing is missing. */
  async function end() {
    await some(() => done)
    over = true
    await Promise.all(lives)
    await letTimePass(db())
    for (const sending of await reckon(phones, { at, db: db(), spaceId })) await phones.download(at, sending)
    for (const sending of phones.sendings) if (sending.fate === 'there') await phones.download(at, sending)
    await takeStock({ db: db(), dataDir }, phones.sendings)
    assert.equal((await at.fetch('/healthz')).status, 200)
  }

  return { house, at, lives, someDone: () => some(() => done), someRefused: () => some(() => refusals), end }
}

/** What needs no database: the pages, and the description of the API. */
const WITHOUT = ['GET /api/openapi.json', 'GET /*', 'OPTIONS /api/uploads']

async function refusedEverywhere(at: Browser, routes: readonly { method: string; path: string }[]) {
  for (const { method, path } of routes) {
    if (WITHOUT.includes(`${method} ${path}`)) continue
    const answer = await at.fetch(
      path.replace(/:(\w+)/g, (_, name) => (name === 'variant' ? 'thumb' : UNKNOWN)),
      { method, ...(method !== 'GET' && { headers: { 'Tus-Resumable': '1.0.0' } }) },
    )
    // Whatever is refused unread says nothing of the database.
    if (answer.status === 400) continue
    const text = await answer.text()
    assert.equal(answer.status, 503, `${method} ${path}: ${answer.status} ${text}`)
    assert.equal(answer.headers.get('Retry-After'), '5', `${method} ${path}`)
    assert.doesNotMatch(text, /postgres|socket|stack|\.ts/i)
  }
}

test('PostgreSQL is killed and comes back: 503 on every route meanwhile, then all goes on and nothing is lost', async (t) => {
  const { house, at, someDone, someRefused, end } = await enter(t)
  await someDone()
  await house.killDatabase()
  await someRefused()
  await refusedEverywhere(at, house.routes)
  await house.bringDatabaseBack()
  await end()
})

test('PostgreSQL stands still: 503 once it has said nothing for too long, and all goes on when it moves again', async (t) => {
  const { house, someDone, someRefused, end } = await enter(t, 4000)
  await someDone()
  await house.signalDatabase('SIGSTOP')
  try {
    await someRefused()
  } finally {
    await house.signalDatabase('SIGCONT')
  }
  await end()
})

test('a job that ends while PostgreSQL is gone harms nobody, and jobs run again once it is back', async (t) => {
  const house = await openHouse(t)
  const log = createLog('error')
  const { pool, db, close } = connect(house.connectionString, 5, log)
  const jobs = createJobs({ pool, log })
  const [begun, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let mails = 0
  async function mail() {
    mails++
    begun.resolve()
    await mayEnd.promise
  }
  const runner = await jobs.start({ mail } as unknown as TaskHandlers)
  t.after(async () => {
    await runner.stop()
    await close()
  })
  await jobs.add(db, 'mail', {})
  await begun.promise
  await house.killDatabase()
  mayEnd.resolve()
  // Time for the queue to notice that it can't say so.
  await wait(1500)
  await house.bringDatabaseBack()
  await jobs.add(house.db(), 'mail', {})
  await until('the next one runs', async () => mails === 2)
})
