import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openDiskBlobs } from '../../server/blobs/disk.ts'
import { testBlobs } from './suite.ts'

async function newFolder(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'carnet-blobs-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

testBlobs('disk', async (t) => {
  const data = await newFolder(t)
  const reopen = () => openDiskBlobs({ folder: join(data, 'blobs'), staging: join(data, 'uploads') })
  return { blobs: await reopen(), reopen }
})
