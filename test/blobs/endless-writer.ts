import { join } from 'node:path'
import { Readable } from 'node:stream'
import { openDiskStore } from '../../server/blobs/disk.ts'
import { newName } from '../../server/blobs/port.ts'

/** 420,000 bytes that tell whether a blob is whole. */
export const contentOf = (key: string) => `${key}\n`.repeat(10_000)

/** Run by itself: writes until it is killed, and says what was acknowledged. */
if (process.argv[1] === import.meta.filename) {
  const data = process.argv[2] ?? ''
  const blobs = await openDiskStore({ folder: join(data, 'blobs'), staging: join(data, 'uploads') })
  for (;;) {
    const [small, large] = [newName(), newName()]
    await blobs.put(small, Buffer.from(contentOf(small)))
    process.stdout.write(`put ${small}\n`)
    const bytes = Buffer.from(contentOf(large))
    for (let offset = 0; offset < bytes.length; ) {
      const piece = Readable.from([bytes.subarray(offset, offset + 37_123)])
      offset = await blobs.append(large, offset, piece, { max: bytes.length })
      process.stdout.write(`appended ${large} ${offset}\n`)
    }
  }
}
