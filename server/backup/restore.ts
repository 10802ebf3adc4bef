import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createBelonging } from '../belonging.ts'
import { asOne, type Stores } from '../blobs/open.ts'
import type { BlobStore } from '../blobs/port.ts'
import { openDataFolder } from '../data-folder.ts'
import { refuseUnknown } from '../db/migrate.ts'
import type { OpenDatabase } from '../db/open.ts'
import { createJobs } from '../jobs.ts'
import type { Log } from '../log.ts'
import { readMasterKey } from '../master-key.ts'
import type { Settings } from '../settings.ts'
import { StartError } from '../start-error.ts'
import { writeWhole } from './files.ts'
import type { BackupFolder } from './folder.ts'
import { readList } from './list.ts'
import { type Manifest, namesOfDamaged, readManifest } from './manifest.ts'
import { countNamed } from './names.ts'
import { refuseOtherRows, restoreRows } from './restore-rows.ts'
import { beginRestoring, endRestoring, RESTORING, readRestoring } from './restoring.ts'
import { openSecret } from './secret.ts'
import { byShard, eachOf } from './shards.ts'
import { FILES } from './snapshot.ts'
import { refuseAltered } from './verify.ts'

const AT_ONCE = 4

export interface Restored {
  snapshot: string
  manifest: Manifest
  /** Names of blobs whose copies are altered or missing: they were left out. */
  lost: string[]
  /** Whether sessions and authenticator apps work on: their secret came along, or is in SECRET. */
  secret: 'kept' | 'in the environment' | 'absent'
}

interface Needs {
  settings: Settings
  folder: BackupFolder
  /** Both are opened only once nothing speaks against it. */
  openRows(): Promise<OpenDatabase>
  openBytes(): Promise<Stores>
  log: Log
}

/**
 * Restores a snapshot into an empty data folder and an empty database. Before anything is written, it is certain that
 * the snapshot is whole, that this version can read it, and that the master key is the right one.
 * Cut off anywhere, it can be repeated, and nothing can be started meanwhile.
 * @throws {StartError}
 */
export async function restore(
  { settings, folder, openRows, openBytes, log }: Needs,
  {
    snapshot: wanted,
    despiteDamage = false,
    adoptFiles = false,
  }: { snapshot?: string | undefined; despiteDamage?: boolean; adoptFiles?: boolean } = {},
): Promise<Restored> {
  const snapshot = await choose(folder, wanted)
  await refuseAltered(folder, snapshot)
  const at = folder.at(snapshot)
  const manifest = await readManifest(at)
  await refuseUnknown(manifest.migrations)
  const secret = await findSecret(settings, manifest)
  const resumed = await refuseOtherData(settings, snapshot)

  await openDataFolder(settings.dataDir)
  const begin = async () => resumed || (await beginRestoring(settings.dataDir, snapshot))
  // The embedded one comes to lie in the data folder.
  if (!settings.databaseUrl) await begin()
  const database = await openRows()
  await refuseOtherRows(database.pool, snapshot, resumed)
  if (settings.databaseUrl) await begin()
  const stores = await openBytes()
  const belonging = createBelonging({ db: database.db, stores })
  // A twin on the same files would sweep away what the other has added since.
  if (!adoptFiles) await belonging.refuseOthers()
  const lost = await restoreBlobs(folder, { at, manifest }, asOne(stores))
  if (lost.length > 0 && !despiteDamage)
    throw new StartError(
      `${lost.length} of the copies of files in ${folder.path} are damaged or missing (${lost[0]} …): repeat with --despite-damage to restore all the others`,
    )
  const jobs = createJobs({ pool: database.pool, log })
  await restoreRows(database, jobs, { name: snapshot, folder: at, manifest }, log)
  await refuseMissing(database, manifest)
  await belonging.adopt()
  if (secret.text !== undefined) await writeWhole(join(settings.dataDir, 'secret'), `${secret.text}\n`)
  await endRestoring(settings.dataDir)
  return { snapshot, manifest, lost, secret: secret.is }
}

