import { execFile } from 'node:child_process'
import { lstat, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { syncFolder } from '../data-folder.ts'
import type { Log } from '../log.ts'
import { StartError } from '../start-error.ts'
import {
  type Account,
  chownTree,
  clusterAccount,
  clusterArgument,
  initdbAccount,
} from './postgres-account.ts'
import { reachPrograms, removeRunFolder } from './run-folder.ts'

const run = promisify(execFile)

const MAJOR = '18'

/** Characters are classed by C.UTF-8 where the system has it: with plain C, é is no letter to pg_trgm. */
const CTYPES = ['C.UTF-8', 'UTF-8', 'C']

/**
 * Makes sure that `folder` holds a cluster of our version. A new one is made beside it and renamed once it is whole
 * and flushed, so that a kill at any moment leaves either nothing or a cluster.
 * @throws {StartError}
 */
export async function ensureCluster(folder: string, log: Log): Promise<void> {
  const version = await readVersion(folder)
  if (version === MAJOR) {
    // Copied or restored by root, it would be out of PostgreSQL's reach.
    if ((await lstat(folder)).uid === 0) await chownTree(folder, await clusterAccount(folder))
    return
  }
  if (version !== undefined) {
    throw new StartError(
      `${folder} was made by PostgreSQL ${version}, and this Carnet brings PostgreSQL ${MAJOR}`,
    )
  }
  log.info('making the database cluster')
  const account = await initdbAccount()
  const half = await mkdtemp(`${folder}.half-`)
  const { bin, path } = await reachPrograms(account)
  try {
    await chownTree(half, account)
    await initdb(join(bin, 'initdb'), half, account)
    await chownTree(half, await clusterAccount(folder))
    await rename(half, folder)
    await syncFolder(dirname(folder))
  } catch (error) {
    // Another process was quicker: its cluster serves as well as ours.
    if ((await readVersion(folder)) !== MAJOR) throw error
  } finally {
    await rm(half, { recursive: true, force: true })
    if (path) await removeRunFolder(path)
  }
}

/** Removes what killed starts left half-made. Only for who holds the cluster. */
export async function removeHalfMadeClusters(folder: string): Promise<void> {
  const parent = dirname(folder)
  for (const name of await readdir(parent)) {
    if (name.startsWith(`${basename(folder)}.half-`))
      // Whoever makes it may still be writing there: then the next start tries again.
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => {})
  }
}

async function readVersion(folder: string): Promise<string | undefined> {
  const found = await lstat(folder).catch(() => undefined)
  if (!found) return undefined
  try {
    return (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    // The rename replaces an empty folder.
    if ((await readdir(folder)).length === 0) return undefined
    throw new StartError(`${folder} is not a database cluster: ${(error as Error).message}`)
  }
}

async function initdb(program: string, folder: string, account: Account): Promise<void> {
  for (const ctype of CTYPES) {
    const args = [
      `--pgdata=${clusterArgument(folder, account)}`,
      '--username=postgres',
      '--auth-local=trust',
      '--auth-host=reject',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      `--lc-ctype=${ctype}`,
      '--data-checksums',
      '--no-instructions',
    ]
    try {
      await run(program, args, { ...account, cwd: folder, env: { PATH: process.env.PATH, TZ: 'UTC' } })
      return
    } catch (error) {
      const stderr = String((error as { stderr?: string }).stderr ?? error)
      if (/invalid locale name/.test(stderr) && ctype !== CTYPES.at(-1)) continue
      throw new StartError(
        `The database cluster can't be made in ${folder}: ${stderr.trim().split('\n').at(-1)}`,
      )
    }
  }
}
