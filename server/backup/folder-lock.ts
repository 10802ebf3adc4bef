import { randomBytes } from 'node:crypto'
import { readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { StartError } from '../start-error.ts'

/** A lock that is held is written again so often. */
const BEAT_MS = 60_000
/** One that was not for so long was left behind: after a power cut, or in a container that is no more. */
const LEFT_BEHIND_MS = 60 * BEAT_MS

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
  const name = `lock.${randomBytes(6).toString('hex')}`
  const ours = join(folder, name)
  const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString(), realm }
  const text = `${JSON.stringify(holder)}\n`
  const beat = setInterval(() => void writeFile(ours, text, { flag: 'r+' }).catch(() => {}), BEAT_MS).unref()
  const release = async () => {
    clearInterval(beat)
    await rm(ours, { force: true })
  }
  try {
    await writeFile(ours, text, { flag: 'wx', mode: 0o600, flush: true })
    // By the clock of the folder's machine, whoever's it is.
    const now = (await stat(ours)).mtimeMs
    for (const other of await readdir(folder))
      if (isLock(other) && other !== name) await removeLeftBehind(join(folder, other), realm, now)
  } catch (error) {
    await release()
    throw error
  }
  return { [Symbol.asyncDispose]: release }
}

/** @throws {StartError} its process isn't known to be gone */
async function removeLeftBehind(path: string, realm: string, now: number): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  // Given up just now.
  if (text === undefined) return
  const holder = readHolder(text)
  const beaten = await stat(path).catch(() => undefined)
  if (!beaten || now - beaten.mtimeMs > LEFT_BEHIND_MS || (holder?.realm === realm && !runs(holder.pid)))
    return rm(path, { force: true })
  const who = holder ? `process ${holder.pid} on ${holder.host}, since ${holder.since}` : "it doesn't say who"
  throw new StartError(
    `another backup writes to this folder (${who}): let it end; if it was cut off, wait an hour, or remove ${path}`,
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
