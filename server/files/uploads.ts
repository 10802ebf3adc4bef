import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Server } from '@tus/server'
import { DataStore, Upload } from '@tus/utils'
import type { Kysely } from 'kysely'
import { Id } from '../../core/api/shapes.ts'
import { type ErrorCode, Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { BlobTooLarge } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import { watchAccess } from './access-watch.ts'
import { inspect, readUploadChecksum, TUS_ALGORITHMS } from './checksums.ts'
import { createFormUpload, type IncomingForm } from './form-upload.ts'
import type { Items } from './items.ts'
import { limitEach } from './limit-each.ts'
import { createSettling, type Settled } from './settling.ts'
import { createSingleUpload, type IncomingFile } from './single-upload.ts'
import { createUploadLocks, type Lease } from './upload-lock.ts'
import { placeOf, readPlace, refuseOtherText } from './upload-place.ts'
import { createUploadRows, EXPIRES_MS } from './upload-store.ts'
import { createWholeFiles } from './whole-file.ts'

const MAX_SIZE = 5 * 1024 ** 3
/** How many requests of one person are answered at once: several tabs' worth, and a small part of the server's places. */
const AT_ONCE = 20
/** How many of everybody's: part of what the server answers at once, so that sending slowly leaves others their places. */
const TOGETHER = 300

type Needs = { db: Kysely<Database>; blobs: Blobs; items: Items; now: () => Date }

export type Uploads = ReturnType<typeof createUploads>

/** Resumable uploads: tus 1.0 over rows of `upload` and staged blobs, for any number of processes. */
export function createUploads(needs: Needs) {
  const { db, items } = needs
  const locks = createUploadLocks({ db })
  const settle = createSettling(needs)
  const rows = createUploadRows({ ...needs, settle })
  // Sending is slow: nobody may take all the server's places with it.
  const inTurn = limitEach(AT_ONCE, 'too_many_uploads')
  const together = limitEach(TOGETHER, 'unavailable')
  const bounded = <T>({ personId }: Actor, work: () => Promise<T>) =>
    inTurn(personId, () => together('all', work))
  const addWhole = createWholeFiles({ rows, locks, settle })
  const single = createSingleUpload({ ...needs, addWhole, maxSize: MAX_SIZE })
  const form = createFormUpload({ ...needs, addWhole })

  /**
   * Answers a request below /api/uploads; `readActor` tells who is calling by now, and throws once they may not.
   * The answer has `Carnet-Item` once the file is there, and that which made it `Carnet-Folder`. @throws too_many_uploads
   */
  const answer = (request: Request, actor: Actor, readActor: () => Promise<Actor>): Promise<Response> =>
    bounded(actor, () => answerOne(request, actor, readActor))

  async function answerOne(
    request: Request,
    actor: Actor,
    readActor: () => Promise<Actor>,
  ): Promise<Response> {
    if (request.method === 'GET') throw new Problem('not_found')
    const checksums = readUploadChecksum(request.headers)
    let lease: Lease | undefined
    let letGo = false
    let created: string | undefined
    let settled: Settled | undefined
    let failure: unknown

    async function write(stream: Readable, id: string, offset: number): Promise<number> {
      const row = await rows.find(id, actor)
      if (!lease) throw new Problem('upload_busy')
      let refusal: Problem | undefined
      // Under another hat by now, it is somebody else's.
      const ask = async () => {
        const caller = await readActor()
        await items.placeAgain(caller, placeOf(await rows.find(id, caller)))
        return caller
      }
      const stopAsking = watchAccess(ask, (problem) => {
        refusal = problem
        stream.destroy(problem)
      })
      try {
        if (offset !== row.bytes) throw new Problem('upload_changed')
        const inspected = inspect(stream, checksums)
        const verify = (size: number) => {
          // Of one that was broken off on our side, nobody knows what was to come.
          if (letGo || size !== inspected.size()) throw new Problem('upload_busy')
          inspected.verify()
        }
        const written =
          offset < row.size
            ? await rows.append(row, inspected.bytes, lease, checksums.length > 0 ? verify : undefined)
            : row
        if (refusal) throw refusal
        if (written.bytes === row.size) settled = await rows.finish(written, await readActor())
        return written.bytes
      } finally {
        stopAsking()
      }
    }

    const store = Object.assign(new DataStore(), {
      extensions: ['creation', 'creation-with-upload', 'termination', 'expiration', 'checksum'],
      getExpiration: () => EXPIRES_MS,
      // Its row was made in onUploadCreate, so that the lock finds it.
      create: async (upload: Upload) => upload,
      async getUpload(id: string) {
        const row = await rows.find(id, actor)
        // Complete, but whoever sent the last byte never heard so.
        if (row.bytes === row.size) settled = await rows.finish(row, actor)
        const creation_date = row.created_at.toISOString()
        return new Upload({ id, size: row.size, offset: row.bytes, creation_date })
      },
      write,
      remove: (id: string) => giveUp(id, actor),
    })

    const tus = new Server({
      path: '/api/uploads',
      relativeLocation: true,
      maxSize: MAX_SIZE,
      allowedOrigins: [],
      datastore: store,
      namingFunction: () => randomUUID(),
      getFileIdFromRequest: (_request, id) => (Id.safeParse(id).success ? id : undefined),
      // Only what a former connection had in flight when its client came back is waited for.
      lockDrainTimeout: 100,
      locker: {
        newLock: (id) => ({
          async lock(signal, askToLetGo) {
            const askedFor = () => {
              letGo = true
              askToLetGo()
            }
            lease = await locks.acquire(id, askedFor, signal)
          },
          async unlock() {
            await lease?.release()
          },
        }),
      },
      async onIncomingRequest({ method }, id) {
        if (method === 'POST') return
        const row = await rows.find(id, actor)
        if (method !== 'DELETE' && !row.item_id) await items.placeAgain(actor, placeOf(row))
      },
      async onUploadCreate({ headers }, { id, size, metadata }) {
        if (!size) throw new Problem('empty_file')
        refuseOtherText(headers.get('Upload-Metadata') ?? '')
        await rows.announce({ id, actor, place: readPlace(metadata ?? {}), size })
        created = id
        return {}
      },
      onResponseError(_request, error) {
        failure = error
        return undefined
      },
    })

    const response = await tus.handleWeb(request)
    if (failure) {
      // Its maker will never learn its address.
      if (created && !settled) await rows.giveUp(created)
      throw toProblem(failure)
    }
    if (response.status >= 400) throw new Problem('bad_request')
    if (request.method === 'OPTIONS') response.headers.set('Tus-Checksum-Algorithm', TUS_ALGORITHMS.join(','))
    response.headers.set('Cache-Control', 'no-store')
    if (settled) response.headers.set('Carnet-Item', settled.id)
    if (settled?.item) response.headers.set('Carnet-Folder', settled.item.parentId ?? 'root')
    return response
  }

  async function giveUp(id: string, actor: Actor): Promise<void> {
    await rows.remove(await rows.find(id, actor))
  }

  return {
    answer,
    /** Answers a plain `PUT` of a whole file. @throws too_many_uploads */
    put: (request: IncomingFile, actor: Actor, name: string, readActor: () => Promise<Actor>) =>
      bounded(actor, () => single(request, actor, name, readActor)),
    /** Adds the files of a form. @throws too_many_uploads */
    post: (request: IncomingForm, actor: Actor, readActor: () => Promise<Actor>) =>
      bounded(actor, () => form(request, actor, readActor)),
    expire: rows.expire,
  }
}

/** By the statuses of tus, of which 409 and 423 make its clients ask for the offset and try again. */
const BY_STATUS: Record<number, ErrorCode> = {
  404: 'not_found',
  409: 'upload_changed',
  410: 'not_found',
  413: 'too_large',
}

function toProblem(error: unknown): unknown {
  if (error instanceof BlobTooLarge) return new Problem('upload_changed')
  const { status_code: status, body } = error as { status_code?: number; body?: string }
  if (!status) return error
  // The connection broke, or its client came back on another.
  if (status === 400 && body?.startsWith('Request aborted')) return new Problem('upload_busy')
  return new Problem(BY_STATUS[status] ?? 'bad_request')
}
