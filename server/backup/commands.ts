import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openStore, openStores } from '../blobs/open.ts'
import { StorageFailed, StorageFull } from '../blobs/port.ts'
import { hasDatabase, joinDatabase, openDatabase } from '../db/open.ts'
import { createLog } from '../log.ts'
import { readMasterKey } from '../master-key.ts'
import { readSettings } from '../settings.ts'
import { StartError } from '../start-error.ts'
import { backUp } from './backup.ts'
import { makeBackupFolder, openBackupFolder } from './folder.ts'
import { restore } from './restore.ts'
import { refuseHalfRestored } from './restoring.ts'
import { sayBackedUp, sayRestored, sayVerified } from './sayings.ts'
import { verifyFolder } from './verify.ts'

const USAGES = {
  backup: 'backup DIR [--keep N] [--verify]',
  'verify-backup': 'verify-backup DIR',
  restore: 'restore DIR [--snapshot TIME] [--despite-damage] [--adopt-files]',
}

export const BACKUP_USAGE = Object.values(USAGES).join(' | ')

const backupCommand = telling('the snapshots before are as they were, and the next backup goes on', backUpTo)

async function backUpTo(...words: string[]): Promise<void> {
  const { dir, values } = read('backup', words, { keep: { type: 'string' }, verify: { type: 'boolean' } })
  const keep = values.keep === undefined ? undefined : Number(values.keep)
  if (keep !== undefined && !(Number.isInteger(keep) && keep > 0)) refuse('backup')
  const settings = { ...readSettings(), statementSeconds: 0 }
  const { dataDir } = settings
  await refuseHalfRestored(dataDir)
  if (!(await hasDatabase(settings)))
    throw new StartError(`DATA_DIR: there is nothing to back up in ${dataDir}`)
  const folder = await makeBackupFolder(dir, dataDir)
  await using opened = new AsyncDisposableStack()
  const database = await joinDatabase(settings, createLog('warn'))
  opened.defer(database.close)
  const store = await openStore(settings)
  let keyless = ''
  const done = await backUp(
    {
      database,
      store,
      folder,
      secret: settings.secret ?? (await readFile(join(dataDir, 'secret'), 'utf8').catch(() => ''))?.trim(),
      readMasterKey: (wanted) =>
        readMasterKey(settings, wanted).catch((error: Error) => {
          keyless = error.message
          return undefined
        }),
    },
    { keep, verify: values.verify },
  )
  sayBackedUp(done, folder.path, keyless)
  if (done.manifest.problems.length + done.altered.length > 0) process.exitCode = 1
}

async function verifyCommand(...words: string[]): Promise<void> {
  const { dir } = read('verify-backup', words, {})
  const found = await verifyFolder(await openBackupFolder(dir))
  sayVerified(found)
  if (found.alteredFiles.length + found.alteredCopies.length > 0 || found.snapshots === 0)
    process.exitCode = 1
}

const restoreCommand = telling(
  'nothing starts there before the same command is repeated, which goes on',
  restoreFrom,
)

async function restoreFrom(...words: string[]): Promise<void> {
  const { dir, values } = read('restore', words, {
    snapshot: { type: 'string' },
    'despite-damage': { type: 'boolean' },
    'adopt-files': { type: 'boolean' },
  })
  const settings = { ...readSettings(), statementSeconds: 0 }
  const log = createLog('warn')
  const folder = await openBackupFolder(dir)
  await using opened = new AsyncDisposableStack()
  const openRows = async () => {
    const database = await openDatabase(settings, log)
    opened.defer(database.close)
    return database
  }
  const openBytes = async () => {
    const stores = await openStores(settings)
    opened.defer(stores.close)
    return stores
  }
  const options = {
    snapshot: values.snapshot,
    despiteDamage: values['despite-damage'] === true,
    adoptFiles: values['adopt-files'] === true,
  }
  sayRestored(await restore({ settings, folder, openRows, openBytes, log }, options), settings.dataDir)
}

type Options = Record<string, { type: 'string' | 'boolean' }>

function read<T extends Options>(command: keyof typeof USAGES, words: string[], options: T) {
  try {
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true })
    const [dir, ...more] = positionals
    if (dir && more.length === 0) return { dir, values }
  } catch {}
  return refuse(command)
}

function refuse(command: keyof typeof USAGES): never {
  throw new StartError(`usage: npm run ${USAGES[command].replace(' ', ' -- ')}`)
}

/** PostgreSQL is stopped, or a connection to it broke. */
const isLost = ({ code, message }: { code?: string; message: string }) =>
  code?.startsWith('57P') || message === 'Connection terminated unexpectedly'

/** A disk that is full or fails, or a database that goes away, is for the operator to mend. */
function telling(then: string, command: (...words: string[]) => Promise<void>): typeof command {
  return (...words) =>
    command(...words).catch((error) => {
      const known = error instanceof StorageFull || error instanceof StorageFailed || 'syscall' in error
      if (!known && !isLost(error)) throw error
      const full = error instanceof StorageFull || ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(error.code)
      throw new StartError(`${full ? 'no room is left on the disk' : error.message}; ${then}`)
    })
}

/** The commands; each says what it did, and fails or sets an exit code of 1 where something is amiss. */
export const BACKUP_COMMANDS = {
  backup: backupCommand,
  'verify-backup': verifyCommand,
  restore: restoreCommand,
}
