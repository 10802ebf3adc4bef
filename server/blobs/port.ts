import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'

/**
 * Where bytes lie, as they were given: what is sealed is sealed before it gets here. A blob is written once under a
 * name that the server makes, and never changes.
 *
 * A blob that is still being written is *staged*: `open`, `stat` and `list()` don't see it before `commit`.
 * Staged and committed blobs are two namespaces, so that an object store can complete an upload in place.
 *
 * One writer per staged name at a time: the caller holds the lock, since only it can lock across processes.
 * Every verb may reject with `StorageFull` or `StorageFailed`, and with TypeError on a name that `newName` can't have made.
 */
export interface BlobStore {
  /**
   * Writes one piece of a staged blob from `offset` (bytes) on. What lay beyond `offset` was never acknowledged
   * and is dropped. An empty blob needs one append of nothing.
   * Resolves with the new offset once the bytes below it are flushed; the caller records it only then.
   * A stream that breaks and a signal that aborts merely end the piece early: what had arrived counts.
   * `max` is the size (bytes) that the whole blob may reach.
   * Any rejection leaves the blob at `offset`.
   * @throws {BlobTooLarge} the stream goes past `max`
   * @throws {UploadLost} fewer than `offset` bytes are staged
   */
  append(name: string, offset: number, bytes: Bytes, options: AppendOptions): Promise<number>

  /**
   * Makes a staged blob permanent. Repeating it after a success, even from another process, gives the same answer.
   * @throws {UploadLost} nothing is staged and nothing was committed
   */
  commit(name: string): Promise<{ size: number }>

  /** Drops a staged blob; one that is absent is fine. */
  discard(name: string): Promise<void>

  /** Writes a blob at once, as durably as `append` and `commit`; whole or not at all. */
  put(name: string, bytes: Bytes | Uint8Array): Promise<{ size: number }>

  /**
   * Reads a blob, or the part from `start` to `end` (bytes, both included, as in an HTTP range).
   * The caller must read the stream to its end or destroy it.
   * @throws {BlobAbsent}
   * @throws {RangeError} the part doesn't lie inside the blob
   */
  open(name: string, part?: Part): Promise<{ stream: Readable; size: number }>

  /**
   * Reads a small blob that has `size` bytes, or a part of it, at once.
   * @throws {BlobAbsent}
   * @throws {BlobDamaged} it doesn't have that size, as far as the part tells
   */
  read(name: string, size: number, part?: Part): Promise<Uint8Array>

  /** Size (bytes) and time of writing; undefined when absent. */
  stat(name: string): Promise<{ size: number; modified: Date } | undefined>

  /** Removes a blob for good; one that is absent is fine. */
  remove(name: string): Promise<void>

  /** Every blob, in no order. Staged ones for a sweep to find what no upload refers to. */
  list(which?: 'committed' | 'staged'): AsyncIterable<StoredBlob>

  /** Rejects unless a small blob can be written, committed and removed right now. */
  check(): Promise<void>
}

/** A store that says whose it is: blobs of two databases in one place would be each other's leftovers. */
export interface MarkedStore extends BlobStore {
  /** What `writeMark` wrote last; undefined where there is none. */
  readMark(): Promise<string | undefined>

  /** Durable once it resolves; null takes the mark away. */
  writeMark(mark: string | null): Promise<void>
}

/** Chunks of bytes. `signal` ends streams only; who gives an iterable of another kind ends it by itself. */
export type Bytes = Readable | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>

/** Bytes, both included, as in an HTTP range. */
export type Part = { start: number; end: number }

export type StoredBlob = { name: string; size: number; modified: Date }

export interface AppendOptions {
  max: number
  signal?: AbortSignal
}

/** No room left on the disk, or in its quota. */
export class StorageFull extends Error {
  override name = 'StorageFull'
}

/** The store answers with a failure: a dying disk, a folder that isn't ours, a network that is gone; or damaged bytes. */
export class StorageFailed extends Error {
  override name = 'StorageFailed'
}

/** Bytes came, and they are not those that were stored. */
export class BlobDamaged extends StorageFailed {
  override name = 'BlobDamaged'
}

/** Nobody here can unwrap the secret that a blob was sealed with. */
export class SecretLost extends TypeError {
  override name = 'SecretLost'
}

export class BlobAbsent extends Error {
  override name = 'BlobAbsent'
}

/** The blob itself can't be read: trying again won't help, and no other blob is concerned. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof BlobAbsent || error instanceof BlobDamaged
}

export class BlobTooLarge extends Error {
  override name = 'BlobTooLarge'
}

/** The store holds less than was acknowledged: this upload can't go on and must start again. */
export class UploadLost extends Error {
  override name = 'UploadLost'
}

/** 160 random bits; the first byte stands apart so that a disk can spread the blobs over 256 folders. */
export function newName(): string {
  const hex = randomBytes(20).toString('hex')
  return `${hex.slice(0, 2)}/${hex.slice(2)}`
}

/** What is added together lies in one folder, so that one flush of it serves them all. */
export function newNames(count: number): string[] {
  const folder = newName().slice(0, 2)
  return Array.from({ length: count }, () => folder + newName().slice(2))
}

export function isName(name: string): boolean {
  return /^[0-9a-f]{2}\/[0-9a-f]{38}$/.test(name)
}

/** For adapters: the first line of every verb, so that nothing but our own names ever becomes a path. */
export function assertName(name: string): void {
  if (!isName(name)) throw new TypeError('not the name of a blob')
}
