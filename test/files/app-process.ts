import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { createApp } from '../../server/app.ts'
import { connect } from '../../server/db/open.ts'
import { listen } from '../../server/listener.ts'
import { createLog } from '../../server/log.ts'
import { readSettings } from '../../server/settings.ts'

/**
 * The app in a process of its own, on the database and files of a world, to be killed. `maxFile` is how large (KiB)
 * any file of it may get, which fails as a full disk does.
 */
export async function startAppProcess(
  t: Pick<TestContext, 'after'>,
  { database, dataDir }: { database: { connectionString: string }; dataDir: string },
  { maxFile, settings = {} }: { maxFile?: number; settings?: Record<string, string> } = {},
) {
  const limit = maxFile ? `ulimit -f ${maxFile * 2}; ` : ''
  const args = [process.execPath, import.meta.filename, database.connectionString]
  const child = spawn('sh', ['-c', `${limit}exec "$0" "$@"`, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...settings, DATA_DIR: dataDir },
  })
  const kill = async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  t.after(kill)
  const [origin] = (await once(createInterface(child.stdout), 'line')) as [string]
  /** The most memory (bytes) that it ever held; of Linux only. */
  const peak = async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
    return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1]) * 1024
  }
  return { origin, kill, peak, pid: child.pid ?? 0 }
}

if (import.meta.main) {
  const [connectionString = ''] = process.argv.slice(2)
  const log = createLog('error')
  const listener = await listen('127.0.0.1', 0)
  const origin = `http://127.0.0.1:${listener.port}`
  const app = await createApp({
    settings: readSettings(),
    publicUrl: origin,
    secret: 's'.repeat(32),
    log,
    database: { ...connect(connectionString, 5, log), connectionString, lost: new Promise(() => {}) },
    overrides: { jobsOnDemand: true },
  })
  listener.serve(app.listener)
  // Whoever started us ends us, by closing our input if not otherwise.
  process.stdin.resume().on('end', () => process.exit())
  process.stdout.write(`${origin}\n`)
}
