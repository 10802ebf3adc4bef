import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { migrate } from '../server/db/migrate.ts'
import { openDatabase } from '../server/db/open.ts'
import { createJobs } from '../server/jobs.ts'
import { createLog } from '../server/log.ts'
import { listing } from './listing.ts'
import type { Ratio, Workload } from './workload.ts'

// `npm run bench`, or `npm run bench -- listing --items 10000`: each workload against a baseline of the same run. Fails
// when a ratio is above its bound.

const WORKLOADS: Record<string, Workload> = { listing }

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
  const ratios = await onOwnGround((ground) => workload.run({ ...ground, items: Number(values.items) }))
  print(ratios)
  fails ||= ratios.some(isAbove)
}
process.exitCode = fails ? 1 : 0

/** A database of the kind that the app runs on, flushes and all, in a folder of its own. */
async function onOwnGround<T>(
  work: (ground: { database: Awaited<ReturnType<typeof openDatabase>>; folder: string }) => Promise<T>,
) {
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
  return await work({ database, folder })
}

function isAbove({ baseline, measured, most }: Ratio): boolean {
  return most !== undefined && measured / baseline > most
}

function print(ratios: readonly Ratio[]): void {
  const width = Math.max(...ratios.map(({ what }) => what.length))
  console.log(`${'p50'.padEnd(width)}  baseline  measured  ratio`)
  for (const ratio of ratios) {
    const { what, baseline, measured, most } = ratio
    const cells = [`${baseline.toFixed(1)} ms`, `${measured.toFixed(1)} ms`, (measured / baseline).toFixed(2)]
    const bound = most === undefined ? '' : `at most ${most}${isAbove(ratio) ? ': FAILS' : ''}`
    console.log(`${what.padEnd(width)}  ${cells.map((cell) => cell.padStart(8)).join('  ')}  ${bound}`)
  }
}
