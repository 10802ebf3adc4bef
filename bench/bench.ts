import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'
import { createJobs } from '../server/jobs.ts'
import { createLog } from '../server/log.ts'
import { listing } from './listing.ts'
import { photos } from './photos.ts'
import { transfers } from './transfers.ts'
import type { Ground, Ratio, Workload } from './workload.ts'
import { zip } from './zip.ts'

// `npm run bench`, or `npm run bench -- listing --items 10000`: each workload against a baseline of the same run. Fails
// when a ratio is beyond its bound.

const WORKLOADS: Record<string, Workload> = { listing, transfers, photos, zip }

const BREAK_OFF = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`

const { values, positionals } = parseArgs({
  options: { items: { type: 'string', default: '100000' } },
  allowPositionals: true,
})
const names = positionals.length > 0 ? positionals : Object.keys(WORKLOADS)

let fails = false
for (const name of names) {
  const workload = WORKLOADS[name]
  if (!workload)
    throw new Error(`there is no workload ${name}; there are ${Object.keys(WORKLOADS).join(', ')}`)
  console.log(`${name}: ${workload.about}`)
  await onOwnGround(async (ground) => {
    const ratios = await workload.run({ ...ground, items: Number(values.items) })
    print(ratios)
    fails ||= ratios.some(isBeyond)
  })
}
process.exitCode = fails ? 1 : 0

/** A database of the kind that the app runs on, flushes and all, in a folder of its own. */
async function onOwnGround(work: (ground: Omit<Ground, 'items'>) => Promise<void>): Promise<void> {
  const log = createLog('error')
  const folder = await mkdtemp(join(tmpdir(), 'carnet-bench-'))
  await using opened = new AsyncDisposableStack()
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const settings = {
    dataDir: folder,
    databaseUrl: undefined,
    databaseConnections: 10,
    statementSeconds: 3600,
  }
  const database = await openDatabase(settings, log)
  opened.defer(database.close)
  // The work breaks off, and what was opened is put away as always.
  const stop = () => void database.pool.query(BREAK_OFF)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  await migrate(database.pool, log)
  await createJobs({ pool: database.pool, log }).migrate()
  await work({ database, folder, closing: opened.use(new AsyncDisposableStack()) })
}

function isBeyond({ baseline, measured, most = Number.POSITIVE_INFINITY, speed = 0 }: Ratio): boolean {
  return measured / baseline > most || baseline / measured < speed
}

function print(ratios: readonly Ratio[]): void {
  const width = Math.max(...ratios.map(({ what }) => what.length))
  console.log(`${'p50'.padEnd(width)}   baseline   measured  ratio  speed   memory`)
  for (const ratio of ratios) {
    const { what, baseline, measured, most, speed, memory } = ratio
    const cells = [
      `${baseline.toFixed(1)} ms`.padStart(11),
      `${measured.toFixed(1)} ms`.padStart(11),
      (measured / baseline).toFixed(2).padStart(7),
      (baseline / measured).toFixed(2).padStart(7),
      (memory === undefined ? '' : `${Math.round(memory / 1024 ** 2)} MB`).padStart(9),
    ]
    const bounds = [most && `ratio at most ${most}`, speed && `speed at least ${speed}`].filter(Boolean)
    console.log(`${what.padEnd(width)}${cells.join('')}  ${bounds.join()}${isBeyond(ratio) ? ': FAILS' : ''}`)
  }
}
