import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import type { Log } from '../log.ts'
import { StartError } from '../start-error.ts'
import { ensureCluster, removeHalfMadeClusters } from './create-cluster.ts'
import {
  type Account,
  clusterAccount,
  clusterArgument,
  makeRunFolder,
  removeRunFolder,
} from './postgres-account.ts'
import { clearTheWay, clusterMark, holdServer } from './postmaster.ts'

export interface EmbeddedPostgres {
  /** The app's database, as a role that owns it and nothing more. */
  connectionString: string
  /** As the superuser, for tests that make databases. */
  adminConnectionString: string
  /** Resolves with the reason when the server ends without `close`. */
  lost: Promise<string>
  close(): Promise<void>
}

const DATABASE = 'carnet'

/** Durable and small. Errors of statements go to the caller and not to the log: they quote what people wrote. */
const CONFIG = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  log_line_prefix: '',
  lc_messages: 'C',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

const IN_USE = 75

/**
 * Our process's death closes fd 0, whatever kills it: the watchdog then shuts the server down and removes its run
 * folder. It is a grandchild, as PostgreSQL must not meet children that it doesn't know. The lock on the cluster's
 * folder passes to the server and its children; unlike postmaster.pid it also holds between containers.
 */
const LAUNCHER = `
run=$1; shift
exec 3<&0 </dev/null 9<.
if command -v flock >/dev/null; then flock -n 9 || exit ${IN_USE}; fi
( (
  read -r _ <&3 || {
    kill -INT $$
    while kill -0 $$ && [ -e "$run/.s.PGSQL.5432" ]; do sleep 0.1; done
    rm -rf "$run"
  }
) >/dev/null 2>&1 9<&- & )
exec "$@" 3<&-
`

/**
 * Starts the PostgreSQL that comes with the app on the cluster in `folder`, which is made when absent.
 * Another server left there by a killed process is shut down first; one in use is refused.
 * @throws {StartError}
 */
export async function startEmbedded(
  folder: string,
  log: Log,
  config: Record<string, string> = {},
): Promise<EmbeddedPostgres> {
  await ensureCluster(folder, log)
  const account = await clusterAccount(folder)
  const env = await clearTheWay(folder, log)
  const runFolder = await makeRunFolder(account)
  const settings = { ...CONFIG, unix_socket_directories: runFolder.path, ...config }
  const command = [
    `${runFolder.bin}/postgres`,
    ...['-D', clusterArgument(folder, account)],
    ...[
      await clusterMark(folder),
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    ].flatMap((pair) => ['-c', pair]),
  ]
  const launch = () =>
    spawnServer(['-c', LAUNCHER, 'carnet', runFolder.path, ...command], folder, account, env)
  const server = await untilReady(launch, folder, log).catch(async (error) => {
    await removeRunFolder(runFolder.path)
    throw error
  })

  let closing = false
  const lost = Promise.withResolvers<string>()
  const ended = once(server, 'exit').then(async ([code, signal]) => {
    server.stdin?.end('\n')
    await removeRunFolder(runFolder.path)
    if (!closing) lost.resolve(`the embedded PostgreSQL ended (${signal ?? `exit code ${code}`})`)
  })
  const stop = async () => {
    closing = true
    server.kill('SIGINT')
    const hurry = setTimeout(() => server.kill('SIGQUIT'), 30_000)
    await ended
    clearTimeout(hurry)
  }

  try {
    const hold = await holdServer(runFolder.path)
    if (!hold) throw new StartError(`DATA_DIR: another Carnet is starting on ${folder}`)
    await ensureDatabase(hold)
    await removeHalfMadeClusters(folder)
    const host = encodeURIComponent(runFolder.path)
    return {
      connectionString: `postgresql://${DATABASE}@${host}/${DATABASE}`,
      adminConnectionString: `postgresql://postgres@${host}/postgres`,
      lost: lost.promise,
      close: () => hold.end().then(stop, stop),
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Not in our process group: the terminal's Ctrl-C must reach the server only after requests are drained. */
function spawnServer(
  args: string[],
  folder: string,
  account: Account,
  env: Record<string, string>,
): ChildProcess {
  return spawn('/bin/sh', args, {
    ...account,
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
}

// How long children of a killed server may take to notice its death.
const CHILDREN_LINGER_MS = 10_000

async function untilReady(launch: () => ChildProcess, folder: string, log: Log): Promise<ChildProcess> {
  const deadline = Date.now() + CHILDREN_LINGER_MS
  while (true) {
    const server = launch()
    const outcome = await firstOutcome(server, log)
    if (outcome === 'ready') return server
    if (!outcome.occupied) {
      throw new StartError(`The embedded PostgreSQL doesn't start on ${folder}: ${outcome.message}`)
    }
    if (Date.now() > deadline)
      throw new StartError(`DATA_DIR: another Carnet already uses ${folder}; stop it first`)
    await wait(100)
  }
}

type Outcome = 'ready' | { occupied: boolean; message: string }

function firstOutcome(server: ChildProcess, log: Log): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  let fatal = ''
  // Writing to a server that is gone is told by its exit.
  server.stdin?.on('error', () => {})
  server.on('error', (error) => resolve({ occupied: false, message: error.message }))
  server.on('close', (code, signal) => {
    server.stdin?.end('\n')
    const occupied = code === IN_USE || /lock file|shared memory block/.test(fatal)
    resolve({ occupied, message: fatal || `it ended with ${signal ?? code}` })
  })
  if (server.stderr) {
    createInterface({ input: server.stderr }).on('line', (line) => {
      if (/^(FATAL|PANIC):/.test(line)) fatal = line
      log.debug(`postgres: ${line}`)
      if (line.includes('database system is ready to accept connections')) resolve('ready')
    })
  }
  return promise
}

async function ensureDatabase(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query(
    'select (select 1 from pg_roles where rolname = $1) as role, (select 1 from pg_database where datname = $1) as made',
    [DATABASE],
  )
  if (!rows[0]?.role) await admin.query(`create role ${DATABASE} login`)
  if (!rows[0]?.made) await admin.query(`create database ${DATABASE} owner ${DATABASE}`)
}
