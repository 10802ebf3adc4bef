import { createHash, randomBytes } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
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
  const found = await readKey(path)
  // The second is there while a rotation is under way, or was cut off.
  const next = await readKey(nextPath(path))
  const keys = [found, next].flatMap((text) => (text ? [keyIn(text, path)] : []))
  const [first] = keys
  if (!first) {
    throw new StartError(
      `The master key is missing: ${path} isn't there. Put it back from where you keep its copy; without it the files can't be read by anybody`,
    )
  }
  return keys.find((key) => fingerprintOf(key) === wanted) ?? refuseOther(first, wanted, path)
}

/**
 * Changes the master key for another. `rewrap` is given both, and ends once everything is wrapped by the new one.
 * Cut off anywhere, it can be repeated. Resolves with a sentence that says where the keys are now.
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
  const next = nextPath(path)
  const pending = await readKey(next)
  if (!pending || fingerprintOf(keyIn(pending, next)) !== wanted) {
    const fresh = from.masterKeyNext ?? randomBytes(32).toString('hex')
    await rm(next, { force: true })
    await writeKey(next, fresh)
    await syncFolder(dirname(path))
    await rewrap({ from: current, to: Buffer.from(fresh, 'hex') })
  }
  // From here on it is the one in `next` that is wanted.
  const found = await readKey(path)
  const former = `${path}.${fingerprintOf(found ? keyIn(found, path) : current)}`
  if (found) await rename(path, former)
  await rename(next, path)
  await syncFolder(dirname(path))
  return `The new master key is in ${path}, the former in ${former}. ${KEEP_FORMER}`
}

const KEEP_FORMER = 'Keep a copy of both: backups made until now need the former.'

function nextPath(path: string): string {
  return `${path}.next`
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
