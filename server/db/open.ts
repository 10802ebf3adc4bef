import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Log } from '../log.ts'
import type { Settings } from '../settings.ts'
import { StartError } from '../start-error.ts'
import { addressAt, startEmbedded } from './embedded.ts'
import { planOnce } from './planned-once.ts'
import { findHeldServer } from './postmaster.ts'
import type { Database } from './schema.ts'
import { dropWhenSilent } from './silence.ts'

export interface OpenDatabase {
  pool: pg.Pool
  db: Kysely<Database>
  /** For who needs connections of their own: the queue, listeners. */
  connectionString: string
  /** Resolves with the reason when the embedded server ends by itself; never with DATABASE_URL. */
  lost: Promise<string>
  close(): Promise<void>
}

/** How long a database may say nothing to anybody before it counts as gone. */
const PATIENCE_MS = 15_000

/** The queue, listeners, the lock that marks the server as ours, and somebody's psql. */
const OTHER_CONNECTIONS = 40

/**
 * The database of DATABASE_URL, or without it the embedded PostgreSQL in the data folder.
 * @throws {StartError} it can't be reached, is too old, or is used by another process of ours
 */
export async function openDatabase(
  settings: Pick<Settings, 'databaseUrl' | 'databaseConnections' | 'statementSeconds' | 'dataDir'>,
  log: Log,
): Promise<OpenDatabase> {
  const embedded = settings.databaseUrl
    ? undefined
    : await startEmbedded(join(settings.dataDir, 'postgres'), log, {
        max_connections: String(settings.databaseConnections + OTHER_CONNECTIONS),
      })
  const connectionString = settings.databaseUrl ?? embedded?.connectionString ?? ''
  const { databaseConnections, statementSeconds } = settings
  const connected = connect(connectionString, databaseConnections, log, { statementSeconds })
  const close = async () => {
    await connected.close()
    await embedded?.close()
  }
  try {
    await refuseUnfit(connected.pool)
  } catch (error) {
    await close()
    throw error
  }
  return { ...connected, connectionString, lost: embedded?.lost ?? new Promise(() => {}), close }
}

/** Whether there is any to open: the embedded one is made by the first start. */
export async function hasDatabase({
  databaseUrl,
  dataDir,
}: Pick<Settings, 'databaseUrl' | 'dataDir'>): Promise<boolean> {
  if (databaseUrl) return true
  return access(join(dataDir, 'postgres', 'PG_VERSION')).then(
    () => true,
    () => false,
  )
}

/**
 * The same for who reads while Carnet may run: an embedded server that another process of ours holds is used as it is.
 * It goes on being that process's: should it stop, so does what we do.
 * @throws {StartError}
 */
export async function joinDatabase(
  settings: Parameters<typeof openDatabase>[0],
  log: Log,
): Promise<OpenDatabase> {
  const joinServer = async () => {
    const socketFolder = await findHeldServer(join(settings.dataDir, 'postgres'))
    return socketFolder && openDatabase({ ...settings, databaseUrl: addressAt(socketFolder) }, log)
  }
  if (settings.databaseUrl) return openDatabase(settings, log)
  const joined = await joinServer()
  if (joined) return joined
  try {
    return await openDatabase(settings, log)
  } catch (error) {
    // It may have been about to start.
    const late = await joinServer()
    if (late) return late
    throw error
  }
}

/**
 * A pool and its query builder. Whole numbers of 64 bits come as numbers, dates without a time as text. A statement
 * may take `statementSeconds`; whoever needs more says so in a transaction, by `set local statement_timeout`.
 */
export function connect(
  connectionString: string,
  max: number,
  log: Log,
  { statementSeconds = 0, patience = PATIENCE_MS }: { statementSeconds?: number; patience?: number } = {},
) {
  const pool = new pg.Pool({
    connectionString,
    max,
    connectionTimeoutMillis: 10_000,
    statement_timeout: statementSeconds * 1000,
    application_name: 'carnet',
    types: { getTypeParser },
  })
  // An idle connection broke, say because the server restarts. The pool has dropped it already.
  pool.on('error', (error) => log.warn(`a database connection broke: ${error.message}`))
  // One in use broke: its query is rejected, which says enough; unheard, the event would end the process.
  pool.on('connect', (client) => {
    client.on('error', () => {})
    planOnce(client)
  })
  dropWhenSilent(pool, connectionString, patience)
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
  return { pool, db, close: () => pool.end() }
}

function getTypeParser(id: number, format?: 'text' | 'binary') {
  if (id === pg.types.builtins.INT8) return toSafeNumber
  if (id === pg.types.builtins.DATE) return (text: string) => text
  return pg.types.getTypeParser(id, format)
}

function toSafeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${text} is too large for a number`)
  return number
}

async function refuseUnfit(pool: pg.Pool): Promise<void> {
  const { rows } = await pool
    .query(
      `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding`,
    )
    .catch((error) => {
      throw new StartError(`DATABASE_URL: the database doesn't answer: ${error.message || error.code}`)
    })
  const { version, encoding } = rows[0]
  if (version < 150_000)
    throw new StartError(`DATABASE_URL: PostgreSQL 15 or later is needed, not ${version / 10_000}`)
  if (encoding !== 'UTF8')
    throw new StartError(`DATABASE_URL: the database's encoding must be UTF8, not ${encoding}`)
}
