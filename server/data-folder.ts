import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from './start-error.ts'

/**
 * Makes the data folder, readable by its owner only, and refuses symbolic links in it: whoever plants one
 * would choose where private bytes are written.
 * @throws {StartError}
 */
export async function openDataFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) {
        throw new StartError(
          `DATA_DIR: ${join(folder, entry.name)} is a symbolic link; move the real folder there`,
        )
      }
    }
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(`DATA_DIR: ${folder} can't be used: ${(error as Error).message}`)
  }
}

/** The key kept in the data folder, made on first use. Several processes may ask at once: one key wins. */
export async function readSecretKey(folder: string): Promise<string> {
  const path = join(folder, 'secret')
  const fresh = join(folder, `secret.${randomBytes(6).toString('hex')}`)
  const found = await readKey(path)
  if (found) return found
  const file = await open(fresh, 'wx', 0o600)
  try {
    await file.writeFile(`${randomBytes(32).toString('hex')}\n`)
    await file.sync()
    await link(fresh, path).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
    await syncFolder(folder)
  } finally {
    await file.close()
    await rm(fresh, { force: true })
  }
  const made = await readKey(path)
  if (!made) throw new StartError(`DATA_DIR: ${path} can't be read back`)
  return made
}

async function readKey(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw new StartError(`DATA_DIR: ${path} can't be read: ${error.message}`)
  })
  const key = text?.trim()
  if (key !== undefined && key.length < 32) {
    throw new StartError(
      `DATA_DIR: ${path} doesn't hold a key; restore it, or delete it to sign everybody out`,
    )
  }
  return key
}

/** A new name in a folder survives a power cut only once the folder itself is flushed. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
