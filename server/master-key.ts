import { createHash, randomBytes } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ensureKey, readKey, syncFolder, writeKey } from './data-folder.ts'
import type { Settings } from './settings.ts'
import { StartError } from './start-error.ts'

type From = Pick<Settings, 'masterKey' | 'masterKeyFile' | 'dataDir'>

/** Names a master key without telling anything of it: 16 hexadecimal digits. */
export function fingerprintOf(key: Uint8Array): string {
  return createHash('sha256').update('carnet master key\0').update(key).digest('hex').slice(0, 16)
}

/** Where the master key is kept, unless the environment has it. */
function masterKeyPath({ masterKeyFile, dataDir }: From): string {
  return masterKeyFile ?? join(dataDir, 'master.key')
}

/**
 * The master key. `wanted` is the fingerprint of the one that what is stored was sealed with; without it there is
 * nothing yet, and a key is made where there is none.
 * @throws {StartError} it is missing, or another one
 */
export async function readMasterKey(from: From, wanted: string | undefined): Promise<Uint8Array> {
  if (from.masterKey) return refuseOther(Buffer.from(from.masterKey, 'hex'), wanted, 'MASTER_KEY')
  const path = masterKeyPath(from)
  if (!wanted) return keyIn(await ensureKey(path), path)
  // One of the others while a rotation is under way, or was cut off.
  const texts = await Promise.all([path, nextPath(path), asidePath(path, wanted)].map((one) => readKey(one)))
  const keys = texts.flatMap((text) => (text ? [keyIn(text, path)] : []))
  const [first] = keys
  if (!first) {
    throw new StartError(
      `The master key is missing: ${path} isn't there. Put it back from where you keep its copy; without it the files can't be read by anybody`,
    )
  }
  return keys.find((key) => fingerprintOf(key) === wanted) ?? refuseOther(first, wanted, path)
}

/**
 * Changes the master key for another: one caller at a time. `rewrap` is given both, and ends once everything is wrapped
 * by the new one. No key is ever deleted. Cut off anywhere, it can be repeated. Resolves with a sentence that says where
 * the keys are now.
 * @throws {StartError}
 */
export async function rotateMasterKey(
  from: From & Pick<Settings, 'masterKeyNext'>,
  wanted: string,
  rewrap: (keys: { from: Uint8Array; to: Uint8Array }) => Promise<unknown>,
): Promise<string> {
  const current = await readMasterKey(from, wanted)
  if (from.masterKey) {
    if (!from.masterKeyNext) throw new StartError('MASTER_KEY_NEXT must say what the key is to be')
    await rewrap({ from: current, to: Buffer.from(from.masterKeyNext, 'hex') })
    return `Set MASTER_KEY to what MASTER_KEY_NEXT is, and start Carnet again. ${KEEP_FORMER}`
  }
  const path = masterKeyPath(from)
  const former = asidePath(path, wanted)
  const said = `The new master key is in ${path}, the former in ${former}. ${KEEP_FORMER}`
  const pending = await readKey(nextPath(path))
  // Former versions rewrapped before they put the key in place.
  if (pending && fingerprintOf(keyIn(pending, path)) === wanted) {
    const replaced = await readKey(path)
    await putInPlace(path)
    return replaced ? said.replace(former, asidePath(path, fingerprintOf(keyIn(replaced, path)))) : said
  }
  const placed = await readKey(path)
  // Put in place by a rotation that was cut off before anything was wrapped by it.
  const ready = placed && fingerprintOf(keyIn(placed, path)) !== wanted ? placed : undefined
  const fresh = from.masterKeyNext ?? ready ?? randomBytes(32).toString('hex')
  if (fresh !== ready) {
    if (pending) await rename(nextPath(path), asidePath(path, fingerprintOf(keyIn(pending, path))))
    await writeKey(nextPath(path), fresh)
    // Before anything is wrapped by it: where this can't be done, nothing has changed.
    await putInPlace(path)
  }
  await rewrap({ from: current, to: Buffer.from(fresh, 'hex') })
  return said
}

/** The key in `next` becomes the one in `path`; the one that is there stays beside it, under its fingerprint. */
async function putInPlace(path: string): Promise<void> {
  await syncFolder(dirname(path))
  try {
    const found = await readKey(path)
    if (found) await rename(path, asidePath(path, fingerprintOf(keyIn(found, path))))
    await rename(nextPath(path), path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall !== 'rename') throw error
    throw new StartError(
      `${path} can't be replaced (${(error as Error).message}): is it mounted by itself? Nothing has changed. Give the present key as MASTER_KEY and the new one as MASTER_KEY_NEXT, and put the new one in its place yourself`,
    )
  }
  await syncFolder(dirname(path))
}

const KEEP_FORMER = 'Keep a copy of both: backups made until now need the former.'

function nextPath(path: string): string {
  return `${path}.next`
}

/** Where a key is kept that is in use no more, or not yet. */
function asidePath(path: string, fingerprint: string): string {
  return `${path}.${fingerprint}`
}

function keyIn(text: string, path: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new StartError(`${path} doesn't hold a master key (64 hexadecimal digits); restore it`)
  return Buffer.from(text, 'hex')
}

function refuseOther(key: Uint8Array, wanted: string | undefined, where: string): Uint8Array {
  const fingerprint = fingerprintOf(key)
  if (wanted === undefined || wanted === fingerprint) return key
  throw new StartError(
    `The master key in ${where} is not the one that the files were sealed with: it is ${fingerprint}, they need ${wanted}. Put that one back; without it they can't be read by anybody`,
  )
}
