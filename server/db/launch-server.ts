import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Log } from '../log.ts'
import type { Account } from './postgres-account.ts'
import type { RunFolder } from './run-folder.ts'

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

export interface Launch {
  folder: string
  account: Account
  runFolder: RunFolder
  args: string[]
  env: Record<string, string>
}

/** A server that accepts connections, or why there is none; `occupied` means that another one has the cluster. */
export type Launched = { server: ChildProcess } | { occupied: boolean; message: string }

/** Starts a server. It is not in our process group: the terminal's Ctrl-C must not reach it before requests are drained. */
export function launchServer({ folder, account, runFolder, args, env }: Launch, log: Log): Promise<Launched> {
  const { promise, resolve } = Promise.withResolvers<Launched>()
  const program = `${runFolder.bin}/postgres`
  const server = spawn('/bin/sh', ['-c', LAUNCHER, 'carnet', runFolder.path, program, ...args], {
    ...account,
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let fatal = ''
  server.on('error', (error) => resolve({ occupied: false, message: error.message }))
  server.on('close', (code, signal) => {
    const occupied = code === IN_USE || /lock file|shared memory block/.test(fatal)
    resolve({ occupied, message: fatal || `it ended with ${signal ?? `exit code ${code}`}` })
  })
  // Writing to a server that is gone is told by its exit.
  server.stdin.on('error', () => {})
  // A server that has ended needs no watchdog: anything said dismisses it.
  server.on('exit', () => server.stdin.end('\n'))
  createInterface({ input: server.stderr }).on('line', (line) => {
    if (/^(FATAL|PANIC):/.test(line)) fatal = line
    log.debug(`postgres: ${line}`)
    if (line.includes('database system is ready to accept connections')) resolve({ server })
  })
  return promise
}
