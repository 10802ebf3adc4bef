import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { free, give } from './freeing.ts'
import { BlobDamaged, type Part } from './port.ts'

// A sealed blob is a row of pieces: nonce (12 bytes) ‖ AES-256-GCM of up to 64 KiB ‖ tag (16 bytes), NIST SP 800-38D.
// The nonce begins with the piece's number, and the name of the blob is authenticated with each: a piece that stands
// elsewhere, or in another blob, doesn't open. Each writing of a piece has a nonce of its own; that of a blob cut
// short at a piece's end is noticed by whoever knows its size.

const PIECE = 64 * 1024
const NONCE = 12
const TAG = 16
const OVERHEAD = NONCE + TAG
export const SEALED_PIECE = PIECE + OVERHEAD

/** Bound to the blob's name: what is sealed under another doesn't open. */
export type Seal = { key: KeyObject; aad: Uint8Array; name: string }

export function sealOf(name: string, secret: Uint8Array): Seal {
  return { key: createSecretKey(secret), aad: Buffer.from(name), name }
}

/** Bytes that a blob of `size` bytes takes once sealed. */
export function sealedSize(size: number): number {
  return size + OVERHEAD * Math.ceil(size / PIECE)
}

/** The inverse of `sealedSize`. @throws {BlobDamaged} nothing sealed has this size */
export function plainSize(sealed: number): number {
  const rest = sealed % SEALED_PIECE
  if (rest > 0 && rest <= OVERHEAD) throw new BlobDamaged(`${sealed} bytes are no sealed blob`)
  return Math.floor(sealed / SEALED_PIECE) * PIECE + Math.max(0, rest - OVERHEAD)
}

/** The piece that holds byte `offset`; where it begins in the blob, and as it is stored from `sealed` to `sealedEnd`, both included. */
export function pieceAt(offset: number) {
  const number = Math.floor(offset / PIECE)
  const sealed = number * SEALED_PIECE
  return { number, plain: number * PIECE, sealed, sealedEnd: sealed + SEALED_PIECE - 1 }
}

/** What to read as it is stored, both included, of a sealed blob of `size` bytes to have a part of it, and to open then. */
export function piecesOf(size: number, { start, end }: Part = { start: 0, end: size - 1 }) {
  const [first, last] = [pieceAt(start), pieceAt(end)]
  const stored = { start: first.sealed, end: Math.min(last.sealedEnd, sealedSize(size) - 1) }
  return { stored, first: first.number, start: start - first.plain, end: end - first.plain + 1 }
}

/**
 * Seals what comes, the first byte of which is at the beginning of piece `first`. A last piece that isn't full is
 * handed out too where `isEnd()` says that the blob ends there; otherwise `rest` is called with it.
 */
export async function* sealPieces(
  seal: Seal,
  first: number,
  bytes: AsyncIterable<Uint8Array>,
  { isEnd, rest }: { isEnd: () => boolean; rest?: (sealed: Uint8Array) => void },
): AsyncGenerator<Uint8Array, void> {
  let number = first
  let inPiece = 0
  let parts: Uint8Array[] = []
  let cipher: ReturnType<typeof startCipher> | undefined

  const begin = () => {
    const nonce = nonceOf(number)
    parts = [nonce]
    return startCipher(seal, nonce)
  }
  const end = () => {
    cipher?.final()
    const piece = cipher ? [...parts, cipher.getAuthTag()] : []
    cipher = undefined
    inPiece = 0
    number++
    return piece
  }

  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      cipher ??= begin()
      const part = chunk.subarray(at, at + PIECE - inPiece)
      parts.push(give(cipher.update(part)))
      at += part.length
      inPiece += part.length
      // As it is: bytes that are put together first would be copied, and thrown away, once more.
      if (inPiece === PIECE) yield* end()
    }
    // The cipher has copied it.
    free(chunk)
  }
  const last = end()
  if (isEnd()) yield* last
  else if (last.length > 0) rest?.(Buffer.concat(last))
}

