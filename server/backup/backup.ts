import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BlobStore } from '../blobs/port.ts'
import { takePlace } from '../db/long-work.ts'
import type { OpenDatabase } from '../db/open.ts'
import { fingerprintOf } from '../master-key.ts'
import { StartError } from '../start-error.ts'
import { type Copied, copyBlobs } from './copying.ts'
import { writeWhole } from './files.ts'
import type { Added, BackupFolder } from './folder.ts'
import { MANIFEST, type Manifest, readManifest } from './manifest.ts'
import { prune } from './prune.ts'
import { sealSecret } from './secret.ts'
import { FILES, writeRows } from './snapshot.ts'
import { findStillAltered, verifyFolder } from './verify.ts'

export interface BackedUp extends Added {
  manifest: Manifest
  added: Copied['added']
  /** With `keep`: what went. */
  pruned: { snapshots: number; copies: number }
  /** With `verify`: copies that had been altered and were made anew. */
  replaced: number
  /** What is altered in the folder and can't be made anew. */
  altered: string[]
}

interface Needs {
  database: Pick<OpenDatabase, 'pool'>
  store: BlobStore
  folder: BackupFolder
  /** Signs sessions; kept sealed where the master key can be had. */
  secret: string | undefined
  /** Of the fingerprint wanted; undefined where it can't be had, which a backup doesn't need. */
  readMasterKey(wanted: string | undefined): Promise<Uint8Array | undefined>
}

/**
 * Backs up a practice, which may be in use. The rows are of one moment; every blob that they name is copied, since none
 * is erased meanwhile. Cut off anywhere, it leaves the snapshots before whole, and what was copied needn't be again.
 * @throws {StartError} another one runs or writes there, or the folder is, or may be, of another practice
 */
export async function backUp(
  { database, store, folder, secret, readMasterKey }: Needs,
  { keep, verify }: { keep?: number | undefined; verify?: boolean | undefined } = {},
): Promise<BackedUp> {
  const client = await database.pool.connect()
  let broken: Error | undefined
  client.on('error', (error) => {
    broken = error
  })
  try {
    if (!(await takePlace(client, 'backup'))) throw new StartError('another backup runs already')
    await using _lock = await folder.lock()
    const { copies } = folder
    const verified = verify ? await verifyFolder(folder) : undefined
    // What isn't written down doesn't count, and is copied again.
    for (const name of verified?.alteredCopies ?? []) await copies.forget(name)
    for (const copy of verified?.forgotten ?? []) await copies.writeDown(copy.name.slice(0, 2), [copy])

    let copied: Copied | undefined
    let manifest: Manifest | undefined
    const made = await folder.add(new Date(), async (half) => {
      const named = join(half, 'named.gz')
      const rows = await writeRows(client, half, named)
      await refuseOthers(folder, rows.practice)
      copied = await copyBlobs({ store, copies }, named, join(half, FILES.blobs))
      await rm(named)
      // While this connection lived, nothing that the snapshot names was erased.
      await client.query('select 1').catch((error) => {
        throw new StartError(`the database was lost during the backup: ${(broken ?? error).message}`)
      })
      const key = secret === undefined ? undefined : await readMasterKey(rows.masterKey ?? undefined)
      manifest = {
        format: 1,
        ...rows,
        blobs: copied.blobs,
        problems: copied.problems,
        secret: key && secret ? { masterKey: fingerprintOf(key), sealed: sealSecret(key, secret) } : null,
      }
      await writeWhole(join(half, MANIFEST), `${JSON.stringify(manifest, null, 1)}\n`)
    })
    if (!copied || !manifest) throw new Error('no snapshot was written')
    const still = verified && (await findStillAltered(folder, verified.alteredCopies))
    const altered = [...(verified?.alteredFiles ?? []), ...(still ?? []).map((name) => join('blobs', name))]
    // A snapshot that lacks something never displaces one that may have it.
    const mayPrune = keep !== undefined && copied.problems.length === 0
    return {
      ...made,
      manifest,
      added: copied.added,
      pruned: mayPrune ? await prune(folder, keep) : { snapshots: 0, copies: 0 },
      replaced: (verified?.alteredCopies.length ?? 0) - (still?.length ?? 0),
      altered,
    }
  } finally {
    client.release(true)
  }
}

/** Two practices in one folder would prune each other's. A restored one is still the same. */
async function refuseOthers(folder: BackupFolder, practice: string | null): Promise<void> {
  const newest = (await folder.snapshots()).at(-1)
  if (!newest) return
  const before = await readManifest(folder.at(newest)).catch((error) => {
    throw new StartError(
      `it can't be told whose backups ${folder.path} holds: ${error.message}; move that snapshot away, or name another folder`,
    )
  })
  if (before.practice && before.practice !== practice)
    throw new StartError(`${folder.path} holds the backups of another practice: name another folder`)
}
