import { createApp } from '../../server/app.ts'
import { UploadLost } from '../../server/blobs/port.ts'
import { connect } from '../../server/db/open.ts'
import { createLog } from '../../server/log.ts'
import { readSettings } from '../../server/settings.ts'
import { createExtras } from '../../server/upkeep/extras.ts'

// Sweeps, checks with repair and seals, over and over, as a second process of the product would, until its input ends.
const [connectionString = '', dataDir = ''] = process.argv.slice(2)
const log = createLog('error', process.stderr)
const database = {
  ...connect(connectionString, 5, log),
  connectionString,
  lost: new Promise<string>(() => {}),
}
const app = await createApp({
  settings: readSettings({ DATA_DIR: dataDir }),
  publicUrl: 'http://localhost',
  secret: 's'.repeat(32),
  log,
  database,
  overrides: { jobsOnDemand: true, now: () => new Date(Date.now() + 11_000) },
})
const { store, check, sweep, sealing, items } = app.services
// Nothing is too young: what protects a file is its row alone.
const DAY = 86_400_000
const extras = createExtras({ db: database.db, store, now: () => new Date(Date.now() + DAY + 1000) })
let ended = false
process.stdin.resume().on('end', () => {
  ended = true
})
process.stdout.write('ready\n')
let removed = 0
while (!ended) {
  await items.purge()
  for await (const extra of extras.find()) if (await extras.remove(extra)) removed++
  await sweep.sweep()
  await sealing.sealOn().catch(takenAway)
  await check
    .checkAll({
      repair: true,
      extras: true,
      tell: ({ kind, what }) => process.stdout.write(`${kind} ${what}\n`),
    })
    .catch(takenAway)
  await app.runJobs()
}
process.stdout.write(`removed ${removed}\n`)
process.exit()

/**
 * Of a file that is being sealed, or with which a store is tried, there is no row yet: the other process, to whom
 * nothing is too young, may take it away. Whichever step is next then refuses, the last of them in the database.
 */
function takenAway(error: Error & { cause?: { code?: string } }): void {
  const gone =
    error instanceof UploadLost ||
    error.cause?.code === 'ENOENT' ||
    /isn't there$|^the bytes of .* were removed$/.test(error.message)
  if (!gone) throw error
}
