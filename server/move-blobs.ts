import { open, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Moved, moveBlobs } from './blobs/move.ts'
import { openStores } from './blobs/open.ts'
import { StorageFailed, StorageFull } from './blobs/port.ts'
import { openDataFolder } from './data-folder.ts'
import type { Settings } from './settings.ts'
import { StartError } from './start-error.ts'

const SAY_MS = 2_000

/**
 * Moves what lies in the store that isn't written to any more, and says how it goes. It needs no database, so that the
 * product may run. Interrupted, it goes on where it was.
 * @throws {StartError}
 */
export async function moveToWritten(settings: Settings, say: (line: string) => void): Promise<void> {
  await openDataFolder(settings.dataDir)
  await using _lock = await lock(join(settings.dataDir, 'move-blobs.lock'))
  const { written, other, names, close } = await openStores(settings)
  try {
    if (!other) return say(`Nothing lies ${names.other}: there is nothing to move.`)
    const total: Moved = { blobs: 0, bytes: 0 }
    for await (const { size } of other.list()) {
      total.blobs++
      total.bytes += size
    }
    say(`${countFiles(total.blobs)} (${megabytes(total.bytes)}) ${names.other} will lie ${names.written}.`)

    const began = Date.now()
    let said = began
    const tell = (moved: Moved) => {
      const seconds = Math.max(1, (Date.now() - began) / 1000)
      const rate = megabytes(moved.bytes / seconds)
      say(`${moved.blobs} of ${total.blobs} moved, ${megabytes(moved.bytes)}, ${rate} a second`)
      said = Date.now()
    }
    let last: Moved = { blobs: 0, bytes: 0 }
    const { arriving, different } = await moveBlobs({ from: other, to: written }, (moved) => {
      last = moved
      if (Date.now() - said >= SAY_MS) tell(moved)
    })
    tell(last)
    if (different.length > 0)
      throw new StartError(
        `${countFiles(different.length)} not moved, for the copy is not what was read: ${different.slice(0, 10).join(', ')}`,
      )
    if (arriving > 0)
      return say(
        `Uploads under way ${names.other}: ${arriving}. Run this again once they are complete, or given up after 7 days.`,
      )
    say(`Nothing lies ${names.other} any more: it may be switched off once Carnet has been started again.`)
  } catch (error) {
    if (!(error instanceof StorageFailed || error instanceof StorageFull)) throw error
    throw new StartError(`${error.message}; nothing is lost: run this again, and it goes on from here`)
  } finally {
    close()
  }
}

/**
 * One at a time: to another, what the first has moved would look as if it had been deleted.
 * @throws {StartError}
 */
async function lock(path: string): Promise<AsyncDisposable> {
  const ours = `${process.pid} ${hostname()}`
  for (;;) {
    const file = await open(path, 'wx', 0o600).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
    if (file) {
      await file.writeFile(ours)
      await file.close()
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) }
    }
    const holder = await readFile(path, 'utf8').catch(() => '')
    const [pid, host] = holder.split(' ')
    if (host !== hostname() || isAlive(Number(pid)))
      throw new StartError(
        `files are being moved already, by process ${pid} on ${host}; if that isn't so, remove ${path}`,
      )
    await rm(path, { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
const countFiles = (count: number) => `${count} ${count === 1 ? 'file' : 'files'}`
