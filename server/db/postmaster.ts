import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import type { Log } from '../log.ts'
import { StartError } from '../start-error.ts'

const run = promisify(execFile)

const OWNER_LOCK = 4_226_018

/**
 * The connection by which a process of ours holds its embedded server. The lock ends with the process, however
 * that ends, so it tells a server in use from an orphan.
 */
export async function holdServer(socketFolder: string): Promise<pg.Client> {
  const client = await connectAsAdmin(socketFolder)
  await client.query('select pg_advisory_lock($1)', [OWNER_LOCK])
  return client
}

/** Where a server on this cluster listens that a live process of ours holds; undefined when there is none. */
export async function findHeldServer(folder: string): Promise<string | undefined> {
  const found = await readPidFile(folder)
  if (!found || !(await runsOn(folder, found.pid))) return undefined
  // It may be starting, or about to end.
  const held = await isHeld(found.socketFolder).catch(() => false)
  return held ? found.socketFolder : undefined
}

async function isHeld(socketFolder: string): Promise<boolean> {
  const client = await connectAsAdmin(socketFolder)
  try {
    const { rowCount } = await client.query(
      `select from pg_locks where locktype = 'advisory' and objid = $1`,
      [OWNER_LOCK],
    )
    return rowCount !== 0
  } finally {
    await client.end()
  }
}

async function connectAsAdmin(socketFolder: string): Promise<pg.Client> {
  const options = { user: 'postgres', database: 'postgres', connectionTimeoutMillis: 10_000 }
  const client = new pg.Client({ host: socketFolder, ...options })
  // The server may stop under us at any time; who watches the server tells that story.
  client.on('error', () => {})
  await client.connect()
  return client
}

export interface ClearedWay {
  /** The environment for our own server. */
  env: Record<string, string>
  /** The run folder of the server before, to be removed once ours runs: only then is it certain that nobody uses it. */
  leftover?: string
}

/**
 * Deals with the server that an earlier process may have left on the cluster: an orphan is shut down, one in use
 * is refused.
 * @throws {StartError} another process uses the cluster
 */
export async function clearTheWay(folder: string, log: Log): Promise<ClearedWay> {
  const pidFile = await readPidFile(folder)
  if (!pidFile) return { env: {} }
  const { pid, socketFolder: leftover } = pidFile
  if (await runsOn(folder, pid)) {
    await refuseIfHeld(folder, pid)
    log.warn({ pid }, 'shutting down a database server left by a killed process')
    await stopOrphan(folder, pid)
    return { env: {}, leftover }
  }
  // The number may by now be another program's, which PostgreSQL can't know: told this, it leaves that one aside.
  // Its own check for surviving children, by shared memory, stays in force.
  return { env: { PG_GRANDPARENT_PID: String(pid) }, leftover }
}

// pg_ctl waits a minute for a shutdown, too; recovery after a crash may take longer than a shutdown.
const PATIENCE_MS = 60_000

// A killed process's lock outlives it by a moment, and a starting one's comes a moment after its server.
const LINGER_MS = 2_000

/** Waits until it is certain that nobody holds the server, or that it has ended. */
async function refuseIfHeld(folder: string, pid: number): Promise<void> {
  let seen: 'held' | 'free' | 'silent' | undefined
  let since = 0
  while (await runsOn(folder, pid)) {
    // The file is complete only a moment after the server starts.
    const socketFolder = (await readPidFile(folder))?.socketFolder ?? ''
    const now = await isHeld(socketFolder).then(
      (held) => (held ? 'held' : 'free'),
      // Starting up, or shutting down.
      () => 'silent' as const,
    )
    if (now !== seen) since = Date.now()
    seen = now
    const lasted = Date.now() - since
    if (seen === 'free' && lasted > LINGER_MS) return
    if (seen === 'held' && lasted > LINGER_MS) {
      throw new StartError(
        `DATA_DIR: another Carnet already uses ${folder} (PostgreSQL is process ${pid}); stop it first`,
      )
    }
    if (lasted > PATIENCE_MS) {
      throw new StartError(
        `DATA_DIR: PostgreSQL (process ${pid}) runs on ${folder} but doesn't answer; stop it first`,
      )
    }
    await wait(50)
  }
}

async function stopOrphan(folder: string, pid: number): Promise<void> {
  // Fast, then immediate: the second skips the checkpoint, which the next start makes up for.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
      throw new StartError(
        `DATA_DIR: PostgreSQL (process ${pid}) was left on ${folder} by another user; stop it first`,
      )
    }
    const deadline = Date.now() + PATIENCE_MS
    while (Date.now() < deadline) {
      if (!(await runsOn(folder, pid))) return
      await wait(20)
    }
  }
  throw new StartError(`DATA_DIR: PostgreSQL (process ${pid}) on ${folder} doesn't stop`)
}

async function readPidFile(folder: string): Promise<{ pid: number; socketFolder: string } | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number(lines[0])
  return pid > 0 ? { pid, socketFolder: lines[4] ?? '' } : undefined
}

/** Marks our server's command line with the cluster it serves: any user may read that, even in a container. */
export async function clusterMark(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder)
  return `cluster_name=carnet:${dev}:${ino}`
}

/** Whether the process is a PostgreSQL server on this cluster, and not some other that was given the same number. */
async function runsOn(folder: string, pid: number): Promise<boolean> {
  const command =
    process.platform === 'linux'
      ? readFile(`/proc/${pid}/cmdline`, 'utf8')
      : run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]).then(({ stdout }) => stdout)
  return (await command.catch(() => '')).includes(await clusterMark(folder))
}
