import { Problem } from '../../core/errors.ts'
import type { Level } from '../../core/visibility.ts'
import {
  dropAll,
  dropBatch,
  dropUpload,
  type KeptBatch,
  type KeptUpload,
  keepBatch,
  readBatches,
  readFile,
  readUploads,
} from './kept-uploads.ts'
import type { Picked } from './picked-files.ts'
import {
  allUploads,
  delist,
  enlist,
  findUpload,
  findWork,
  finish,
  keep,
  patch,
  replaceFile,
} from './queue.ts'
import { goOn, goOnAll, pump, refreshListings, settle, stopSending } from './sending.ts'
import { findOpenTabs, newId, onTabGone, whileAlone } from './tabs.ts'
import { giveUp, prepareTransfer } from './transfer.ts'
import { createFolderOnce } from './upload-folders.ts'

/** As the server gives up what nobody goes on with. */
const GIVEN_UP_MS = 7 * 86_400_000

/** Where files go, and who will see them. */
export interface UploadPlace {
  /** A client's own is known. */
  spaceId?: string
  /** Null at the root. */
  parentId: string | null
  /** A professional's. */
  level?: Level
  branchId?: string
  /** A client's: the professionals who see the files; none given means all. */
  audience?: readonly string[]
  /** Address of the page where they are added, to lead back there. */
  page: string
}

interface Owner {
  personId: string
  as: string
}

let owner: Owner | null = null

/** Queues files and their folders; who acts by now is their owner. */
export function addUploads(picked: Picked, place: UploadPlace): void {
  if (!owner) throw new Error('Nobody is signed in')
  const folders = Object.fromEntries(picked.folders.map((path) => [path, null]))
  const batch: KeptBatch = { ...place, ...owner, id: newId(), addedAt: Date.now(), folders }
  void keepBatch(batch)
  for (const { file, folder, reread } of picked.files) {
    const { name, size, lastModified } = file
    void enlist(
      { id: newId(), name, size, state: 'waiting' },
      { batch, file, folder, reread, lastModified, url: null, kept: 0 },
    )
  }
  void createFolders(batch)
  pump()
}

/** Makes all folders of a batch, the empty ones too. What fails is told by the files inside, and tried again with them. */
async function createFolders(batch: KeptBatch): Promise<void> {
  const paths = Object.keys(batch.folders)
  for (const path of paths) await createFolderOnce(batch, path).catch(() => {})
  if (paths.length > 0) refreshListings()
}

export function pauseUpload(id: string): void {
  const state = findUpload(id)?.state
  if (state !== 'sending' && state !== 'waiting' && state !== 'unreachable') return
  stopSending(id, 'paused')
  void keep(id)
  pump()
  const work = findWork(id)
  if (work) settle(work.batch)
}

export function resumeUpload(id: string): void {
  goOn(id, 'paused')
  void keep(id)
}

/** After a failure; with the file as it is by now on the disk, or where the browser can't read it again, missing. */
export async function retryUpload(id: string): Promise<void> {
  const upload = findUpload(id)
  if (upload?.state !== 'failed') return
  if (!(upload.problem instanceof Problem) || upload.problem.code !== 'upload_changed')
    return goOn(id, 'failed')
  const file = await findWork(id)
    ?.reread?.()
    .catch(() => null)
  if (file) takeFile(id, file)
  else patch(id, { state: 'missing' })
}

/** Gives files to the uploads that miss theirs, by name; true when the one asked about got it. */
export function offerFiles(id: string, files: readonly File[]): boolean {
  for (const { id: each, name, size, state } of allUploads()) {
    const work = findWork(each)
    if (state !== 'missing' || !work) continue
    const namesakes = files.filter((file) => file.name === name)
    const same = namesakes.find((file) => file.size === size && file.lastModified === work.lastModified)
    const other = each === id ? namesakes[0] : undefined
    if (same) {
      work.file = same
      goOn(each, 'missing')
    } else if (other) takeFile(each, other)
  }
  return findUpload(id)?.state !== 'missing'
}

/** Begins anew: nothing of the former content may be mixed with this one. */
function takeFile(id: string, file: File): void {
  const work = findWork(id)
  if (work?.url) void giveUp(work.url, work.batch.as)
  replaceFile(id, file)
  pump()
}

export function cancelUpload(id: string): void {
  const work = findWork(id)
  stopSending(id, 'paused')
  if (work?.url) void giveUp(work.url, work.batch.as)
  delist([id])
  void finish(id)
  pump()
  if (work) settle(work.batch)
}

/** Goes on with what a former page of this person left undone. Call it when it is known who is here. */
export async function resumeUploads(who: Owner): Promise<void> {
  owner = who
  prepareTransfer()
  goOnAll()
  await whileAlone(async () => {
    const batches = await readBatches()
    if (batches.some(({ personId }) => personId !== who.personId)) return dropAll()
    const left = await readUploads()
    for (const batch of batches) {
      const its = left.filter((upload) => upload.batch === batch.id)
      const here = allUploads().some((upload) => upload.batch === batch.id)
      const over = its.length === 0 || Date.now() - batch.addedAt > GIVEN_UP_MS
      if (over && !here) await forgetBatch(batch, its)
    }
  })
  await takeOrphans()
}

/** Takes over what tabs that are gone left of the owner's. */
async function takeOrphans(): Promise<void> {
  await whileAlone(async () => {
    const isOpen = await findOpenTabs()
    const left = await readUploads()
    for (const batch of await readBatches()) {
      // They may sign out meanwhile.
      const isTheirs = () => batch.personId === owner?.personId && batch.as === owner.as
      const orphans = left.filter(({ batch: its, tab }) => isTheirs() && its === batch.id && !isOpen(tab))
      for (const upload of orphans) if (isTheirs()) await takeOver(batch, upload)
      if (orphans.length > 0) void createFolders(batch)
    }
  })
  pump()
}

async function forgetBatch(batch: KeptBatch, its: readonly KeptUpload[]): Promise<void> {
  for (const { id } of its) await dropUpload(id, 0)
  await dropBatch(batch.id)
}

async function takeOver(batch: KeptBatch, upload: KeptUpload): Promise<void> {
  if (findUpload(upload.id)) return
  const { id, name, size, paused, folder, lastModified, url } = upload
  const file = await readFile(id)
  const state = paused ? 'paused' : file ? 'waiting' : 'missing'
  const kept = file?.size ?? 0
  await enlist({ id, name, size, state }, { batch, file, folder, reread: undefined, lastModified, url, kept })
}

/** Stops everything and leaves nothing on this device; for signing out. */
export async function forgetUploads(): Promise<void> {
  owner = null
  for (const { id } of allUploads()) {
    stopSending(id, 'paused')
    await finish(id)
    delist([id])
  }
  await dropAll()
}

addEventListener('offline', () => {
  for (const { id, state } of allUploads()) {
    if (state === 'sending') stopSending(id, 'unreachable', new TypeError('offline'))
  }
})

addEventListener('online', goOnAll)

void onTabGone(takeOrphans)

// Leaving would lose what no copy is kept of.
addEventListener('beforeunload', (event) => {
  const isLost = ({ id, state }: { id: string; state: string }) =>
    ['sending', 'waiting', 'unreachable'].includes(state) && !findWork(id)?.kept
  if (allUploads().some(isLost)) event.preventDefault()
})
