import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Server } from '@tus/server'
import { DataStore, Upload } from '@tus/utils'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import { Id, LevelShape } from '../../core/api/shapes.ts'
import { type ErrorCode, Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { BlobTooLarge } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'
import { watchAccess } from './access-watch.ts'
import type { Items, PlaceInput } from './items.ts'
import { limitEach } from './limit-each.ts'
import { createUploadLocks, type Lease } from './upload-lock.ts'
import { createUploadRows, EXPIRES_MS, placeOf } from './upload-store.ts'

const MAX_SIZE = 5 * 1024 ** 3
/** How many requests of one person are answered at once: several tabs' worth, and a small part of the server's places. */
const AT_ONCE = 20
/** How many of everybody's: part of what the server answers at once, so that sending slowly leaves others their places. */
const TOGETHER = 300

/** What an upload's maker may say of it; its owner, company, size and type are never theirs to say. */
const Metadata = z.strictObject({
  filename: z
    .string()
    .nullable()
    .transform((name) => name ?? ''),
  spaceId: Id.optional(),
  parentId: Id.optional(),
  level: LevelShape.optional(),
  branchId: Id.optional(),
  audience: z
    .string()
    .transform((ids) => ids.split(','))
    .pipe(z.array(Id).max(200))
    .optional(),
})

type Needs = { db: Kysely<Database>; blobs: Blobs; items: Items; now: () => Date }

export type Uploads = ReturnType<typeof createUploads>

/** Resumable uploads: tus 1.0 over rows of `upload` and staged blobs, for any number of processes. */
export function createUploads(needs: Needs) {
  const { db, items } = needs
  const locks = createUploadLocks({ db })
  const rows = createUploadRows(needs)
  // Sending is slow: nobody may take all the server's places with it.
  const inTurn = limitEach(AT_ONCE, 'too_many_uploads')
  const together = limitEach(TOGETHER, 'unavailable')

  /**
   * Answers a request below /api/uploads; `readActor` tells who is calling by now, and throws once they may not.
   * The answer has `Carnet-Item` once the file is there. @throws too_many_uploads
   */
  const answer = (request: Request, actor: Actor, readActor: () => Promise<Actor>): Promise<Response> =>
    inTurn(actor.personId, () => together('all', () => answerOne(request, actor, readActor)))

  async function answerOne(
    request: Request,
    actor: Actor,
    readActor: () => Promise<Actor>,
  ): Promise<Response> {
    if (request.method === 'GET') throw new Problem('not_found')
    let lease: Lease | undefined
    let item: string | null = null
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
        const written = offset < row.size ? await rows.append(row, stream, lease) : row
        if (refusal) throw refusal
        if (written.bytes === row.size) item = await rows.finish(written, await ask())
        return written.bytes
      } finally {
        stopAsking()
      }
    }

    const store = Object.assign(new DataStore(), {
      extensions: ['creation', 'creation-with-upload', 'termination', 'expiration'],
      getExpiration: () => EXPIRES_MS,
      // Its row was made in onUploadCreate, so that the lock finds it.
      create: async (upload: Upload) => upload,
      async getUpload(id: string) {
        const row = await rows.find(id, actor)
        // Complete, but whoever sent the last byte never heard so.
        if (row.bytes === row.size) item = await rows.finish(row, actor)
        const creation_date = row.created_at.toISOString()
        return new Upload({ id, size: row.size, offset: row.bytes, creation_date })
      },
      write,
      remove: async (id: string) => rows.remove(await rows.find(id, actor)),
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
          async lock(signal, letGo) {
            lease = await locks.acquire(id, () => void letGo(), signal)
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
      async onUploadCreate(_request, { id, size, metadata }) {
        if (!size) throw new Problem('empty_file')
        await rows.create(id, actor, await items.place(actor, readMetadata(metadata)), size)
        return {}
      },
      onResponseError(_request, error) {
        failure = error
        return undefined
      },
    })

    const response = await tus.handleWeb(request)
    if (failure) throw toProblem(failure)
    if (response.status >= 400) throw new Problem('bad_request')
    response.headers.set('Cache-Control', 'no-store')
    if (item) response.headers.set('Carnet-Item', item)
    return response
  }

  return { answer, expire: rows.expire }
}

/** @throws unknown_field, bad_request */
function readMetadata(metadata: Upload['metadata']): PlaceInput {
  const result = Metadata.safeParse(metadata ?? {})
  if (result.success) {
    const { filename, parentId = null, ...place } = result.data
    return { ...place, name: filename, parentId }
  }
  const unknown = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [],
  )
  if (unknown.length > 0) throw new Problem('unknown_field', { field: unknown.join(', ').slice(0, 200) })
  throw new Problem('bad_request', { field: String(result.error.issues[0]?.path[0]) })
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
