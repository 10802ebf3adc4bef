import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { Problem } from '../../core/errors.ts'
import { makeTempFolder } from '../temp-folder.ts'
import type { Browser } from '../world.ts'
import { bundleServer } from './bundle.ts'
import { openHouse, SETTINGS } from './house.ts'
import { createPhones } from './phones.ts'
import { createRandom } from './random.ts'
import { letTimePass, reckon, takeStock } from './reckoning.ts'
import { prepareServer, type Server } from './server-process.ts'

/** How many do something at once. */
const AT_ONCE = 6
/** Files of former rounds that are read again in each. */
const READ_AGAIN = 3

/** Where the app keeps its bytes, and how it ends there. */
export type Disk = {
  dataDir: string
  /** Of a file system of the server's own. */
  mount?: string[]
  own?: string[]
  /** The data folder, as seen from here. */
  seen(server: Server): string
  end(server: Server): Promise<void>
}

export type Plan = {
  rounds: number
  /** It decides what people do, not how fast that is. */
  seed: number
  /** Of a file, in bytes. */
  largest: number
  /** Every so many rounds PostgreSQL is killed too. */
  databaseEvery: number
  atOnce?: number
  disk?: Disk
  tell?: (line: string) => void
}

/**
 * So many times people upload, delete and undo, the server is killed in the middle, another is started, and all that
 * they were told must be true. At the end everything is finished, read, and removed. Resolves with what happened.
 */
export async function killManyTimes(t: TestContext, plan: Plan) {
  const { rounds, seed, largest, databaseEvery, atOnce = AT_ONCE } = plan
  const house = await openHouse(t)
  const { spaceId, db } = house
  const disk = plan.disk ?? (await plainDisk())
  const random = createRandom(seed)
  const phones = createPhones({ random, spaceId, seed: (seed % 1e6) * 1e6, largest })
  const program = await bundleServer()
  const prepare = () => prepareServer({ program, ...(disk.own && { own: disk.own }) })
  const happened = { rounds: 0, databaseKilled: 0, acts: 0, read: 0, added: 0, mostUploads: 0 }

  let next = prepare()
  t.after(() => next.kill())

  /** Another server on what the last one left: everything that was promised is there. */
  async function startAgain(): Promise<{ server: Server; at: Browser }> {
    const server = next
    t.after(server.kill)
    next = prepare()
    await letTimePass(db())
    const { dataDir, mount } = disk
    const on = { connectionString: house.connectionString, dataDir, settings: SETTINGS }
    const at = house.browser.at(await server.start({ ...on, ...(mount && { mount }) }))
    const come = await reckon(phones, { at, db: db(), spaceId })
    const { uploads } = await takeStock({ db: db(), dataDir: disk.seen(server) }, phones.sendings)
    happened.added += come.length
    happened.mostUploads = Math.max(happened.mostUploads, uploads)
    const there = phones.sendings.filter(({ fate }) => fate === 'there')
    for (let again = 0; again < READ_AGAIN && there.length > 0; again++)
      come.push(random.pick(there) ?? assert.fail())
    for (const sending of come) await phones.download(at, sending)
    happened.read += come.length
    return { server, at }
  }

  async function liveAndDie({ server, at }: { server: Server; at: Browser }, databaseToo: boolean) {
    let over = false
    let databaseGone = false
    const lives = Array.from({ length: atOnce }, async () => {
      while (!over) {
        await phones.act(at).catch(async (error) => {
          if (over && error instanceof TypeError) return
          if (error instanceof Problem && error.code === 'too_late') return
          if (!databaseGone || !(error instanceof Problem) || error.code !== 'unavailable')
            throw new Error(server.said(), { cause: error })
          await wait(20)
        })
        happened.acts++
      }
    })
    const jobs = wait(random.between(0, 300)).then(async () => {
      if (over || random.chance(0.6)) return
      await server.runJobs().catch(() => assert.ok(over || databaseGone, server.said()))
    })
    const lastByte = phones.nextLastByte()
    const aimed = random.chance(0.5)
    const killing = async () => {
      await (aimed ? Promise.race([lastByte, wait(1500)]) : wait(random.between(5, 600)))
      if (aimed) await wait(random.between(0, 30))
      if (databaseToo && random.chance(0.5)) {
        databaseGone = true
        await house.killDatabase()
        await wait(random.between(0, 200))
      }
      over = true
      await disk.end(server)
      if (databaseToo && !databaseGone) await house.killDatabase()
    }
    await Promise.all([killing(), jobs, ...lives])
    if (!databaseToo) return
    await house.bringDatabaseBack()
    happened.databaseKilled++
  }

  /** Whatever is under way is finished; then all of it is read, and removed to the last byte. */
  async function settle({ server, at }: { server: Server; at: Browser }) {
    for (const sending of phones.sendings.filter(({ fate }) => fate === 'coming'))
      await phones.goOn(at, sending, sending.size)
    const there = phones.sendings.filter(({ fate }) => fate === 'there')
    for (const sending of there) await phones.download(at, sending)
    happened.read += there.length
    await server.runJobs()
    await reckon(phones, { at, db: db(), spaceId })
    const stock = await takeStock({ db: db(), dataDir: disk.seen(server) }, phones.sendings)
    assert.ok(stock.blobs >= there.length && stock.uploads === 0)
    for (const sending of there) await phones.remove(at, [sending])
    await sql`update deletion set purge_after = now()`.execute(db())
    for (const _ of ['purge', 'erase']) {
      await sql`update graphile_worker._private_jobs set run_at = now(), attempts = 0`.execute(db())
      await server.runJobs()
    }
    assert.deepEqual(await takeStock({ db: db(), dataDir: disk.seen(server) }), { blobs: 0, uploads: 0 })
    await server.kill()
  }

  try {
    for (let round = 1; round <= rounds; round++) {
      await liveAndDie(await startAgain(), round % databaseEvery === 0)
      happened.rounds = round
      if (round % 20 === 0) plan.tell?.(JSON.stringify(happened))
    }
    await settle(await startAgain())
  } catch (error) {
    throw new Error(`in round ${happened.rounds + 1}, seed ${seed}: ${error}`, { cause: error })
  }
  return happened
}

async function plainDisk(): Promise<Disk> {
  const dataDir = await makeTempFolder()
  return { dataDir, seen: () => dataDir, end: (server) => server.kill() }
}
