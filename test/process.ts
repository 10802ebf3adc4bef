import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '..')

export interface Running {
  pid: number
  child: ChildProcess
  /** The first match on stdout, past or to come; rejects when the process ends without it. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>
}

/** A Node process of its own process group, as a terminal or a supervisor would start it. */
export function startNode(args: string[], env: Record<string, string> = {}, cwd: string = ROOT): Running {
  const child = spawn(process.execPath, args, {
    cwd,
    detached: true,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => {
    stdout += data
  })
  child.stderr.on('data', (data) => {
    stderr += data
  })
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }))
  const says = async (pattern: RegExp) => {
    while (true) {
      const match = pattern.exec(stdout)
      if (match) return match
      const more = await Promise.race([once(child.stdout, 'data').then(() => true), ended.then(() => false)])
      if (!more && !pattern.test(stdout)) throw new Error(`never said ${pattern}: ${stdout}${stderr}`)
    }
  }
  return { pid: child.pid ?? 0, child, says, ended }
}

/** Waits for a condition that no event tells of. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${what}`)
    await wait(20)
  }
}

/** Whether a process is alive; a zombie that nobody has reaped is not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return process.platform !== 'linux' || (status !== '' && !/\) Z /.test(status))
}

/** The server's process on a cluster, and the folder of its socket. */
export async function readPostmaster(cluster: string): Promise<{ pid: number; socketFolder: string }> {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n')
  return { pid: Number(lines[0]), socketFolder: lines[4] ?? '' }
}
