import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '../../server/app.ts'
import { connect } from '../../server/db/open.ts'
import { listen } from '../../server/listener.ts'
import { createLog } from '../../server/log.ts'
import { readSettings } from '../../server/settings.ts'

/** On what it runs. */
export type On = {
  connectionString: string
  dataDir: string
  /** Arguments for `mount`, of a file system to put there first. */
  mount?: string[]
  settings?: Record<string, string>
  /** How long (ms) PostgreSQL may say nothing at all. */
  patience?: number
  /** Jobs run by themselves, and not only when asked to. */
  jobs?: boolean
}

type Asked = { number: number; what: string; input?: unknown }
type Answer = { number: number; output?: unknown; error?: string }

export type Server = ReturnType<typeof prepareServer>

/**
 * The app in a process of its own, to be killed: loaded now, composed once told on what. `program` is this file, or
 * what was made of it; `node` are arguments for Node, `own` is a command that runs the one behind it.
 */
export function prepareServer({
  program = import.meta.filename,
  node = [],
  own = [],
}: {
  program?: string
  node?: string[]
  own?: string[]
} = {}) {
  const [command = '', ...args] = [...own, process.execPath, ...node, program]
  // Compiling once is enough for a thousand starts.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'carnet-durability-cache') }
  const child: ChildProcess = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let said = ''
  for (const output of [child.stdout, child.stderr])
    output?.on('data', (data) => {
      said = (said + data).slice(-20_000)
    })
  child.on('message', ({ number, output, error }: Answer) => {
    const { resolve, reject } = waiting.get(number) ?? {}
    waiting.delete(number)
    if (error === undefined) resolve?.(output)
    else reject?.(new Error(error))
  })
  const ended = once(child, 'exit').then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`the server ended: ${said}`))
    waiting.clear()
  })

  let count = 0
  async function ask(what: string, input?: unknown): Promise<unknown> {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended: ${said}`)
    const number = ++count
    const answer = Promise.withResolvers<unknown>()
    waiting.set(number, answer)
    child.send({ number, what, input } satisfies Asked, () => {})
    return answer.promise
  }

  return {
    pid: child.pid ?? 0,
    ended,
    /** What it wrote, the end of it. */
    said: () => said,
    /** Resolves with where it answers. */
    start: async (on: On) => String(await ask('start', on)),
    /** Runs what is due, to its end. */
    runJobs: () => ask('runJobs'),
    /** For what is loaded into it beside the app. */
    ask,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

if (import.meta.main) {
  let app: Awaited<ReturnType<typeof createApp>> | undefined
  async function start({ connectionString, dataDir, mount, settings, patience, jobs = false }: On) {
    if (mount) execFileSync('mount', [...mount, dataDir])
    const log = createLog('warn')
    const listener = await listen('127.0.0.1', 0)
    const publicUrl = `http://127.0.0.1:${listener.port}`
    app = await createApp({
      settings: readSettings({ DATA_DIR: dataDir, ...settings }),
      publicUrl,
      secret: 's'.repeat(32),
      log,
      database: {
        ...connect(connectionString, 10, log, { statementSeconds: 30, ...(patience && { patience }) }),
        connectionString,
        lost: new Promise(() => {}),
      },
      overrides: { jobsOnDemand: !jobs },
    })
    listener.serve(app.listener)
    return publicUrl
  }
  process.on('message', async ({ number, what, input }: Asked) => {
    const answer = (answer: Omit<Answer, 'number'>) => process.send?.({ number, ...answer })
    try {
      if (what === 'start') answer({ output: await start(input as On) })
      if (what === 'runJobs') answer({ output: await app?.runJobs() })
    } catch (error) {
      answer({ error: String((error as Error).stack) })
    }
  })
  // Whoever started us ends us, by going if not otherwise.
  process.on('disconnect', () => process.exit())
}
