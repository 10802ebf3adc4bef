import '@napi-rs/webcodecs/polyfill'
import { ALL_FORMATS, CustomSource, Input } from 'mediabunny'
import type { Source } from './messages.ts'

/** A film or a recording, of which only what is asked for is read. */
export function openMedia({ size, read }: Source): Input {
  const source = new CustomSource({
    getSize: () => size,
    read: (start, end) => read(start, end - 1),
    // Reading from another process is slow to begin: a recording may have a hundred thousand packets.
    prefetchProfile: 'network',
  })
  return new Input({ source, formats: ALL_FORMATS })
}

/** Seconds, as the file says or as its last packets tell; a recording that was cut short may tell neither. */
export async function durationOf(input: Input): Promise<{ duration?: number }> {
  const duration = (await input.getDurationFromMetadata()) ?? (await input.computeDuration().catch(() => 0))
  return Number.isFinite(duration) && duration > 0 ? { duration } : {}
}
