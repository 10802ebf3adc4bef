import { join } from 'node:path'
import { Readable } from 'node:stream'
import { openDiskStore } from '../../server/blobs/disk.ts'
import { newName } from '../../server/blobs/port.ts'
import { openS3Store } from '../../server/blobs/s3.ts'

/** Bytes that tell whether a blob is whole: 420,000 unless said otherwise. */
export const contentOf = (name: string, lines = 10_000) => `${name}\n`.repeat(lines)

/** Run by itself: writes until it is killed, and says what was acknowledged. With an S3 place, large blobs to the end. */
if (process.argv[1] === import.meta.filename) {
  const [, , data = '', s3] = process.argv
  const store = s3
    ? openS3Store(JSON.parse(s3), { spoolFolder: join(data, 'spool') })
    : await openDiskStore({ folder: join(data, 'blobs'), staging: join(data, 'uploads') })
  for (;;) {
    const [small, large] = [newName(), newName()]
    await store.put(small, Buffer.from(contentOf(small)))
    process.stdout.write(`put ${small}\n`)
    const bytes = Buffer.from(contentOf(large, s3 ? 300_000 : undefined))
    const size = s3 ? 2_345_678 : 37_123
    for (let offset = 0; offset < bytes.length; ) {
      const piece = Readable.from([bytes.subarray(offset, offset + size)])
      offset = await store.append(large, offset, piece, { max: bytes.length })
      process.stdout.write(`appended ${large} ${offset}\n`)
    }
    if (!s3) continue
    await store.commit(large)
    process.stdout.write(`committed ${large}\n`)
  }
}
