import { api } from '../api.ts'
import { type KeptBatch, keepBatch } from './kept-uploads.ts'

const underWay = new Map<string, Promise<string>>()

/**
 * The id of a batch's folder, made when first asked for, with those around it; its own place for the empty path.
 * @throws Problem, TypeError; asking again tries again
 */
export async function createFolderOnce(batch: KeptBatch, path: string): Promise<string | null> {
  if (path === '') return batch.parentId
  const known = batch.folders[path]
  if (known) return known
  const key = `${batch.id}/${path}`
  const making = underWay.get(key) ?? createFolder(batch, path)
  underWay.set(key, making)
  try {
    return await making
  } finally {
    underWay.delete(key)
  }
}

async function createFolder(batch: KeptBatch, path: string): Promise<string> {
  const { spaceId, branchId } = batch
  if (!spaceId) throw new Error('Clients make no folders')
  const cut = path.lastIndexOf('/')
  const parentId = await createFolderOnce(batch, path.slice(0, Math.max(0, cut)))
  const name = path.slice(cut + 1)
  const { id } = await api.files.createFolder.call({ spaceId, parentId, name, ...(branchId && { branchId }) })
  batch.folders[path] = id
  await keepBatch(batch)
  return id
}
