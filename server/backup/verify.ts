import { join } from 'node:path'
import { StartError } from '../start-error.ts'
import type { Copy } from './copies.ts'
import type { BackupFolder } from './folder.ts'
import { readList } from './list.ts'
import { namesOfDamaged, readManifest } from './manifest.ts'
import { byShard } from './shards.ts'
import { FILES } from './snapshot.ts'

export interface Verified {
  snapshots: number
  copies: number
  bytes: number
  /** Files of snapshots that aren't what they were, as paths in the folder. */
  alteredFiles: string[]
  /** Names of blobs whose copies are missing, or aren't what they were. */
  alteredCopies: string[]
  /** Copies that are what snapshots list, and aren't written down so. */
  forgotten: Copy[]
}

/**
 * Reads everything that is in a folder of backups. Needs no key: what is sealed is compared as it lies there. A copy
 * must be what the snapshots list; what is written down of it counts only where none lists it.
 * @throws {StartError} a copy can't be read
 */
export async function verifyFolder(folder: BackupFolder): Promise<Verified> {
  const verified: Verified = {
    ...{ snapshots: 0, copies: 0, bytes: 0 },
    ...{ alteredFiles: [], alteredCopies: [], forgotten: [] },
  }
  const whole = []
  for (const snapshot of await folder.snapshots()) {
    const altered = await folder.findAltered(snapshot)
    verified.alteredFiles.push(...altered.map((file) => join('snapshots', snapshot, file)))
    if (!altered.includes(FILES.blobs)) whole.push(snapshot)
    verified.snapshots++
  }
  for await (const { shard, lists } of byShard(listsOf(folder, whole))) {
    const known = await folder.copies.read(shard)
    const listed = Map.groupBy(lists.flat(), ({ name }) => name)
    for (const name of new Set([...known.keys(), ...listed.keys()])) {
      const written = known.get(name)
      const found = await folder.copies.readBack(name)
      verified.copies++
      verified.bytes += found?.size ?? 0
      const wanted: ({ sha256: string } | undefined)[] = listed.get(name) ?? [written]
      if (!found || wanted.some((one) => one?.sha256 !== found.sha256)) verified.alteredCopies.push(name)
      else if (written?.sha256 !== found.sha256) verified.forgotten.push(found)
    }
  }
  return verified
}

/** Of copies that were altered, those that some snapshot names and that could not be made anew as they were. */
export async function findStillAltered(folder: BackupFolder, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return []
  const suspects = new Set(names)
  const still = new Set<string>()
  const whole = []
  for (const snapshot of await folder.snapshots())
    if ((await folder.findAltered(snapshot, (name) => name === FILES.blobs)).length === 0)
      whole.push(snapshot)
  for await (const { shard, lists } of byShard(listsOf(folder, whole))) {
    const known = await folder.copies.read(shard)
    for (const { name, sha256 } of lists.flat())
      if (suspects.has(name) && known.get(name)?.sha256 !== sha256) still.add(name)
  }
  return [...still]
}

/** What snapshots hold their copies to: one that was listed damaged may have come right since. */
function listsOf(folder: BackupFolder, snapshots: readonly string[]) {
  return snapshots.map(async function* (snapshot) {
    const manifest = await readManifest(folder.at(snapshot)).catch(() => ({ problems: [] }))
    const damaged = namesOfDamaged(manifest)
    for await (const listed of readList(join(folder.at(snapshot), FILES.blobs)))
      if (!damaged.has(listed.name)) yield listed
  })
}

/** @throws {StartError} of a snapshot, which is to be restored */
export async function refuseAltered(folder: BackupFolder, snapshot: string): Promise<void> {
  const altered = await folder.findAltered(snapshot)
  if (altered.length === 0) return
  const others = (await folder.snapshots()).filter((name) => name !== snapshot)
  throw new StartError(
    `the snapshot ${snapshot} is damaged (${altered.join(', ')}); ${
      others.length > 0 ? `restore another with --snapshot: ${others.join(', ')}` : 'there is no other'
    }`,
  )
}
