import { join } from 'node:path'
import { StartError } from '../start-error.ts'
import type { BackupFolder } from './folder.ts'
import { readList } from './list.ts'
import { byShard } from './shards.ts'
import { FILES } from './snapshot.ts'

/**
 * Removes all snapshots but the newest, then the copies that none of these names.
 * @throws {StartError} one of these can't tell any more which it names
 */
export async function prune(
  folder: BackupFolder,
  keep: number,
): Promise<{ snapshots: number; copies: number }> {
  const snapshots = await folder.snapshots()
  const [old, kept] = [snapshots.slice(0, -keep), snapshots.slice(-keep)]
  for (const snapshot of kept) {
    const altered = await folder.findAltered(snapshot, (name) => name === FILES.blobs)
    if (altered.length > 0)
      throw new StartError(
        `nothing was pruned: the snapshot ${snapshot} is damaged; if you need it no more, remove ${folder.at(snapshot)}`,
      )
  }
  for (const snapshot of old) await folder.remove(snapshot)
  const lists = kept.map((snapshot) => readList(join(folder.at(snapshot), FILES.blobs)))
  let copies = 0
  for await (const { shard, lists: listed } of byShard(lists))
    copies += await folder.copies.keepOnly(shard, new Set(listed.flat().map(({ name }) => name)))
  return { snapshots: old.length, copies }
}
