const given = new WeakSet<ArrayBufferLike>()

/** Smaller ones are not worth it, and many share their memory with others. */
const LEAST = 1024

/** Says that whoever has done with these bytes may free them: nobody else will look at them. */
export function give<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  if (bytes.length >= LEAST && bytes.length === bytes.buffer.byteLength) given.add(bytes.buffer)
  return bytes
}

/**
 * Frees bytes, if they were given, at once, with all that they are part of: they are empty from here on. Left to the
 * garbage collector, they count against the whole heap, which it goes through for every few dozen megabytes
 * (docs/decisions/0037-garbage-of-bytes.md).
 */
export function free({ buffer }: Uint8Array): void {
  if (given.delete(buffer) && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
