import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import {
  type AppendOptions,
  assertName,
  BlobAbsent,
  BlobDamaged,
  BlobTooLarge,
  type Bytes,
  isName,
  type MarkedStore,
  newName,
  type Part,
  StorageFailed,
  UploadLost,
} from './port.ts'
import { bodyOf, createS3Objects, type JoinedPart, type S3Place } from './s3-objects.ts'
import { chainOf, listStaged, lookAtStaged, MIN_PART, type Piece, partNumber } from './s3-staged.ts'
import { openSpool } from './spool.ts'
import { untilBroken } from './until-broken.ts'

/** A piece of an upload fits, so that it is sent once. */
const PART = 8 * MIN_PART
const ROOT = 'blobs/'
/** Beside the blobs. */
const MARK = 'belongs-to'
const keyOf = (name: string) => `${ROOT}${name}`

/**
 * Blobs as objects of a bucket: `blobs/NAME` for what is committed. What is staged is sent as parts of that object (see
 * `s3-staged.ts`), which a commit joins in place. Nothing is held in memory: what comes waits in `spoolFolder`.
 *
 * Names are never given twice, so that looking whether a blob is there is enough never to overwrite one; not every
 * server can be told to look by itself.
 */
export function openS3Store(
  place: S3Place,
  { spoolFolder, patience }: { spoolFolder: string; patience?: number },
) {
  const objects = createS3Objects(place, patience)
  const look = (name: string) => lookAtStaged(objects, name, keyOf(name))

  async function append(name: string, offset: number, bytes: Bytes, { max, signal }: AppendOptions) {
    assertName(name)
    const staged = await look(name)
    const last = staged.pieces.find(({ end }) => end === offset)
    if (offset > 0 && !last) throw new UploadLost(`nothing is staged that ends at ${offset}`)
    // Beyond nothing was acknowledged; and now that this end is known, nobody comes back to an earlier one.
    const isPast = ({ end, tag }: Piece) => end > offset || (tag === undefined && end < offset)
    await staged.drop(staged.pieces.filter(isPast))

    await using spool = await openSpool(spoolFolder)
    const added: Piece[] = []
    let start = offset
    const add = async () => {
      await spool.finish()
      added.push(await staged.add(start, spool))
      start += spool.size
      await spool.empty()
    }
    try {
      for await (const chunk of untilBroken(bytes, { signal })) {
        if (chunk.length === 0) continue
        if (start + spool.size + chunk.length > max) throw new BlobTooLarge(`more than ${max} bytes`)
        if (last && last.tag === undefined && start === offset && spool.size === 0) {
          start = last.start
          await take(spool, last)
        }
        await spool.write(chunk)
        if (spool.size >= PART) await add()
      }
      if (spool.size > 0 || (offset === 0 && !last && added.length === 0)) await add()
    } catch (error) {
      // Gives the room back at once; should even this fail, the next append drops these pieces.
      await staged.drop(added).catch(() => {})
      throw error
    }
    return added.at(-1)?.end ?? offset
  }

  /** Sends along what was too little for a part of its own. */
  async function take(spool: Awaited<ReturnType<typeof openSpool>>, { key }: Piece) {
    const tail = await objects.get(key)
    if (!tail) throw new UploadLost('its last bytes are gone')
    for await (const chunk of tail.stream) await spool.write(chunk)
  }

  async function commit(name: string) {
    assertName(name)
    const staged = await look(name)
    const there = await objects.head(keyOf(name))
    const size = staged.pieces.at(-1)?.end ?? there?.size
    if (size === undefined) throw new UploadLost('nothing is staged')
    // A crash between joining its pieces and dropping them leaves both.
    if (there && there.size !== size) throw new StorageFailed(`${name} is written already`)
    if (!there) await joinPieces(name, chainOf(staged.pieces), await staged.upload(), size)
    await staged.dropAll()
    return { size }
  }

  async function joinPieces(name: string, chain: Piece[], upload: string | undefined, size: number) {
    const [first] = chain
    if (chain.length === 1 && first?.tag === undefined) return objects.copy(first?.key ?? '', keyOf(name))
    if (!upload) throw new UploadLost('what its parts go by is gone')
    const parts: JoinedPart[] = []
    for (const { key, start, tag } of chain) {
      const number = partNumber(start)
      parts.push({ number, tag: tag ?? (await objects.copyPart(keyOf(name), upload, number, key)) })
    }
    await join(name, upload, parts, size)
  }

  /**
   * What is there tells whether parts were joined, and no answer does: one that says "nothing is under way" may come
   * after another that was lost, or from a gateway whose store is away.
   * @throws {UploadLost} neither the parts are there, nor what they would be
   */
  async function join(name: string, upload: string, parts: JoinedPart[], size: number) {
    const wasUnderWay = await objects.join(keyOf(name), upload, parts)
    const there = await objects.head(keyOf(name))
    if (there?.size === size) return
    if (!wasUnderWay && !there) throw new UploadLost('its parts are gone')
    throw new StorageFailed(`${name}: ${size} bytes were sent, ${there?.size ?? 0} are there`)
  }

  async function discard(name: string) {
    assertName(name)
    const staged = await look(name)
    const upload = await staged.upload()
    if (upload) await objects.abort(keyOf(name), upload)
    await staged.dropAll()
  }

  async function put(name: string, bytes: Bytes | Uint8Array) {
    assertName(name)
    const key = keyOf(name)
    if (await objects.head(key)) throw new StorageFailed(`${name} is written already`)
    await using spool = await openSpool(spoolFolder)
    const parts: JoinedPart[] = []
    let upload: string | undefined
    let sent = 0
    const add = async () => {
      await spool.finish()
      upload ??= await objects.begin(key)
      const number = parts.length + 1
      parts.push({ number, tag: await objects.putPart(key, upload, number, spool) })
      sent += spool.size
      await spool.empty()
    }
    let broken: unknown
    const onBroken = (error: unknown) => {
      broken = error
    }
    try {
      const stream = bytes instanceof Uint8Array ? Readable.from([bytes]) : bytes
      for await (const chunk of untilBroken(stream, { onBroken })) {
        await spool.write(chunk)
        if (spool.size >= PART) await add()
      }
      if (broken) throw new Error('the bytes broke off', { cause: broken })
      if (!upload) {
        await spool.finish()
        await objects.put(key, spool)
        return { size: spool.size }
      }
      if (spool.size > 0) await add()
      await join(name, upload, parts, sent)
      return { size: sent }
    } catch (error) {
      if (upload) await objects.abort(key, upload).catch(() => {})
      // That its parts go by an upload is no business of whoever puts.
      throw error instanceof UploadLost ? new StorageFailed(error.message, { cause: error }) : error
    }
  }

  async function open(name: string, part?: Part) {
    assertName(name)
    const possible = !part || (0 <= part.start && part.start <= part.end)
    const found = await (possible ? objects.get(keyOf(name), part) : objects.head(keyOf(name)))
    if (!found) throw new BlobAbsent(name)
    if (!('stream' in found)) throw new RangeError(`no bytes ${part?.start}-${part?.end}`)
    return found
  }

  async function read(name: string, size: number, part?: Part) {
    const found = await open(name, part)
    const bytes = await buffer(found.stream)
    if (bytes.length !== (part ? part.end - part.start + 1 : size))
      throw new BlobDamaged(`${name} doesn't have ${size} bytes`)
    return bytes
  }

  async function stat(name: string) {
    assertName(name)
    return objects.head(keyOf(name))
  }

  async function remove(name: string) {
    assertName(name)
    await objects.remove(keyOf(name))
  }

  async function* list(which: 'committed' | 'staged' = 'committed') {
    if (which === 'staged') return yield* listStaged(objects)
    for await (const { key, ...facts } of objects.list(ROOT)) {
      const name = key.slice(ROOT.length)
      if (isName(name)) yield { name, ...facts }
    }
  }

  async function check() {
    const name = newName()
    await put(name, Buffer.from('ok'))
    await remove(name)
  }

  async function readMark() {
    const found = await objects.get(MARK)
    return found && (await text(found.stream)).trim()
  }

  async function writeMark(mark: string | null) {
    if (mark === null) await objects.remove(MARK)
    else await objects.put(MARK, bodyOf(Buffer.from(`${mark}\n`)))
  }

  return {
    append,
    commit,
    discard,
    put,
    open,
    read,
    stat,
    remove,
    list,
    check,
    readMark,
    writeMark,
    close: objects.close,
  } satisfies MarkedStore & {
    close(): void
  }
}
