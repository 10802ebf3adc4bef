import type { Readable } from 'node:stream'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { knownLately, watchAccess } from './access-watch.ts'
import { openBody } from './body.ts'
import { type Checksum, inspect, readDigests } from './checksums.ts'
import type { Items, NewBlob } from './items.ts'
import type { Answer } from './outgoing.ts'
import { SNIFFED_BYTES, sniffType } from './sniff.ts'
import { placeOf, readPlace, readPlaceFields } from './upload-place.ts'
import type { AddWhole } from './whole-file.ts'

type Needs = { blobs: Blobs; items: Items; addWhole: AddWhole; maxSize: number }

/** A request with a file, `body` as the connection brings it. */
export type IncomingFile = { headers: Headers; url: string; body: Readable }

/** A file in one plain `PUT`, as `curl -T` sends it. */
export function createSingleUpload({ blobs, items, addWhole, maxSize }: Needs) {
  /**
   * `name` from the address, the other fields of uploads from its query.
   * @throws length_required, empty_file, too_large, checksum_mismatch, what `addWhole` throws
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
    const item = await addWhole({
      // As long as nobody would have asked meanwhile either; the place is asked for in any case.
      ask: knownLately(actor, readActor),
      place,
      size,
      store: (row) =>
        receive(row.staging, body, {
          checksums,
          watch: async () => items.placeAgain(await readActor(), placeOf(row)),
        }),
    })
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
  }

  /** @throws checksum_mismatch, bad_request where its sender broke off, what `watch` throws */
  async function receive(
    key: string,
    coming: Readable,
    { checksums, watch }: { checksums: readonly Checksum[]; watch: () => Promise<unknown> },
  ): Promise<Omit<NewBlob, 'key'>> {
    const body = openBody(coming)
    let refusal: Problem | undefined
    const stopAsking = watchAccess(watch, (problem) => {
      refusal = problem
      body.destroy(problem)
    })
    const inspected = inspect(body, checksums)
    try {
      const first = keepFirst(inspected.bytes, SNIFFED_BYTES)
      const facts = await blobs.put(key, first.bytes)
      inspected.verify()
      return { ...facts, type: await sniffType(first.kept()) }
    } catch (error) {
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
