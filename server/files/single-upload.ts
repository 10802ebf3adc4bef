import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Item } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { knownLately, watchAccess } from './access-watch.ts'
import { openBody } from './body.ts'
import { type Checksum, inspect, readDigests } from './checksums.ts'
import type { Items } from './items.ts'
import type { Answer } from './outgoing.ts'
import type { Settle } from './settling.ts'
import { SNIFFED_BYTES, sniffType } from './sniff.ts'
import type { Lease, UploadLocks } from './upload-lock.ts'
import { placeOf, readPlace, readPlaceFields, type UploadRow } from './upload-place.ts'
import type { UploadRows } from './upload-store.ts'

type Needs = {
  blobs: Blobs
  items: Items
  rows: UploadRows
  locks: UploadLocks
  settle: Settle
  maxSize: number
}

/** A request with a file, `body` as the connection brings it. */
export type IncomingFile = { headers: Headers; url: string; body: Readable }

/**
 * A whole file in one plain `PUT`, as `curl -T` sends it: all or nothing, by the rules of the resumable way. Its room
 * is reserved by a row of `upload` that lives no longer than its lease, so that nothing is left of one that is killed.
 */
export function createSingleUpload({ blobs, items, rows, locks, settle, maxSize }: Needs) {
  /**
   * `name` from the address, the other fields of uploads from its query.
   * @throws length_required, empty_file, too_large, checksum_mismatch, quota_full, what `rows.announce` throws
   */
  async function put(
    { headers, url, body }: IncomingFile,
    actor: Actor,
    name: string,
    readActor: () => Promise<Actor>,
  ): Promise<Answer> {
    const size = readSize(headers)
    const checksums = readDigests(headers)
    const place = readPlace(readPlaceFields(url), name)
    // As long as nobody would have asked meanwhile either; the place is asked for in any case.
    const ask = knownLately(actor, readActor)
    const id = randomUUID()
    const lease = locks.hold(id)
    try {
      const row = await rows.announce({ id, actor, place, size, lease })
      const watch = async () => items.placeAgain(await readActor(), placeOf(row))
      const item = await receive(row, body, { checksums, lease, watch, ask })
      const said = Buffer.from(JSON.stringify(item))
      return {
        status: 201,
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': String(said.length),
          Location: `/api/items/${item.id}`,
          'Cache-Control': 'no-store',
        },
        body: said,
      }
    } finally {
      lease.end()
    }
  }

  async function receive(
    row: UploadRow,
    coming: Readable,
    how: {
      checksums: readonly Checksum[]
      lease: Lease
      watch: () => Promise<unknown>
      ask: () => Promise<Actor>
    },
  ): Promise<Item> {
    const body = openBody(coming)
    let refusal: Problem | undefined
    const stopAsking = watchAccess(how.watch, (problem) => {
      refusal = problem
      body.destroy(problem)
    })
    const inspected = inspect(body, how.checksums)
    try {
      const first = keepFirst(inspected.bytes, SNIFFED_BYTES)
      const facts = await blobs.put(row.staging, first.bytes)
      inspected.verify()
      const type = await sniffType(first.kept())
      const actor = await how.ask()
      const { item } = await settle({ row, actor, facts: { ...facts, type }, lease: how.lease })
      if (!item) throw new Problem('upload_busy')
      return item
    } catch (error) {
      await rows.giveUp(row.id)
      throw refusal ?? (inspected.isBroken() ? new Problem('bad_request') : error)
    } finally {
      stopAsking()
    }
  }

  /** @throws length_required, empty_file, too_large, bad_request for what says that it is no whole file */
  function readSize(headers: Headers): number {
    for (const field of ['Content-Range', 'Content-Encoding'])
      if (headers.has(field)) throw new Problem('bad_request', { field })
    const length = headers.get('Content-Length')
    if (length === null) throw new Problem('length_required')
    const size = Number(length)
    if (size === 0) throw new Problem('empty_file')
    if (size > maxSize) throw new Problem('too_large')
    return size
  }

  return put
}

/** Passes bytes on, and keeps the first of them. */
function keepFirst(stream: AsyncIterable<Uint8Array>, size: number) {
  const chunks: Uint8Array[] = []
  let left = size
  async function* pass() {
    for await (const chunk of stream) {
      if (left > 0) chunks.push(Buffer.from(chunk.subarray(0, left)))
      left -= chunk.length
      yield chunk
    }
  }
  return { bytes: pass(), kept: () => Buffer.concat(chunks) }
}
