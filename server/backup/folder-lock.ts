import { randomBytes } from 'node:crypto'
import { readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { StartError } from '../start-error.ts'

const NAMED = /^lock\.[0-9a-f]{12}$/

const holderSchema = z.object({
  pid: z.number().int().positive(),
  host: z.string(),
  since: z.string(),
  /** Numbers of processes mean the same in here. */
  realm: z.string(),
})

export const isLock = (name: string) => NAMED.test(name)

/**
 * Takes a folder of backups for the one who may write to it, whichever database that one comes from. Who wants it leaves
 * a file of a name of its own, and looks for others' afterwards: of two, at least the later sees the other's, and
 * withdraws. A name that is nobody else's can be removed without ever removing somebody's who came between.
 * @throws {StartError} somebody has it, or it can't be told that they have it no more
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const realm = await readRealm()
  const ours = `lock.${randomBytes(6).toString('hex')}`
  const release = () => rm(join(folder, ours), { force: true })
  try {
    const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString(), realm }
    await writeFile(join(folder, ours), `${JSON.stringify(holder)}\n`, {
      flag: 'wx',
      mode: 0o600,
      flush: true,
    })
    for (const name of await readdir(folder))
      if (isLock(name) && name !== ours) await removeLeftBehind(join(folder, name), realm)
  } catch (error) {
    await release()
    throw error
  }
  return { [Symbol.asyncDispose]: release }
}

/** @throws {StartError} its process isn't known to be gone */
async function removeLeftBehind(path: string, realm: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  // Given up just now.
  if (text === undefined) return
  const holder = readHolder(text)
  if (holder?.realm === realm && !runs(holder.pid)) return rm(path, { force: true })
  const who = holder ? `process ${holder.pid} on ${holder.host}, since ${holder.since}` : "it doesn't say who"
  throw new StartError(
    `another backup writes to this folder (${who}): let it end; if it was cut off and runs no more, remove ${path}`,
  )
}

function readHolder(text: string): z.output<typeof holderSchema> | undefined {
  try {
    return holderSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/**
 * A machine, and on Linux one boot of it and one container in it: two machines may be copies of each other, and two
 * containers have each a process of one number.
 */
async function readRealm(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const container = await readlink('/proc/self/ns/pid').catch(() => '')
  return [hostname(), boot.trim(), container].filter(Boolean).join(' ')
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
