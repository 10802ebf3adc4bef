import { lstat, mkdir, readdir, rename } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { syncFolder } from '../data-folder.ts'
import { StartError } from '../start-error.ts'
import { type Copies, createCopies } from './copies.ts'
import { findAltered, removeFolder, writeSums, writeWhole } from './files.ts'
import { isLock, lockFolder } from './folder-lock.ts'
import { SHARDS } from './shards.ts'

const PART = '.part'
const NAMED = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/
const OURS = ['README.txt', 'README.txt.part', 'blobs', 'hashes', 'snapshots', 'lost+found']

export interface BackupFolder {
  path: string
  copies: Copies
  /** Must be held while anything is written. @throws {StartError} somebody else writes there */
  lock(): Promise<AsyncDisposable>
  /** The names of whole snapshots, oldest first. */
  snapshots(): Promise<string[]>
  /** Where the files of a snapshot are. */
  at(snapshot: string): string
  /** Makes a snapshot of what `write` puts into a folder; there only once it is whole, and the newest from then on. */
  add(takenAt: Date, write: (folder: string) => Promise<void>): Promise<Added>
  remove(snapshot: string): Promise<void>
  /** The files of a snapshot that aren't what they were; of all or of some. */
  findAltered(snapshot: string, isMeant?: (name: string) => boolean): Promise<string[]>
}

export interface Added {
  snapshot: string
  /** The one before, where it isn't named earlier than this one was taken: a clock was wrong. */
  ahead: string | undefined
}

/**
 * A folder of backups: copies of blobs, which its snapshots share, and of each snapshot the rows and which blobs they name.
 * @throws {StartError}
 */
export async function openBackupFolder(folder: string): Promise<BackupFolder> {
  const path = resolve(folder)
  if (!(await lstat(join(path, 'snapshots')).catch(() => undefined)))
    throw new StartError(`there is no backup in ${path}`)
  const at = (snapshot: string) => join(path, 'snapshots', snapshot)

  async function snapshots(): Promise<string[]> {
    return (await readdir(join(path, 'snapshots'))).filter((name) => NAMED.test(name)).sort()
  }

  return {
    path,
    copies: createCopies(path),
    lock: () => lockFolder(path),
    snapshots,
    at,

    async add(takenAt, write) {
      for (const name of await readdir(join(path, 'snapshots')))
        if (name.endsWith(PART)) await removeFolder(at(name))
      const before = (await snapshots()).at(-1)
      const ahead = before !== undefined && timeOf(before) >= takenAt.getTime() ? before : undefined
      // What is newest goes by names: it is what is restored, and what pruning keeps.
      const name = ahead === undefined ? nameAt(takenAt.getTime()) : nameAt(timeOf(ahead) + 1)
      const half = at(name) + PART
      await mkdir(half, { mode: 0o700 })
      try {
        await write(half)
        await writeSums(half)
        await rename(half, at(name))
      } catch (error) {
        await removeFolder(half)
        throw error
      }
      await syncFolder(join(path, 'snapshots'))
      return { snapshot: name, ahead }
    },

    async remove(snapshot) {
      await rename(at(snapshot), at(snapshot) + PART)
      // It must not come back once its copies have gone.
      await syncFolder(join(path, 'snapshots'))
      await removeFolder(at(snapshot) + PART)
    },

    findAltered: (snapshot, isMeant) => findAltered(at(snapshot), isMeant),
  }
}

const nameAt = (time: number) => new Date(time).toISOString().replaceAll(/[-:.]/g, '')

const timeOf = (snapshot: string) => Date.parse(snapshot.replace(NAMED, '$1-$2-$3T$4:$5:$6.$7Z'))

/** The same, made where there is none. @throws {StartError} it holds something else, or lies in the data folder */
export async function makeBackupFolder(folder: string, dataDir: string): Promise<BackupFolder> {
  const path = resolve(folder)
  if (!relative(dataDir, path).startsWith('..'))
    throw new StartError(`${path} lies in DATA_DIR: a backup belongs on another disk`)
  const made = await mkdir(path, { recursive: true, mode: 0o700 })
  for (let at = path; made && at.length >= made.length; at = dirname(at)) await syncFolder(dirname(at))
  const foreign = (await readdir(path)).find((name) => !OURS.includes(name) && !isLock(name))
  if (foreign)
    throw new StartError(`${path} holds something else than backups (${foreign}): name another folder`)
  // All are made now and flushed, some with the file that comes last: no write has to flush the parents of a new folder.
  for (const name of ['hashes', 'snapshots', ...SHARDS.map((shard) => join('blobs', shard))])
    await mkdir(join(path, name), { recursive: true, mode: 0o700 })
  await syncFolder(join(path, 'blobs'))
  await writeWhole(join(path, 'README.txt'), README)
  return openBackupFolder(path)
}

const README = `A backup of Carnet, made by "npm run backup -- DIR".

  snapshots/TIME/   the rows of the database at that time, and which files they name
  blobs/            copies of the files as they are stored: shared by all snapshots
  hashes/           what the copies must be like
  lock.*            there while a backup writes, or was cut off

THE MASTER KEY IS NOT IN HERE, AND WITHOUT IT NO SEALED FILE CAN BE READ AGAIN, BY ANYBODY.
Keep a copy of it elsewhere: it is in DATA_DIR/master.key, or where MASTER_KEY_FILE or MASTER_KEY says.
Whoever has this folder can read names, e-mail addresses and the log; whoever has the master key too, everything.

To restore, on a machine with Carnet and an empty DATA_DIR that holds nothing but master.key:
  DATA_DIR=/var/lib/carnet npm run restore -- DIR

To verify without Carnet, in this folder:
  (cd snapshots/TIME && sha256sum -c SHA256SUMS) && zcat snapshots/TIME/blobs.gz | sha256sum -c --quiet
`
