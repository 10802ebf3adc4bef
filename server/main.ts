import { BACKUP_COMMANDS, BACKUP_USAGE } from './backup/commands.ts'
import { refuseHalfRestored } from './backup/restoring.ts'
import { createBelonging } from './belonging.ts'
import { openStores } from './blobs/open.ts'
import { openDataFolder, readSecretKey } from './data-folder.ts'
import { migrate } from './db/migrate.ts'
import { openDatabase } from './db/open.ts'
import { listen } from './listener.ts'
import { createLog, type Log } from './log.ts'
import { rotateMasterKey } from './master-key.ts'
import { moveToWritten } from './move-blobs.ts'
import { readSettings, type Settings } from './settings.ts'
import { StartError } from './start-error.ts'
import { alone } from './upkeep/alone.ts'
import { CHECK_USAGE, readCheckWords, runCheck } from './upkeep/command.ts'
import { readFingerprint, rewrapCompanyKeys } from './vault.ts'

/** Each takes as many words as its function. */
const COMMANDS: Record<string, (...words: string[]) => Promise<void>> = {
  start: () => start(),
  demo: () => start({ demo: true }),
  'reset-second-factors': resetSecondFactors,
  'rotate-master-key': rotate,
  'adopt-files': adoptFiles,
  'move-blobs': () => moveToWritten(readSettings(), (line) => process.stdout.write(`${line}\n`)),
}

/** These read what is typed behind them by themselves. */
const WITH_OPTIONS: typeof COMMANDS = { check, ...BACKUP_COMMANDS }

/** How long a stop may take in all before what is left is abandoned; the database recovers from that by itself. */
const STOP_MS = 30_000

let stopping = false

async function start({ demo = false } = {}): Promise<void> {
  // The demo keeps apart from a real practice on the same machine.
  const settings = readSettings(process.env, demo ? { DATA_DIR: './data-demo' } : {})
  const log = createLog(settings.logLevel)
  // What was opened last is closed first.
  const opened = new AsyncDisposableStack()

  const stop = async (signal: string) => {
    if (stopping) process.exit(1)
    stopping = true
    log.info(`${signal}: stopping`)
    setTimeout(() => process.exit(1), STOP_MS).unref()
    // Half-started, nothing could be closed in order.
    await opening?.catch(() => {})
    await opened.disposeAsync()
    log.info('stopped')
    process.exit(0)
  }
  let opening: Promise<void> | undefined
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop(signal).catch(fail))
  }
  opening = open(settings, log, opened, demo)
  await opening
}

async function open(
  settings: Settings,
  log: Log,
  opened: AsyncDisposableStack,
  demo: boolean,
): Promise<void> {
  const listener = await listen(settings.host, settings.port)
  const publicUrl = settings.publicUrl ?? `http://localhost:${listener.port}`
  const { app, database } = await compose(settings, publicUrl, log, opened)
  void database.lost.then((reason) => stopping || fail(new StartError(reason)))
  // Loaded only here: it brings a video encoder along.
  const practice = demo ? await import('./demo/seed.ts') : null
  const accounts = (await practice?.seedDemo({ ...database, ...app.services, now: () => new Date() })) ?? []
  listener.serve(app.listener)
  opened.defer(listener.close)
  if (stopping) return

  process.stdout.write(`Carnet is ready: ${publicUrl}\n`)
  for (const { name, email, role } of accounts)
    process.stdout.write(`  ${email.padEnd(32)} ${name.padEnd(20)} ${role}\n`)
  if (practice) process.stdout.write(`The password of each is: ${practice.DEMO_PASSWORD}\n`)
  else if (app.setupLink) process.stdout.write(`Set it up here: ${app.setupLink}\n`)
}

