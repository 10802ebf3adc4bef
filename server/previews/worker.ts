import { once } from 'node:events'
import { decodeImage } from './image.ts'
import { PIECE_BYTES, type Task, type WorkerMessage } from './messages.ts'

// Run in a process of its own, which may be killed at any moment; see worker-process.ts for its confinement.

async function say(message: WorkerMessage): Promise<unknown> {
  process.send?.(message)
  const [answer] = await once(process, 'message')
  return answer
}

async function read(size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  for (let start = 0; start < size; start += PIECE_BYTES) {
    const wants = { start, end: Math.min(start + PIECE_BYTES, size) - 1 }
    bytes.set((await say({ wants })) as Uint8Array, start)
  }
  return bytes
}

async function answer({ type, variant, size, pixels }: Task): Promise<WorkerMessage> {
  const bytes = await read(size)
  try {
    const decode = type === 'application/pdf' ? (await import('./pdf.ts')).decodePdf : decodeImage
    return { made: await decode(bytes, variant, pixels) }
  } catch (error) {
    return { unreadable: String(error).slice(0, 200) }
  }
}

process.on('disconnect', () => process.exit())
let task = await say({ ready: true })
for (;;) task = await say(await answer(task as Task))
