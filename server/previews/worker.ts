import { once } from 'node:events'
import { readSync } from 'node:fs'
import { kindOf } from '../../core/kinds.ts'
import { free, give } from '../blobs/freeing.ts'
import { openBytes, SEALED_PIECE } from '../blobs/seal.ts'
import { decodeImage } from './image.ts'
import { BYTES_FD, type Coming, type Decoder, type Task, type WorkerMessage } from './messages.ts'

// Run in a process of its own, which may be killed at any moment; see worker-process.ts for its confinement.

/** A whole number of sealed pieces. */
const CHUNK_BYTES = 16 * SEALED_PIECE
/** Where they are received, again and again: larger than a chunk, so that none is taken for a buffer of its own, and freed. */
const room = Buffer.allocUnsafeSlow(CHUNK_BYTES + 1)

async function read(start: number, end: number): Promise<Uint8Array> {
  process.send?.({ wants: { start, end } } satisfies WorkerMessage)
  const [{ length, opening }] = (await once(process, 'message')) as [Coming]
  const stored = receive(length)
  const bytes = Buffer.allocUnsafeSlow(end - start + 1)
  let filled = 0
  try {
    for await (const chunk of opening ? openBytes(opening, stored) : stored) {
      bytes.set(chunk, filled)
      filled += chunk.length
      free(chunk)
    }
    return give(bytes)
  } catch (error) {
    process.send?.({ damaged: String(error).slice(0, 200) } satisfies WorkerMessage)
    // The last that is heard from here: no decoder is to make something of it, with the rest of them in the pipe.
    return new Promise(() => {})
  }
}

/**
 * By calls that wait, for there is nothing else to do: as a stream they would come by small pieces, each a turn of its
 * own. A chunk is there until the next is asked for.
 */
async function* receive(length: number): AsyncGenerator<Uint8Array, void> {
  for (let left = length; left > 0; ) {
    const chunk = room.subarray(0, Math.min(left, CHUNK_BYTES))
    for (let filled = 0; filled < chunk.length; ) {
      const bytesRead = readSync(BYTES_FD, chunk, filled, chunk.length - filled, null)
      // Nobody is left who would wait for an answer.
      if (bytesRead === 0) process.exit()
      filled += bytesRead
    }
    left -= chunk.length
    yield chunk
  }
}

async function decoderOf(type: string): Promise<Decoder> {
  const kind = kindOf(type)
  if (kind === 'pdf') return (await import('./pdf.ts')).decodePdf
  if (kind === 'video') return (await import('./video.ts')).decodeVideo
  if (kind === 'text') return (await import('./text.ts')).decodeText
  if (kind === 'audio') return (await import('./audio.ts')).decodeAudio
  if (type === 'image/heic' || type === 'image/heif') return (await import('./heic.ts')).decodeHeic
  return decodeImage
}

async function answer({ type, variant, size, pixels }: Task): Promise<WorkerMessage> {
  // Ranges come one after the other through the one pipe, whatever a decoder asks at once.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (start: number, end: number) => {
    const bytes = last.then(() => read(start, end))
    last = bytes
    return bytes
  }
  try {
    if (variant === 'blanks') {
      const { findBlanks } = await import('./blanks.ts')
      return { blanks: await findBlanks({ size, read: inTurn }) }
    }
    const decode = await decoderOf(type)
    return { made: await decode({ size, read: inTurn }, variant, pixels) }
  } catch (error) {
    return { unreadable: String(error).slice(0, 200) }
  } finally {
    await last.catch(() => {})
  }
}

process.on('disconnect', () => process.exit())
let message: WorkerMessage = { ready: true }
for (;;) {
  process.send?.(message)
  const [task] = await once(process, 'message')
  message = await answer(task)
}
