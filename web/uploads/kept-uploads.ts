/** What is kept on this device of uploads under way, so that they survive a reload; gone once they end. */

export interface KeptBatch {
  id: string
  /** Whose it is: nobody else may ever see it. */
  personId: string
  /** As which professional or client. */
  as: string
  /** In ms since 1970. */
  addedAt: number
  spaceId?: string
  /** Folder that the batch was put into; null at the root. */
  parentId: string | null
  level?: string
  branchId?: string
  audience?: readonly string[]
  /** Address of the page where it was added, to lead back there. */
  page: string
  /** Folders to be made, by path, the outer before the inner, with their id once they are. */
  folders: Record<string, string | null>
}

export interface KeptUpload {
  id: string
  batch: string
  /** The tab that is at it: others keep their hands off for as long as it is open. */
  tab: string
  name: string
  size: number
  lastModified: number
  /** Path among the folders of the batch; empty for its own place. */
  folder: string
  /** Where it is being sent, once that has begun. */
  url: string | null
  paused: boolean
}

/** Files are kept up to here each and up to here together, and never more than a part of what is free. */
const KEPT_FILE = 256 * 1024 * 1024
const KEPT_TOGETHER = 1024 * 1024 * 1024
const PART_OF_FREE = 0.3

const STORES = ['batches', 'uploads', 'files'] as const
type Store = (typeof STORES)[number]

let opened: Promise<IDBDatabase> | undefined

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('carnet-uploads', 1)
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store)
    }
    request.onsuccess = () => {
      request.result.onversionchange = () => {
        request.result.close()
        opened = undefined
      }
      resolve(request.result)
    }
    request.onerror = () => reject(request.error)
  })
  return opened
}

/** Null where the browser refuses storage: uploads then last as long as the page. */
async function on<T>(
  stores: readonly Store[],
  mode: IDBTransactionMode,
  act: (transaction: IDBTransaction) => IDBRequest<T>,
): Promise<T | null> {
  try {
    const transaction = (await open()).transaction(stores, mode)
    const request = act(transaction)
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  } catch {
    return null
  }
}

export async function keepBatch(batch: KeptBatch): Promise<void> {
  await on(['batches'], 'readwrite', (at) => at.objectStore('batches').put(batch, batch.id))
}

export async function keepUpload(upload: KeptUpload): Promise<void> {
  await on(['uploads'], 'readwrite', (at) => at.objectStore('uploads').put(upload, upload.id))
}

let keptBytes = 0
let keeping: Promise<unknown> = Promise.resolve()

/** Keeps a copy of a file, one after another; false where it is too large for this device, or wanted no more. */
export function keepFile(id: string, file: File, isWanted: () => boolean): Promise<boolean> {
  const kept = keeping.then(async () => {
    if (!isWanted() || file.size > KEPT_FILE || keptBytes + file.size > KEPT_TOGETHER) return false
    const { quota = 0, usage = 0 } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {}
    if (file.size > (quota - usage) * PART_OF_FREE) return false
    const key = await on(['files'], 'readwrite', (at) => at.objectStore('files').put(file, id))
    if (key === null) return false
    keptBytes += file.size
    return true
  })
  keeping = kept
  return kept
}

/** Forgets an upload that ended, with its file. */
export async function dropUpload(id: string, keptFile: number): Promise<void> {
  keptBytes -= keptFile
  await on(['uploads', 'files'], 'readwrite', (at) => {
    at.objectStore('files').delete(id)
    return at.objectStore('uploads').delete(id)
  })
}

export async function dropBatch(id: string): Promise<void> {
  await on(['batches'], 'readwrite', (at) => at.objectStore('batches').delete(id))
}

export async function readBatches(): Promise<KeptBatch[]> {
  return (await on<KeptBatch[]>(['batches'], 'readonly', (at) => at.objectStore('batches').getAll())) ?? []
}

export async function readUploads(): Promise<KeptUpload[]> {
  return (await on<KeptUpload[]>(['uploads'], 'readonly', (at) => at.objectStore('uploads').getAll())) ?? []
}

/** The copy of a file that an earlier page kept, null if it kept none; it counts as this page's from now on. */
export async function readFile(id: string): Promise<File | null> {
  const file = await on<unknown>(['files'], 'readonly', (at) => at.objectStore('files').get(id))
  if (!(file instanceof File)) return null
  keptBytes += file.size
  return file
}

/** Empties it all. */
export async function dropAll(): Promise<void> {
  keptBytes = 0
  await on(STORES, 'readwrite', (at) => {
    at.objectStore('batches').clear()
    at.objectStore('files').clear()
    return at.objectStore('uploads').clear()
  })
}