async function compose(
  settings: Settings,
  publicUrl: string,
  log: Log,
  opened: AsyncDisposableStack,
  overrides: { jobsOnDemand?: boolean } = {},
) {
  const database = await prepare(settings, log, opened)
  const secret = settings.secret ?? (await readSecretKey(settings.dataDir))
  // Not for commands that do without.
  const { createApp } = await import('./app.ts')
  const app = await createApp({ settings, publicUrl, secret, log, database, overrides })
  opened.defer(app.close)
  return { app, database }
}

/** The data folder and the database, as this version wants them. */
async function prepare(settings: Settings, log: Log, opened: AsyncDisposableStack) {
  await openDataFolder(settings.dataDir)
  await refuseHalfRestored(settings.dataDir)
  const database = await openDatabase(settings, log)
  opened.defer(database.close)
  await migrate(database.pool, log)
  return database
}

/** For somebody who lost their second factors. The mail that tells them goes out once the server runs. */
async function resetSecondFactors(email: string): Promise<void> {
  const settings = readSettings()
  await using opened = new AsyncDisposableStack()
  const publicUrl = settings.publicUrl ?? `http://localhost:${settings.port}`
  const log = createLog(settings.logLevel)
  const { app } = await compose(settings, publicUrl, log, opened, { jobsOnDemand: true })
  if (!(await app.services.people.resetSecondFactors(email)))
    throw new StartError(`nobody has the address ${email}`)
  process.stdout.write(`${email} has no second factor any more, and is signed out everywhere\n`)
}

/** Wraps everything by a new master key; no file is written again. */
async function rotate(): Promise<void> {
  const settings = readSettings()
  await using opened = new AsyncDisposableStack()
  const { db } = await prepare(settings, createLog(settings.logLevel), opened)
  // Of two at once, one would take the other's new key for its own.
  const first = await alone(db, 'rotate', async () => {
    const wanted = await readFingerprint(db)
    if (!wanted) throw new StartError('nothing is sealed yet: start Carnet first')
    const outcome = await rotateMasterKey(settings, wanted, (keys) => rewrapCompanyKeys(db, keys))
    process.stdout.write(`${outcome}\n`)
  })
  if (!first) throw new StartError('the master key is being changed already')
}

/** For an operator who knows better than the marks: these files and this database belong together. */
async function adoptFiles(): Promise<void> {
  const settings = readSettings()
  await using opened = new AsyncDisposableStack()
  const { db } = await prepare(settings, createLog(settings.logLevel), opened)
  const stores = await openStores(settings)
  opened.defer(stores.close)
  await createBelonging({ db, stores }).adopt()
  process.stdout.write(`What lies ${stores.names.written} belongs to this database from now on\n`)
}

/** Says what isn't as it should be; that, or not being through, is an exit code of 1. */
async function check(...words: string[]): Promise<void> {
  const asked = await readCheckWords(words)
  const settings = readSettings()
  await using opened = new AsyncDisposableStack()
  const publicUrl = settings.publicUrl ?? `http://localhost:${settings.port}`
  const log = createLog(settings.logLevel, process.stderr)
  const { app } = await compose(settings, publicUrl, log, opened, { jobsOnDemand: true })
  const well = await runCheck(app.services, asked, (line) => process.stdout.write(`${line}\n`))
  if (!well) process.exitCode = 1
}

/** One line for what the operator can mend, a stack for what we must. The embedded database ends with us. */
function fail(error: unknown): never {
  const text = error instanceof StartError ? error.message.replaceAll(/\s+/g, ' ') : (error as Error).stack
  process.stderr.write(`carnet: ${text}\n`)
  process.exit(1)
}

const [name = '', ...words] = process.argv.slice(2)
const command = WITH_OPTIONS[name] ?? COMMANDS[name]
if (!command || (words.length !== command.length && !WITH_OPTIONS[name])) {
  const usages = Object.entries(COMMANDS).map(([name, { length }]) =>
    length > 0 ? `${name} <e-mail>` : name,
  )
  fail(new StartError(`usage: node server/main.ts ${[...usages, CHECK_USAGE, BACKUP_USAGE].join(' | ')}`))
}
await command(...words).catch((error) => stopping || fail(error))
