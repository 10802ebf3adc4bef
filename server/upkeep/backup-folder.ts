import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { assertName, BlobAbsent, type BlobStore } from '../blobs/port.ts'

/** The blobs of a backup, as they were stored; nothing is written there. */
export function openBackupFolder(folder: string): Pick<BlobStore, 'open'> {
  return {
    async open(name, part) {
      assertName(name)
      const file = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW).catch(
        (error) => {
          throw error.code === 'ENOENT' ? new BlobAbsent(name) : error
        },
      )
      const { size } = await file.stat()
      return { stream: file.createReadStream(part ?? {}), size }
    },
  }
}
