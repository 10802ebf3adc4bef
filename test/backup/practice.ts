import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type pg from 'pg'
import { backUp } from '../../server/backup/backup.ts'
import { makeBackupFolder } from '../../server/backup/folder.ts'
import { createBlobs } from '../../server/blobs/blobs.ts'
import { openStore } from '../../server/blobs/open.ts'
import type { BlobStore } from '../../server/blobs/port.ts'
import { fingerprintOf, readMasterKey } from '../../server/master-key.ts'
import { readSettings } from '../../server/settings.ts'
import { createVault } from '../../server/vault.ts'
import { openTestDatabase } from '../database.ts'
import { startNode } from '../process.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { createWorld, type World } from '../world.ts'

export const SECRET = 's'.repeat(32)

export type Place = { dataDir: string; url?: string }

/** A command as an operator types it, on a data folder and, unless embedded, a database. */
export function command(words: string[], { dataDir, url }: Place, env: Record<string, string> = {}) {
  const where = { DATA_DIR: dataDir, ...(url && { DATABASE_URL: url }) }
  return startNode(['server/main.ts', ...words], { ...where, ...env })
}

/** The same, which must succeed. Resolves with what it says. */
export async function carry(words: string[], place: Place, env?: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await command(words, place, env).ended
  assert.equal(code, 0, stdout + stderr)
  return stdout
}

/** The same, which must be refused, with one line. */
export async function refused(words: string[], place: Place, env?: Record<string, string>): Promise<string> {
  const { code, stderr } = await command(words, place, env).ended
  assert.equal(code, 1)
  assert.match(stderr, /^carnet: [^\n]+\n$/)
  return stderr
}

/** A practice with a client and their professional, who has sent files. */
export async function openPractice(t: TestContext, use: Parameters<typeof createWorld>[1] = {}) {
  const world = await createWorld(t, use)
  const company = await world.addCompany()
  const client = await world.addClient(company)
  const owner = await world.addProfessional(company)
  await world.setStakeholder(client, owner)
  const mine = await world.signIn(owner)
  const { spaceId } = client
  const send = async (bytes: Uint8Array | string, name?: string) =>
    mine.upload(bytes, { spaceId, level: 'everybody', ...(name && { name }) })
  const place: Place = { dataDir: world.dataDir, url: world.database.connectionString }
  return { world, company, client, owner, mine, send, place }
}

export type Practice = Awaited<ReturnType<typeof openPractice>>

/** Deletes an item, and all that there is of it. */
export async function deleteForGood({ world, mine }: Practice, { id }: { id: string }): Promise<void> {
  await mine.api.files.deleteItems({ ids: [id] })
  world.pass({ seconds: 11 })
  await world.services.items.purge()
  await world.runJobs()
}

/** Backs up in this process, from a store of which something may be another's. */
export async function backUpHere(
  { world, place }: Pick<Practice, 'world' | 'place'>,
  dir: string,
  change: (store: BlobStore) => Partial<BlobStore> = () => ({}),
  options: Parameters<typeof backUp>[1] = {},
) {
  const store = await openStore(readSettings({ DATA_DIR: place.dataDir }))
  return backUp(
    {
      database: world.database,
      store: { ...store, ...change(store) },
      folder: await makeBackupFolder(dir, place.dataDir),
      secret: SECRET,
      readMasterKey: async () => undefined,
    },
    options,
  )
}

export const newDir = async () => join(await makeTempFolder(), 'backup')

export const snapshotsIn = async (dir: string) => (await readdir(join(dir, 'snapshots'))).sort()

export async function flip(path: string): Promise<void> {
  const bytes = await readFile(path)
  const at = bytes.length >> 1
  bytes[at] = (bytes[at] ?? 0) ^ 1
  await writeFile(path, bytes)
}

/** A machine on which nothing is yet but the master key. */
export async function emptyMachine(
  t: TestContext,
  from: { dataDir: string },
): Promise<Required<Place> & { pool: pg.Pool }> {
  const database = await openTestDatabase({ empty: true })
  t.after(database.close)
  const dataDir = await makeTempFolder()
  await copyFile(join(from.dataDir, 'master.key'), join(dataDir, 'master.key'))
  return { dataDir, url: database.connectionString, pool: database.pool }
}

/** Every row of every table that a crash leaves alone, and the jobs that wait; not which database it is. */
export async function dump(pool: pg.Pool): Promise<Record<string, unknown[]>> {
  const { rows: tables } = await pool.query(`select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relpersistence = 'p' and relname <> 'installation' order by 1`)
  const all: Record<string, unknown[]> = {}
  for (const { name } of tables) {
    const { rows } = await pool.query(`select to_jsonb(r)::text as row from "${name}" r order by 1`)
    all[name] = rows.map(({ row }) => row)
  }
  const { rows } = await pool.query(`
    select t.identifier, j.payload, j.run_at, j.key, j.priority from graphile_worker._private_jobs j
    join graphile_worker._private_tasks t on t.id = j.task_id order by t.identifier, j.payload::text, j.run_at`)
  all.jobs = rows
  return all
}

/** Opens every blob that a row names, as the product would: its bytes are there, and what the row says. */
export async function readEveryBlob(
  { db, dataDir }: Pick<World, 'db' | 'dataDir'>,
  env: Record<string, string> = {},
): Promise<number> {
  const settings = readSettings({ DATA_DIR: dataDir, ...env })
  const store = await openStore(settings)
  const vault = await createVault({ db, readMasterKey: (wanted) => readMasterKey(settings, wanted) })
  const blobs = createBlobs({ store, vault, seal: true })
  const rows = await db.selectFrom('blob').select(['key', 'size', 'sha256']).execute()
  for (const { key, size, sha256 } of rows)
    assert.deepEqual(await blobs.digest(key), { size, sha256: sha256.toString('hex') })
  const previews = await db
    .selectFrom('preview')
    .select(['key', 'size'])
    .where('key', 'is not', null)
    .execute()
  for (const { key, size } of previews) assert.equal((await blobs.digest(key ?? '')).size, size)
  return rows.length + previews.length
}

/** All files under a folder, with their hashes, but for the mark that says whose they are. */
export async function listFiles(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: Record<string, string> = {}
  for (const entry of entries.filter((entry) => entry.isFile() && entry.name !== 'belongs-to')) {
    const path = join(entry.parentPath, entry.name)
    found[path.slice(folder.length + 1)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  }
  return found
}

export async function fingerprintIn(dataDir: string): Promise<string> {
  return fingerprintOf(Buffer.from((await readFile(join(dataDir, 'master.key'), 'utf8')).trim(), 'hex'))
}

export const noise = (size: number) => randomBytes(size)
