import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Blobs } from '../../server/blobs/blobs.ts'
import { openDiskStore } from '../../server/blobs/disk.ts'
import { newName } from '../../server/blobs/port.ts'
import { createLog } from '../../server/log.ts'
import { createPreviews, type PreviewRequest } from '../../server/previews/previews.ts'

type Parts = Parameters<typeof createPreviews>[0]

/** Previews of blobs on a real disk. `open` may hold back or refuse a reading of the blobs. */
export async function openStudio(
  t: TestContext,
  { open, ...parts }: Partial<Omit<Parts, 'blobs'>> & { open?: (key: string) => Promise<void> } = {},
) {
  const data = await mkdtemp(join(tmpdir(), 'carnet-studio-'))
  const disk = await openDiskStore({ folder: join(data, 'blobs'), staging: join(data, 'uploads') })
  const blobs: Pick<Blobs, 'open' | 'openStored'> = {
    async open(key, part) {
      await open?.(key)
      return await disk.open(key, part)
    },
    async openStored(key, _size, part) {
      const { stream } = await blobs.open(key, part)
      return { stream, length: part.end - part.start + 1, opening: undefined }
    },
  }
  const previews = createPreviews({ blobs, log: createLog('error'), ...parts })
  t.after(async () => {
    await previews.close()
    await rm(data, { recursive: true })
  })

  async function make(bytes: Uint8Array, type: string, request: Partial<Omit<PreviewRequest, 'size'>> = {}) {
    const key = newName()
    await disk.put(key, bytes)
    return await previews.make({ key, size: bytes.length, type, variant: 'thumb', urgent: true, ...request })
  }

  async function convert(bytes: Uint8Array, type: string): Promise<Uint8Array> {
    const key = newName()
    await disk.put(key, bytes)
    return await previews.convert({ key, size: bytes.length, type, urgent: true })
  }

  return { previews, disk, make, convert }
}

/** The worker processes of this process; Linux tells. */
export async function workerPids(): Promise<number[]> {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  return children.split(' ').filter(Boolean).map(Number)
}

export const notLinux =
  process.platform !== 'linux' && 'NOT TESTED HERE: Linux tells about processes and limits them'
