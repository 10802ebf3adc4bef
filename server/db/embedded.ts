import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import type { Log } from '../log.ts'
import { StartError } from '../start-error.ts'
import { ensureCluster, removeHalfMadeClusters } from './create-cluster.ts'
import { type Launch, launchServer } from './launch-server.ts'
import { clusterAccount, clusterArgument } from './postgres-account.ts'
import { clearTheWay, clusterMark, holdServer } from './postmaster.ts'
import { makeRunFolder, removeRunFolder } from './run-folder.ts'

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
  const runFolder = await makeRunFolder(account)
  const settings = { ...CONFIG, unix_socket_directories: runFolder.path, ...config }
  const pairs = [
    await clusterMark(folder),
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
  ]
  const args = ['-D', clusterArgument(folder, account), ...pairs.flatMap((pair) => ['-c', pair])]
  const server = await launchOnceFree({ folder, account, runFolder, args }, log).catch(async (error) => {
    await removeRunFolder(runFolder.path)
    throw error
  })

  let closing = false
  const lost = Promise.withResolvers<string>()
  const ended = once(server, 'exit').then(async ([code, signal]) => {
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
    await ensureDatabase(hold)
    await removeHalfMadeClusters(folder)
    return {
      connectionString: addressAt(runFolder.path),
      adminConnectionString: `postgresql://postgres@${encodeURIComponent(runFolder.path)}/postgres`,
      lost: lost.promise,
      close: () => hold.end().then(stop, stop),
    }
  } catch (error) {
    await stop()
    throw new StartError(
      `The embedded PostgreSQL on ${folder} ended while starting: ${(error as Error).message}`,
    )
  }
}

/** The app's database, at the server that listens in this folder. */
export function addressAt(socketFolder: string): string {
  return `postgresql://${DATABASE}@${encodeURIComponent(socketFolder)}/${DATABASE}`
}

// How long children of a killed server may take to notice its death.
const CHILDREN_LINGER_MS = 5_000

async function launchOnceFree(launch: Omit<Launch, 'env'>, log: Log): Promise<ChildProcess> {
  const { folder } = launch
  const deadline = Date.now() + CHILDREN_LINGER_MS
  while (true) {
    const { env, leftover } = await clearTheWay(folder, log)
    const launched = await launchServer({ ...launch, env }, log)
    if ('server' in launched) {
      if (leftover) await removeRunFolder(leftover)
      return launched.server
    }
    if (!launched.occupied) {
      throw new StartError(`The embedded PostgreSQL doesn't start on ${folder}: ${launched.message}`)
    }
    if (Date.now() > deadline) {
      throw new StartError(`DATA_DIR: ${folder} is in use, perhaps by a container; stop what uses it first`)
    }
    await wait(100)
  }
}

async function ensureDatabase(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query(
    'select (select 1 from pg_roles where rolname = $1) as role, (select 1 from pg_database where datname = $1) as made',
    [DATABASE],
  )
  if (!rows[0]?.role) await admin.query(`create role ${DATABASE} login`)
  if (!rows[0]?.made) await admin.query(`create database ${DATABASE} owner ${DATABASE}`)
}
