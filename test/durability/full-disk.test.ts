import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { begin, download, head, patch, refused, sha256, TUS } from '../files/tus.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { createWorld } from '../world.ts'
import { SETTINGS } from './house.ts'
import { letTimePass, takeStock } from './reckoning.ts'
import { prepareServer } from './server-process.ts'

const MB = 1024 * 1024

/** A mount namespace of its own, which ends with the process. PostgreSQL's folder is closed to who is root only inside. */
const OWN = process.getuid?.() === 0 ? ['unshare', '-m'] : ['unshare', '-rm']

test('a disk that is really full: said in words, room given back, what was there stays, and with room all goes on', async (t) => {
  const dataDir = await makeTempFolder()
  const [command = '', ...own] = OWN
  if (spawnSync(command, [...own, 'mount', '-t', 'tmpfs', 'tmpfs', dataDir]).status !== 0) {
    t.skip('NOT TESTED HERE: this system lets us mount nothing (unshare, mount)')
    return
  }
  const world = await createWorld(t, { settings: SETTINGS })
  const { db } = world
  const company = await world.addCompany()
  await db
    .updateTable('company')
    .set({ quota_bytes: 1000 * MB })
    .execute()
  const owner = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, owner)
  const { spaceId } = client
  // Its files come to lie on the disk that is full.
  await db.updateTable('installation').set({ marked: false }).execute()
  const server = prepareServer({ own: OWN })
  t.after(server.kill)
  const origin = await server.start({
    connectionString: world.database.connectionString,
    dataDir,
    mount: ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs'],
    settings: SETTINGS,
  })
  const seen = { db, dataDir: `/proc/${server.pid}/root${dataDir}` }
  const signedIn = (await world.signIn(owner)).at(origin)
  /** Who is refused while sending finds that connection closed, then or a moment later, and opens another. */
  async function fetchAgain(path: string, init?: RequestInit, tries = 10): Promise<Response> {
    return signedIn.fetch(path, init).catch((error) => {
      if (tries === 1) throw error
      return fetchAgain(path, init, tries - 1)
    })
  }
  const browser = { ...signedIn, fetch: (path: string, init?: RequestInit) => fetchAgain(path, init) }
  const reserved = async () => {
    const { rows } = await sql<{ bytes: number }>`select coalesce(sum(size), 0)::bigint as bytes from upload
      where item_id is null`.execute(db)
    return rows[0]?.bytes
  }
  const put = (bytes: Buffer<ArrayBuffer>) =>
    browser.fetch(`/api/files/x.bin?${new URLSearchParams({ spaceId })}`, { method: 'PUT', body: bytes })

  const kept = new Map<string, string>()
  const big = randomBytes(6 * MB)
  const path = await begin(browser, big.length, { spaceId })
  assert.equal((await patch(browser, path, 0, big.subarray(0, 2 * MB))).status, 204)
  // Several at once, until none fits any more.
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (;;) {
        const bytes = randomBytes(1_200_000)
        const answer = await put(bytes)
        if (answer.status !== 201) return refused(Promise.resolve(answer), 'disk_full')
        kept.set(((await answer.json()) as { id: string }).id, sha256(bytes))
      }
    }),
  )
  assert.ok(kept.size >= 3, `${kept.size} files fit`)
  await refused(patch(browser, path, 2 * MB, big.subarray(2 * MB)), 'disk_full')
  const { offset } = await head(browser, path)
  assert.equal(offset, 2 * MB)
  assert.equal(await reserved(), big.length, 'only what can be gone on with is reserved')
  await takeStock(seen)

  const another = await begin(browser, 5 * MB, { spaceId })
  await refused(patch(browser, another, 0, randomBytes(5 * MB)), 'disk_full')
  assert.equal((await browser.fetch(another, { method: 'DELETE', headers: TUS })).status, 204)
  assert.equal(await reserved(), big.length)

  spawnSync('dd', ['if=/dev/zero', `of=${join(seen.dataDir, 'rest')}`, 'bs=4k'])
  assert.equal((await browser.fetch('/healthz')).status, 503)
  await refused(put(randomBytes(10)), 'disk_full')
  for (const [id, hash] of kept) assert.equal(sha256(await download(browser, id)), hash)
  await rm(join(seen.dataDir, 'rest'))

  // Deleting makes room, and needs none.
  await browser.api.files.deleteItems({ ids: [...kept.keys()] })
  await sql`update deletion set purge_after = now()`.execute(db)
  for (const _ of ['purge', 'erase']) {
    await letTimePass(db)
    await server.runJobs()
  }
  const { headers } = await patch(browser, path, 2 * MB, big.subarray(2 * MB))
  assert.equal(sha256(await download(browser, headers.get('Carnet-Item'))), sha256(big))
  assert.equal((await browser.fetch('/healthz')).status, 200)
  assert.deepEqual(await takeStock(seen), { blobs: 1, uploads: 0 })
  assert.equal(await reserved(), 0)
})
