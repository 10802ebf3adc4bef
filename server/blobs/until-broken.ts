import { addAbortSignal, Readable } from 'node:stream'
import type { Bytes } from './port.ts'

/**
 * What comes, until its sender breaks off or `signal` aborts: then it merely ends. A stream isn't destroyed when its
 * reader stops: its socket still has to carry our answer.
 */
export async function* untilBroken(
  bytes: Bytes,
  { signal, onBroken }: { signal?: AbortSignal | undefined; onBroken?: (error: unknown) => void } = {},
): AsyncGenerator<Uint8Array, void> {
  const stream = bytes instanceof ReadableStream ? Readable.fromWeb(bytes as never) : bytes
  if (signal && stream instanceof Readable) addAbortSignal(signal, stream)
  try {
    yield* stream instanceof Readable ? stream.iterator({ destroyOnReturn: false }) : stream
  } catch (error) {
    onBroken?.(error)
  }
}
