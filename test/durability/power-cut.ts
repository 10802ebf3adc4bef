import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { copyFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTempFolder } from '../temp-folder.ts'
import type { Disk } from './rounds.ts'

const SIZE = 256 * 1024 * 1024

/**
 * A disk whose power is cut at each end of the server: a file system in a file, of which only what had reached that
 * file is there again, as after a real cut. So it shows whether what was promised had been flushed, in the right
 * order. Undefined where this system lets us mount nothing.
 */
export async function openFragileDisk(): Promise<Disk | undefined> {
  const folder = await makeTempFolder()
  const image = join(folder, 'disk')
  const dataDir = await makeTempFolder()
  // Without the delays of a journal that writes itself every five seconds, a missing flush may look like a good one.
  const made = spawnSync('mkfs.ext4', ['-q', '-E', 'nodiscard', image, String(SIZE / 1024)])
  const tried = spawnSync('unshare', ['-m', 'mount', '-o', 'loop', image, dataDir])
  if (made.status !== 0 || tried.status !== 0) return undefined
  return {
    dataDir,
    mount: ['-o', 'loop,commit=300', image],
    own: ['unshare', '-m'],
    // The mount is the server's own, and ends with it.
    seen: ({ pid }) => `/proc/${pid}/root${dataDir}`,
    async end(server) {
      process.kill(server.pid, 'SIGSTOP')
      const left = `${image}.left`
      // What the kernel had begun to write may still be on its way.
      do await copyFile(image, left)
      while (!readFileSync(left).equals(readFileSync(image)))
      await server.kill()
      await rename(left, image)
    },
  }
}
