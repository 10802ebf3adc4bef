import { once } from 'node:events'
import type { PassThrough, Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { create as contentDisposition } from 'content-disposition'
import type { Kysely } from 'kysely'
import yazl from 'yazl'
import { Id } from '../../core/api/shapes.ts'
import { type ErrorCode, Problem } from '../../core/errors.ts'
import { freeName, portableName } from '../../core/names.ts'
import type { Actor } from '../access.ts'
import { record } from '../audit.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { isUnreadable } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import type { Blanks } from '../previews/messages.ts'
import { ASK_ACCESS_MS } from './access-watch.ts'
import { blanked } from './blanked.ts'
import type { Content, TreeEntry } from './contents.ts'
import type { Items } from './items.ts'
import { limitAnswers } from './limit-each.ts'
import {
  type Answer,
  AT_ONCE_BYTES,
  type Body,
  breakOff,
  findOutgoing,
  prepare,
  remaking,
} from './outgoing.ts'
import type { PreviewJobs } from './preview-jobs.ts'

/** Ids in an address; whoever wants more takes the folder. */
const MAX_ASKED = 200
/** Files that are asked about and written down at once. */
const BATCH = 100
/** That one person may have under way: each holds the names of all that is in it, however slowly it is read. */
const AT_ONCE = 10

type Needs = {
  db: Kysely<Database>
  items: Items
  blobs: Blobs
  previewJobs: PreviewJobs
  now: () => Date
}

/** A file whose bytes are there: all of them, or a stream. */
type Opened = { name: string; size: number; body: Body; blanks: Blanks | undefined }

/** Several files and folders as one ZIP, written while it is sent: nothing of it is held in memory. */
export function createZips({ db, items, blobs, previewJobs, now }: Needs) {
  const inTurn = limitAnswers(AT_ONCE, 'too_many_requests')

  /**
   * Writes the files one after the other, asking every now and then who is calling by now and what they see then.
   * What vanished meanwhile, or can't be handed out, is listed in a text of its own.
   */
  async function fill(
    zip: yazl.ZipFile,
    {
      entries,
      readActor,
      gone,
    }: { entries: TreeEntry[]; readActor: () => Promise<Actor>; gone: AbortSignal },
  ) {
    const { pathOf, nameIn } = placeEntries(entries)
    for (const folder of entries.filter(({ kind }) => kind === 'folder')) {
      zip.addEmptyDirectory(pathOf(folder), { mtime: folder.addedAt })
    }
    const files = entries.filter(({ kind }) => kind === 'file')
    const missing: string[] = []
    for (let start = 0; start < files.length; start += BATCH) {
      const batch = files.slice(start, start + BATCH)
      let seen = await look(batch)
      await record(db, seen.actor, 'file_downloaded', { items: [...seen.contents.keys()] })
      for (const [index, file] of batch.entries()) {
        if (now().getTime() - seen.at > ASK_ACCESS_MS) seen = await look(batch.slice(index))
        const content = seen.contents.get(file.id)
        const opened = content && (await openOne(content, file).catch(keptBack))
        if (opened) await add(opened, nameIn(file, opened.name), file)
        else missing.push(pathOf(file))
      }
    }

    /** Before anything of it is written: what isn't there any more costs nothing but itself. */
    function openOne(seen: Content, file: TreeEntry): Promise<Opened> {
      let known: Content | undefined = seen
      const lookAgain = async () => (await look([file])).contents.get(file.id)
      return remaking(previewJobs, async (reads) => {
        let content = known ?? (await lookAgain())
        known = undefined
        if (content && (await prepare(previewJobs, content, { signal: gone }))) content = await lookAgain()
        if (!content) throw new Problem('not_found')
        const { key, name, size, blanks } = await findOutgoing(previewJobs, content, reads)
        gone.throwIfAborted()
        const atOnce = size <= AT_ONCE_BYTES && !blanks
        const body = await (atOnce ? blobs.read(key, size) : blobs.openWhole(key, size))
        return { name, size, body, blanks }
      })
    }

    async function look(batch: TreeEntry[]) {
      const at = now().getTime()
      const actor = await readActor()
      const ids = batch.map(({ id }) => id)
      const contents = new Map((await items.readContents(actor, ids)).map((one) => [one.id, one]))
      gone.throwIfAborted()
      return { at, actor, contents }
    }

    async function add({ size, body, blanks }: Opened, path: string, { id, addedAt }: TreeEntry) {
      const how = { mtime: addedAt, compress: false }
      if (body instanceof Uint8Array) {
        gone.throwIfAborted()
        zip.addBuffer(Buffer.from(body.buffer, body.byteOffset, size), path, how)
        const out = zip.outputStream as PassThrough
        if (out.writableNeedDrain) await once(out, 'drain', { signal: gone })
        return
      }
      breakOff(body, async () => items.content(await readActor(), id))
      const ended = finished(body, { signal: gone, writable: false })
      zip.addReadStreamLazy(path, { ...how, size }, handOver(blanks ? blanked(body, 0, blanks) : body))
      // Of a stream that is broken off, yazl would wait for the end.
      await ended.finally(() => body.destroy())
    }

    if (missing.length > 0)
      zip.addBuffer(Buffer.from(`${missing.join('\r\n')}\r\n`), '_missing.txt', { compress: false })
    zip.end()
  }

  async function begin(actor: Actor, ids: string[], readActor: () => Promise<Actor>): Promise<Answer> {
    const entries = await items.listTree(actor, ids)
    const zip = new yazl.ZipFile()
    const body = zip.outputStream as Readable
    const gone = new AbortController()
    body.once('close', () => gone.abort())
    // It may fail before anybody reads it; whoever does is told.
    body.on('error', () => {})
    zip.on('error', (error) => body.destroy(error))
    fill(zip, { entries, readActor, gone: gone.signal }).catch((error) => body.destroy(error))
    const [only] = entries.filter(({ id }) => ids.includes(id))
    const name = ids.length === 1 && only ? only.name : now().toISOString().slice(0, 10)
    const headers = {
      'Content-Type': 'application/zip',
      'Content-Disposition': contentDisposition(`${name}.zip`),
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; sandbox",
    }
    return { status: 200, headers, body }
  }

  return {
    /** @throws not_found unless the actor sees all of them; bad_request, zip_too_large, too_many_requests */
    async answer(
      actor: Actor,
      asked: string,
      { readActor, over }: { readActor: () => Promise<Actor>; over: Promise<unknown> },
    ): Promise<Answer> {
      const ids = [...new Set(asked.split(','))]
      if (ids.length > MAX_ASKED) throw new Problem('bad_request', { field: 'ids' })
      if (!ids.every((id) => Id.safeParse(id).success)) throw new Problem('not_found')
      return inTurn(actor.personId, over, () => begin(actor, ids, readActor))
    },
  }
}

/** Gives a stream away, once: the library keeps what it was given this by until the whole ZIP is out, and the stream with it. */
function handOver(stream: Readable): (take: (error: unknown, stream: NodeJS.ReadableStream) => void) => void {
  let held: Readable | undefined = stream
  return (take) => {
    if (held) take(null, held)
    held = undefined
  }
}

/** The path of each entry inside the ZIP: names that every system takes, and no two alike in one folder. */
function placeEntries(entries: TreeEntry[]) {
  const folders = new Map<string, string>()
  const taken = new Map<string, Map<string, number>>()
  const nameIn = ({ parentId }: TreeEntry, name: string) => {
    const folder = (parentId !== null && folders.get(parentId)) || ''
    const names = taken.get(folder) ?? new Map([['_missing.txt', 1]])
    taken.set(folder, names)
    return folder + freeName(portableName(name), names)
  }
  // Parents come first.
  for (const entry of entries) {
    if (entry.kind === 'folder') folders.set(entry.id, `${nameIn(entry, entry.name)}/`)
  }
  const pathOf = (entry: TreeEntry) => folders.get(entry.id) ?? nameIn(entry, entry.name)
  return { pathOf, nameIn }
}

/** What can't be handed out, or is no more. */
function keptBack(error: unknown): undefined {
  const refused = error instanceof Problem && KEPT_BACK.has(error.code)
  if (!refused && !isUnreadable(error)) throw error
}

const KEPT_BACK = new Set<ErrorCode>(['not_found', 'image_kept_back', 'film_kept_back'])
