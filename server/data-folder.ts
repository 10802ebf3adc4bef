import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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

/** The key that signs sessions, made on first use. */
export async function readSecretKey(folder: string): Promise<string> {
  return ensureKey(join(folder, 'secret'), 'or delete it to sign everybody out')
}

/**
 * The 256 random bits in a file, as 64 hexadecimal digits; made on first use. Several processes may ask at once: one
 * key wins. `otherwise` says what else than restoring the file helps. @throws {StartError}
 */
export async function ensureKey(path: string, otherwise?: string): Promise<string> {
  const found = await readKey(path, otherwise)
  if (found) return found
  const fresh = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeKey(fresh, randomBytes(32).toString('hex'))
    await link(fresh, path).catch((error) => {
      if (error.code !== 'EEXIST') throw error
    })
    await syncFolder(dirname(path))
  } finally {
    await rm(fresh, { force: true })
  }
  const made = await readKey(path, otherwise)
  if (!made) throw new StartError(`${path} can't be read back`)
  return made
}

/** A new file, for its owner only, durable but for its name. */
export async function writeKey(path: string, key: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(`${key}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** @throws {StartError} it can't be read, or holds no key */
export async function readKey(path: string, otherwise?: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw new StartError(`${path} can't be read: ${error.message}`)
  })
  const key = text?.trim()
  if (key !== undefined && key.length < 32) {
    throw new StartError(`${path} doesn't hold a key; restore it${otherwise ? `, ${otherwise}` : ''}`)
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
