import { Problem } from '../../core/errors.ts'
import { api, queries } from '../api.ts'
import { dropBatch, type KeptBatch } from './kept-uploads.ts'
import {
  allUploads,
  delist,
  findUpload,
  findWork,
  finish,
  keep,
  patch,
  type Upload,
  type Work,
} from './queue.ts'
import { transfer } from './transfer.ts'
import { createFolderOnce } from './upload-folders.ts'

/** How many files are sent at once. */
const AT_ONCE = 3
/** Waits before asking again, in ms; the last for as long as it takes. */
const PATIENCE = [1000, 2000, 4000, 8000, 15_000, 30_000]
/** A server that fails this often on the same bytes will not do better. */
const FAILURES = 5
const SPEED_MS = 1000
const REFRESH_MS = 700

/** Files of one batch that arrived since it was last said. */
export interface Arrival {
  added: readonly { itemId: string; name: string; strayed: boolean }[]
  /** Address of the page where they were added. */
  page: string
}

const arrivals = new Set<(arrival: Arrival) => void>()

/** Calls back when a batch has nothing more to send; returns the way to stop. */
export function onArrival(arrived: (arrival: Arrival) => void): () => void {
  arrivals.add(arrived)
  return () => arrivals.delete(arrived)
}

/** Begins to send what waits, as far as there is room. */
export function pump(): void {
  const all = allUploads()
  const free = AT_ONCE - all.filter(({ state }) => state === 'sending').length
  for (const { id } of all.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, free)))
    void send(id)
}

async function send(id: string): Promise<void> {
  const work = findWork(id)
  if (!work) return
  const { batch, file } = work
  if (!file) return patch(id, { state: 'missing' })
  const stop = new AbortController()
  work.stop = stop
  patch(id, { state: 'sending', problem: null, speed: null })
  try {
    const parentId = await createFolderOnce(batch, work.folder)
    const { itemId, atRoot } = await transfer(
      { file, metadata: metadataOf(batch, file, parentId), as: batch.as, url: work.url },
      { begun: (url) => begin(id, work, url), moved: watch(id, work) },
      stop.signal,
    )
    patch(id, { state: 'done', sent: file.size, speed: null, itemId, strayed: atRoot && parentId !== null })
    void finish(id)
  } catch (error) {
    // Whoever stopped it has said what it is now.
    if (stop.signal.aborted) return
    fail(id, work, error)
  }
  pump()
  settle(batch)
}

function metadataOf(batch: KeptBatch, file: File, parentId: string | null): Record<string, string> {
  const { spaceId, level, branchId, audience } = batch
  const all = { filename: file.name, spaceId, parentId, level, branchId, audience: audience?.join(',') }
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => Boolean(entry[1])),
  )
}

function begin(id: string, work: Work, url: string): void {
  if (work.url === url) return
  work.url = url
  void keep(id)
}

function watch(id: string, work: Work): (sent: number) => void {
  let at = performance.now()
  let from: number | null = null
  let speed: number | null = null
  return (sent) => {
    const now = performance.now()
    if (from === null) [at, from] = [now, sent]
    else if (now - at > SPEED_MS) {
      const latest = ((sent - from) * 1000) / (now - at)
      speed = speed === null ? latest : speed * 0.6 + latest * 0.4
      ;[at, from] = [now, sent]
    }
    if (sent > work.furthest) [work.furthest, work.tries] = [sent, 0]
    patch(id, { sent, speed })
  }
}

function fail(id: string, work: Work, error: unknown): void {
  const code = error instanceof Problem ? error.code : null
  if (code === 'not_signed_in') {
    patch(id, { state: 'unreachable', problem: error, speed: null })
    // Lets the page ask for the password; once it is given, everything goes on.
    void api.account.readMe.call().catch(() => {})
  } else if (isPassing(error) && !(code === 'internal' && work.tries >= FAILURES)) {
    const patience = PATIENCE[Math.min(work.tries, PATIENCE.length - 1)] ?? 0
    work.tries += 1
    patch(id, { state: 'unreachable', problem: error, speed: null })
    // Not all at once, lest those who came back together fail together.
    setTimeout(() => goOn(id, 'unreachable'), patience * (0.8 + Math.random() * 0.4))
  } else {
    // What changed on the disk is read again from there; where the browser can't, it has to be chosen again.
    const lost = code === 'upload_changed' && !work.reread
    patch(id, { state: lost ? 'missing' : 'failed', problem: error, speed: null })
  }
}

/** Whether trying again later, unasked, may help. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Problem)) return error instanceof TypeError
  return ['unavailable', 'internal', 'upload_busy', 'too_many_requests', 'too_many_uploads'].includes(
    error.code,
  )
}

/** Back into the queue, unless it is in another state than `from` by now. */
export function goOn(id: string, from: Upload['state']): void {
  if (findUpload(id)?.state !== from) return
  patch(id, { state: 'waiting' })
  pump()
}

/** Everything that only waited for the network or the session. */
export function goOnAll(): void {
  for (const { id } of allUploads()) goOn(id, 'unreachable')
}

export function stopSending(id: string, state: Upload['state'], problem: unknown = null): void {
  findWork(id)?.stop?.abort()
  patch(id, { state, problem, speed: null })
}

/** Says what has arrived once a batch has nothing more to send, and clears it away. */
export function settle(batch: KeptBatch): void {
  const all = allUploads().filter((upload) => upload.batch === batch.id)
  const done = all.filter(({ state }) => state === 'done')
  const added = done.flatMap(({ itemId, name, strayed }) => (itemId ? [{ itemId, name, strayed }] : []))
  if (done.length > 0) refreshListings()
  if (all.some(({ state }) => ['waiting', 'sending', 'unreachable'].includes(state))) return
  if (added.length > 0) for (const arrived of arrivals) arrived({ added, page: batch.page })
  delist(done.map(({ id }) => id))
  if (done.length === all.length) void dropBatch(batch.id)
}

let refreshing = false

/** Lists show what has come, but not at every single file. */
export function refreshListings(): void {
  if (refreshing) return
  refreshing = true
  setTimeout(() => {
    refreshing = false
    void queries.invalidateQueries({ queryKey: api.files.listItems.key() })
  }, REFRESH_MS)
}
