import { join } from 'node:path'
import type { Settings } from '../settings.ts'
import { openDiskStore } from './disk.ts'
import type { BlobStore } from './port.ts'

/** The store that the settings name. */
export async function openStore({ dataDir }: Settings): Promise<BlobStore> {
  return openDiskStore({ folder: join(dataDir, 'blobs'), staging: join(dataDir, 'uploads') })
}