/** The same for a small blob that is all there, which is given up. */
export function sealAtOnce(seal: Seal, bytes: Uint8Array): Uint8Array {
  const sealed = Buffer.allocUnsafeSlow(sealedSize(bytes.length))
  let end = 0
  const put = (part: Uint8Array) => {
    sealed.set(part, end)
    end += part.length
  }
  for (let number = 0; number * PIECE < bytes.length; number++) {
    const nonce = nonceOf(number)
    const cipher = startCipher(seal, nonce)
    put(nonce)
    const part = give(cipher.update(bytes.subarray(number * PIECE, (number + 1) * PIECE)))
    put(part)
    free(part)
    cipher.final()
    put(cipher.getAuthTag())
  }
  free(bytes)
  return give(sealed)
}

/** What opens a row of pieces that begins with number `first`: of what is in them, bytes `start` to `end`, `end` not included. */
export type Opening = { name: string; secret: Uint8Array; first: number; start: number; end: number }

/** @throws {BlobDamaged} they are damaged */
export async function* openBytes(
  { name, secret, first, start, end }: Opening,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  let at = 0
  for await (const piece of openPieces(sealOf(name, secret), first, sealed)) {
    const part = piece.subarray(Math.max(0, start - at), end - at)
    at += piece.length
    if (part.length > 0) yield part
  }
}

/** The same for few pieces that are all there. @throws {BlobDamaged} they are damaged */
export function openAtOnce({ name, secret, first, start, end }: Opening, sealed: Uint8Array): Uint8Array {
  const seal = sealOf(name, secret)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < sealed.length; at += SEALED_PIECE)
    pieces.push(openPiece(seal, first + pieces.length, sealed.subarray(at, at + SEALED_PIECE)))
  free(sealed)
  const bytes = pieces.length === 1 && pieces[0] ? pieces[0] : putTogether(pieces)
  const part = bytes.subarray(start, end)
  return part.length === bytes.length ? give(bytes) : part
}

function putTogether(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(pieces)
  for (const piece of pieces) free(give(piece))
  return bytes
}

/** Opens sealed pieces, of which the first is number `first`. @throws {BlobDamaged} they are damaged */
async function* openPieces(
  seal: Seal,
  first: number,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  let left: Uint8Array = new Uint8Array()
  let number = first
  for await (const chunk of sealed) {
    const bytes = left.length > 0 ? Buffer.concat([left, chunk]) : chunk
    const pieces = Math.floor(bytes.length / SEALED_PIECE)
    // Of its own: what it is part of is freed.
    left = Buffer.from(bytes.subarray(pieces * SEALED_PIECE))
    for (let i = 0; i < pieces; i++)
      yield give(openPiece(seal, number++, bytes.subarray(i * SEALED_PIECE, (i + 1) * SEALED_PIECE)))
    free(give(chunk))
  }
  if (left.length > 0) yield openPiece(seal, number, left)
}

/** @throws {BlobDamaged} it is damaged, or not that piece of that blob */
export function openPiece({ key, aad, name }: Seal, number: number, sealed: Uint8Array): Uint8Array {
  const nonce = sealed.subarray(0, NONCE)
  if (sealed.length <= OVERHEAD || Buffer.from(nonce).readUInt32BE() !== number)
    throw new BlobDamaged(`piece ${number} of ${name} is damaged`)
  const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  cipher.setAAD(aad)
  cipher.setAuthTag(sealed.subarray(-TAG))
  const plain = cipher.update(sealed.subarray(NONCE, -TAG))
  try {
    cipher.final()
  } catch (error) {
    throw new BlobDamaged(`piece ${number} of ${name} is damaged`, { cause: error })
  }
  return plain
}

function startCipher({ key, aad }: Seal, nonce: Uint8Array) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG })
  cipher.setAAD(aad)
  return cipher
}

/** Its number, and 64 random bits: a piece that is written again after a broken upload never repeats its nonce. */
function nonceOf(number: number): Uint8Array {
  const nonce = randomBytes(NONCE)
  nonce.writeUInt32BE(number)
  return nonce
}
