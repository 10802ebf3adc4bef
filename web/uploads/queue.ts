import { useSyncExternalStore } from 'react'
import { Problem } from '../../core/errors.ts'
import { dropUpload, type KeptBatch, keepFile, keepUpload } from './kept-uploads.ts'
import { refusalOf } from './picked-files.ts'
import { holdTab } from './tabs.ts'

/** How often screens hear of progress. */
const NEWS_MS = 120

export interface Upload {
  id: string
  batch: string
  name: string
  size: number
  /** Bytes that have left. */
  sent: number
  /** Bytes a second, once known. */
  speed: number | null
  /** `unreachable` goes on by itself; `missing` waits for the file to be chosen again. */
  state: 'waiting' | 'sending' | 'paused' | 'unreachable' | 'failed' | 'missing' | 'done'
  /** Why it failed or can't go on now. */
  problem: unknown
  itemId: string | null
  /** Whether it stands at the root, because the folder it was for was gone when it arrived. */
  strayed: boolean
}

/** What it takes to send an upload, which no screen needs. */
export interface Work {
  batch: KeptBatch
  /** Path among the folders of the batch; empty for its own place. */
  folder: string
  file: File | null
  reread: (() => Promise<File>) | undefined
  lastModified: number
  /** Where it is being sent, once that has begun. */
  url: string | null
  /** Bytes of the file that this device holds a copy of. */
  kept: number
  stop: AbortController | null
  /** Failures since it last came any further. */
  tries: number
  furthest: number
}

const uploads = new Map<string, Upload>()
const works = new Map<string, Work>()

let shown: readonly Upload[] = []
const listeners = new Set<() => void>()
let telling = false

function tell(): void {
  if (telling) return
  telling = true
  setTimeout(() => {
    telling = false
    shown = [...uploads.values()]
    for (const changed of listeners) changed()
  }, NEWS_MS)
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

/** All uploads of this tab that are not over and done with, in the order in which they were added. */
export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(subscribe, () => shown)
}

export function allUploads(): Upload[] {
  return [...uploads.values()]
}

export function findUpload(id: string): Upload | undefined {
  return uploads.get(id)
}

export function findWork(id: string): Work | undefined {
  return works.get(id)
}

export function patch(id: string, change: Partial<Upload>): void {
  const upload = uploads.get(id)
  if (!upload) return
  uploads.set(id, { ...upload, ...change })
  tell()
}

/** Writes down how things stand, for after a reload. */
export async function keep(id: string): Promise<void> {
  const upload = uploads.get(id)
  const work = works.get(id)
  if (!upload || !work) return
  const { name, size, batch, state } = upload
  const { lastModified, folder, url } = work
  await keepUpload({
    id,
    batch,
    tab: holdTab(),
    name,
    size,
    lastModified,
    folder,
    url,
    paused: state === 'paused',
  })
}

/** Has a copy of the file kept beside it, if the device has room. */
async function keepCopy(id: string, file: File): Promise<void> {
  const kept = await keepFile(id, file, () => works.has(id))
  const work = works.get(id)
  if (work) work.kept = kept ? file.size : 0
  else if (kept) await dropUpload(id, file.size)
}

/** Queues a file; one that the server would refuse has failed before it begins. */
export async function enlist(
  upload: Pick<Upload, 'id' | 'name' | 'size' | 'state'>,
  work: Omit<Work, 'stop' | 'tries' | 'furthest'>,
): Promise<void> {
  const { id } = upload
  const refusal = work.file && refusalOf(work.file)
  uploads.set(id, {
    ...upload,
    batch: work.batch.id,
    sent: 0,
    speed: null,
    state: refusal ? 'failed' : upload.state,
    problem: refusal ? new Problem(refusal) : null,
    itemId: null,
    strayed: false,
  })
  works.set(id, { ...work, stop: null, tries: 0, furthest: 0 })
  tell()
  if (refusal) return
  await keep(id)
  if (work.file && work.kept === 0) void keepCopy(id, work.file)
}

/** Nothing of it stays on this device; the list still shows what has arrived until its batch is through. */
export async function finish(id: string): Promise<void> {
  const work = works.get(id)
  works.delete(id)
  await dropUpload(id, work?.kept ?? 0)
}

export function delist(ids: readonly string[]): void {
  for (const id of ids) uploads.delete(id)
  tell()
}

/** Another content under the same name. */
export function replaceFile(id: string, file: File): void {
  const work = works.get(id)
  if (!work) return
  const refusal = refusalOf(file)
  Object.assign(work, { file, url: null, lastModified: file.lastModified, furthest: 0 })
  patch(id, {
    size: file.size,
    sent: 0,
    state: refusal ? 'failed' : 'waiting',
    problem: refusal ? new Problem(refusal) : null,
  })
  void keep(id)
  void keepCopy(id, file)
}
