import { refuseHalfRestored } from './backup/restoring.ts'
import { type Moved, moveBlobs } from './blobs/move.ts'
import { openStores } from './blobs/open.ts'
import { type BlobStore, type MarkedStore, StorageFailed, StorageFull } from './blobs/port.ts'
import { openDataFolder } from './data-folder.ts'
import { takePlace } from './db/long-work.ts'
import { hasDatabase, joinDatabase } from './db/open.ts'
import { createLog } from './log.ts'
import type { Settings } from './settings.ts'
import { StartError } from './start-error.ts'

const SAY_MS = 2_000

/**
 * Moves what lies in the store that isn't written to any more, and says how it goes, while the product may run. One at
 * a time on a database, whatever machine it runs on. Interrupted, it goes on where it was.
 * @throws {StartError}
 */
export async function moveToWritten(settings: Settings, say: (line: string) => void): Promise<void> {
  await openDataFolder(settings.dataDir)
  await refuseHalfRestored(settings.dataDir)
  await using place = await takeMovingPlace(settings)
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
    const from: BlobStore = {
      ...other,
      async remove(name) {
        place.assertOurs()
        await other.remove(name)
      },
    }
    const { arriving, failed } = await moveBlobs({ from, to: written }, (moved) => {
      last = moved
      if (Date.now() - said >= SAY_MS) tell(moved)
    })
    tell(last)
    for (const [name, why] of failed) say(`Not moved: ${name}: ${why}`)
    if (failed.size > 0)
      throw new StartError(
        `${countFiles(failed.size)} could not be moved, and ${failed.size === 1 ? 'stays where it was' : 'stay where they were'}`,
      )
    if (arriving > 0)
      return say(
        `Uploads under way ${names.other}: ${arriving}. Run this again once they are complete, or given up after 7 days.`,
      )
    // Whoever starts there by mistake from now on is told so, instead of that all files are missing.
    await handMarkOver(other, written)
    say(`Nothing lies ${names.other} any more: it may be switched off once Carnet has been started again.`)
  } catch (error) {
    if (!(error instanceof StorageFailed || error instanceof StorageFull)) throw error
    throw new StartError(`${error.message}; nothing is lost: run this again, and it goes on from here`)
  } finally {
    close()
  }
}

/** Whose files they are is known where they lie. */
async function handMarkOver(from: MarkedStore, to: MarkedStore): Promise<void> {
  const mark = await from.readMark()
  if (mark === undefined) return
  await to.writeMark(mark)
  await from.writeMark(null)
}

/**
 * Held by a connection of its own: the database gives it up when we end, however we end.
 * @throws {StartError} another has it
 */
async function takeMovingPlace(settings: Settings) {
  if (!(await hasDatabase(settings)))
    throw new StartError(
      `there is no database in ${settings.dataDir}: files are moved with Carnet's own settings`,
    )
  await using opening = new AsyncDisposableStack()
  const database = await joinDatabase(settings, createLog('warn', process.stderr))
  opening.defer(database.close)
  const client = await database.pool.connect()
  opening.defer(() => client.release(true))
  let isOurs = await takePlace(client, 'move')
  if (!isOurs) throw new StartError('files are being moved already, by another process')
  for (const event of ['error', 'end'] as const)
    client.once(event, () => {
      isOurs = false
    })
  const opened = opening.move()
  return {
    /** @throws {StartError} the connection is lost, and another may have it */
    assertOurs() {
      if (!isOurs)
        throw new StartError(
          'the database is gone; nothing is lost: run this again, and it goes on from here',
        )
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
const countFiles = (count: number) => `${count} ${count === 1 ? 'file' : 'files'}`
