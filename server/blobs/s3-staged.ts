import { text } from 'node:stream/consumers'
import { isName, StorageFailed, type StoredBlob, UploadLost } from './port.ts'
import { type Body, bodyOf, type S3Objects } from './s3-objects.ts'

// A staged blob is what lies under `staged/NAME/`, so that any process can go on with it:
// - `END-START.p…`, empty, says that the bytes from START to END are a part, sent already, of the object that the blob
//   will be; what stands behind `p` is the part's tag. A part is never shorter than S3 wants all but the last to be.
// - `END-START.t` holds the last bytes, as long as they are too few for a part. The next append sends them along.
// - `upload` holds what the parts go by.

/** What S3 wants each part but the last to have. */
export const MIN_PART = 5 * 1024 * 1024
const MAX_PARTS = 10_000
/** Objects removed at once. */
const AT_ONCE = 8

export type Piece = { key: string; start: number; end: number; tag: string | undefined }

const ROOT = 'staged/'
const uploadKey = (name: string) => `${ROOT}${name}/upload`
const digits = (offset: number) => String(offset).padStart(16, '0')

/** That of no other part: none but the last is shorter than the least. @throws {StorageFailed} */
export function partNumber(start: number): number {
  const number = Math.floor(start / MIN_PART) + 1
  if (number > MAX_PARTS) throw new StorageFailed('S3: more parts than a blob may have')
  return number
}

export async function lookAtStaged(objects: S3Objects, name: string, blobKey: string) {
  const pieces: Piece[] = []
  let hasUpload = false
  let id: string | undefined
  for await (const { key, size } of objects.list(`${ROOT}${name}/`)) {
    const piece = readPiece(key, size)
    if (piece) pieces.push(piece)
    if (key === uploadKey(name)) hasUpload = true
  }

  async function upload(): Promise<string | undefined> {
    if (id || !hasUpload) return id
    const found = await objects.get(uploadKey(name))
    if (!found) throw new UploadLost('what its parts go by is gone')
    id = await text(found.stream)
    return id
  }

  async function beginUpload(): Promise<string> {
    id = await objects.begin(blobKey)
    await objects.put(uploadKey(name), bodyOf(Buffer.from(id)))
    hasUpload = true
    return id
  }

  async function removeAll(keys: string[]) {
    for (let i = 0; i < keys.length; i += AT_ONCE)
      await Promise.all(keys.slice(i, i + AT_ONCE).map(objects.remove))
  }

  return {
    /** By their ends. */
    pieces,
    /** What the parts go by; undefined where none was ever sent. */
    upload,
    /** Makes these bytes the next piece, durably. Resolves with where it lies. */
    async add(start: number, body: Body): Promise<Piece> {
      const end = start + body.size
      const at = `${ROOT}${name}/${digits(end)}-${digits(start)}`
      if (body.size < MIN_PART) {
        await objects.put(`${at}.t`, body)
        return { key: `${at}.t`, start, end, tag: undefined }
      }
      const tag = await objects.putPart(
        blobKey,
        (await upload()) ?? (await beginUpload()),
        partNumber(start),
        body,
      )
      const key = `${at}.p${Buffer.from(tag).toString('base64url')}`
      await objects.put(key, bodyOf(Buffer.alloc(0)))
      return { key, start, end, tag }
    },
    drop: (some: Piece[]) => removeAll(some.map(({ key }) => key)),
    /** Forgets everything; up to where it came comes last, so that whoever is interrupted finds that again. */
    async dropAll(): Promise<void> {
      const keys = pieces.map(({ key }) => key)
      await removeAll(keys.slice(0, -1))
      await removeAll(keys.slice(-1))
      if (hasUpload) await objects.remove(uploadKey(name))
    },
  }
}

/** The pieces that follow upon each other, up to the last. @throws {UploadLost} they don't begin at the beginning */
export function chainOf(pieces: Piece[]): Piece[] {
  const byEnd = new Map(pieces.map((piece) => [piece.end, piece]))
  const chain: Piece[] = []
  let at = Math.max(...byEnd.keys())
  for (;;) {
    const piece = byEnd.get(at)
    if (!piece) throw new UploadLost(`what ends at ${at} is missing`)
    chain.unshift(piece)
    if (piece.start === 0) return chain
    at = piece.start
  }
}

export async function* listStaged(objects: S3Objects): AsyncGenerator<StoredBlob, void> {
  let last: StoredBlob | undefined
  for await (const { key, size, modified } of objects.list(ROOT)) {
    const [, name = '', entry] = /^staged\/(..\/[^/]+)\/(.+)$/.exec(key) ?? []
    if (!isName(name) || !entry) continue
    if (last && last.name !== name) yield last
    if (last?.name !== name) last = { name, size: 0, modified }
    last.size = Math.max(last.size, readPiece(key, size)?.end ?? 0)
    if (modified > last.modified) last.modified = modified
  }
  if (last) yield last
}

function readPiece(key: string, size: number): Piece | undefined {
  const [, end, start, kind, tag = ''] = /\/(\d{16})-(\d{16})\.(?:(t)|p([\w-]+))$/.exec(key) ?? []
  if (start === undefined || end === undefined) return undefined
  const piece = { key, start: Number(start), end: Number(end) }
  if (!kind) return { ...piece, tag: Buffer.from(tag, 'base64url').toString() }
  // Of a store that keeps what was cut off on its way there.
  return size === piece.end - piece.start ? { ...piece, tag: undefined } : undefined
}