async function choose(folder: BackupFolder, wanted: string | undefined): Promise<string> {
  const snapshots = await folder.snapshots()
  const chosen = wanted ?? snapshots.at(-1)
  if (chosen && snapshots.includes(chosen)) return chosen
  const which = snapshots.length > 0 ? `it has ${snapshots.join(', ')}` : 'it has none'
  throw new StartError(`there is no snapshot ${wanted ?? ''} in ${folder.path}: ${which}`)
}

/** @throws {StartError} the master key that opens what is sealed is missing, or another one is there */
async function findSecret(settings: Settings, { masterKey, secret }: Manifest) {
  const key = masterKey === null ? undefined : await readMasterKey(settings, masterKey)
  if (settings.secret) return { is: 'in the environment' as const, text: undefined }
  if (!secret) return { is: 'absent' as const, text: undefined }
  const opener =
    secret.masterKey === masterKey ? key : await readMasterKey(settings, secret.masterKey).catch(() => {})
  if (!opener) return { is: 'absent' as const, text: undefined }
  return { is: 'kept' as const, text: openSecret(opener, secret.sealed) }
}

/** Resolves with whether this same restore was begun before. @throws {StartError} something else is there */
async function refuseOtherData({ dataDir }: Settings, snapshot: string): Promise<boolean> {
  const begun = await readRestoring(dataDir)
  if (begun === snapshot) return true
  if (begun !== undefined)
    throw new StartError(
      `DATA_DIR: a restore of ${begun} was cut off in ${dataDir}: repeat that one, or empty it`,
    )
  const entries = await readdir(dataDir).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw new StartError(`DATA_DIR: ${dataDir} can't be read: ${error.message}`)
  })
  const found = entries.find((name) => !MAY_BE_THERE.test(name))
  if (found)
    throw new StartError(
      `DATA_DIR: ${dataDir} is not empty (${found}): a restore needs an empty one, but for master.key`,
    )
  return false
}

/** The key to what comes, and what a fresh disk has. */
const MAY_BE_THERE = new RegExp(`^(master\\.key(\\..*)?|lost\\+found|${RESTORING}\\.part)$`)

/**
 * Puts every blob that a snapshot lists into the store. Resolves with the names of those whose copies aren't what they
 * were; one that was listed damaged may have come right since.
 */
async function restoreBlobs(
  folder: BackupFolder,
  { at, manifest }: { at: string; manifest: Manifest },
  store: BlobStore,
): Promise<string[]> {
  const lost: string[] = []
  const damagedThen = namesOfDamaged(manifest)
  const isListed = (name: string, sha256: string, found: string) => found === sha256 || damagedThen.has(name)
  for await (const { lists } of byShard([readList(join(at, FILES.blobs))])) {
    await eachOf(lists.flat(), AT_ONCE, async ({ name, sha256 }) => {
      if (await store.stat(name)) {
        if (isListed(name, sha256, await hashOf((await store.open(name)).stream))) return
        await store.remove(name)
      }
      let damaged = false
      async function* proven() {
        const hash = createHash('sha256')
        try {
          for await (const chunk of folder.copies.open(name)) {
            hash.update(chunk)
            yield chunk
          }
        } catch (error) {
          damaged = true
          throw error
        }
        damaged = !isListed(name, sha256, hash.digest('hex'))
        // Ends it before it is there.
        if (damaged) throw new Error('not what it was')
      }
      await store.put(name, proven()).catch((error) => {
        if (!damaged) throw error
        lost.push(name)
      })
    })
  }
  return lost
}

async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

/** No row without bytes, but for what was missing when the backup was made. */
async function refuseMissing({ pool }: OpenDatabase, { blobs, problems }: Manifest): Promise<void> {
  const client = await pool.connect()
  const named = await countNamed(client).finally(() => client.release())
  const known = blobs.count + problems.length - namesOfDamaged({ problems }).size
  if (named !== known) throw new StartError(`the rows name ${named} blobs, and the backup lists ${known}`)
}
