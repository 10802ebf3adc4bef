import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../data-folder.ts'
import { StartError } from '../start-error.ts'
import { writeWhole } from './files.ts'

/** There while a restore is under way, or was cut off; holds which snapshot it restores. */
const pathIn = (dataDir: string) => join(dataDir, 'restoring')

export const RESTORING = 'restoring'

export async function readRestoring(dataDir: string): Promise<string | undefined> {
  const text = await readFile(pathIn(dataDir), 'utf8').catch(() => undefined)
  return text?.trim()
}

export async function beginRestoring(dataDir: string, snapshot: string): Promise<void> {
  await writeWhole(pathIn(dataDir), `${snapshot}\n`)
}

export async function endRestoring(dataDir: string): Promise<void> {
  await rm(pathIn(dataDir))
  await syncFolder(dataDir)
}

/** What is only half there must not be served. @throws {StartError} */
export async function refuseHalfRestored(dataDir: string): Promise<void> {
  const snapshot = await readRestoring(dataDir)
  if (snapshot !== undefined)
    throw new StartError(
      `DATA_DIR: a restore of ${snapshot} into ${dataDir} was cut off: repeat it, and it goes on`,
    )
}
