import { once } from 'node:events'
import { Socket } from 'node:net'
import { decodeImage } from './image.ts'
import { BYTES_FD, type Task, type WorkerMessage } from './messages.ts'

// Run in a process of its own, which may be killed at any moment; see worker-process.ts for its confinement.

const source = new Socket({ fd: BYTES_FD, readable: true, writable: false })

async function read(size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  if (size === 0) return bytes
  process.send?.({ wants: { start: 0, end: size - 1 } } satisfies WorkerMessage)
  let filled = 0
  await new Promise<void>((resolve) => {
    source.on('data', function fill(chunk: Buffer) {
      bytes.set(chunk, filled)
      filled += chunk.length
      if (filled < size) return
      source.off('data', fill)
      resolve()
    })
  })
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
let message: WorkerMessage = { ready: true }
for (;;) {
  process.send?.(message)
  const [task] = await once(process, 'message')
  message = await answer(task)
}
