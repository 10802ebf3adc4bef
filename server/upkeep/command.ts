import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createBlobs, type Vault } from '../blobs/blobs.ts'
import type { BlobStore } from '../blobs/port.ts'
import { StartError } from '../start-error.ts'
import { openBackupFolder } from './backup-folder.ts'
import type { createCheck } from './check.ts'
import type { Finding } from './round.ts'

export const CHECK_USAGE = 'check [--repair [--extras] [--from BACKUP]]'

const NEXT_STEP =
  'Put files back from a backup by `npm run check -- --repair --from BACKUP`; drop what is of no use by `npm run check -- --repair`. Stored bytes that nothing refers to go a week after that was first seen; at once, if you are certain that the database is not older than they are, by `npm run check -- --repair --extras`.'

/** What was typed behind `check`. @throws {StartError} */
export async function readCheckWords(
  words: string[],
): Promise<{ repair: boolean; extras: boolean; from: string | undefined }> {
  try {
    const options = {
      repair: { type: 'boolean' },
      extras: { type: 'boolean' },
      from: { type: 'string' },
    } as const
    const { repair = false, extras = false, from } = parseArgs({ args: words, options, strict: true }).values
    if (!repair && (extras || from !== undefined))
      throw new Error(`--${extras ? 'extras' : 'from'} goes with --repair`)
    if (from === undefined) return { repair, extras, from }
    const folder = resolve(from)
    if (!(await stat(join(folder, 'blobs')).catch(() => undefined))?.isDirectory())
      throw new Error(`${folder} is no backup: it has no folder "blobs"`)
    return { repair, extras, from: folder }
  } catch (error) {
    throw new StartError(`usage: ${CHECK_USAGE}: ${(error as Error).message}`)
  }
}

/** The command: a line for each finding, and one at the end. Resolves with whether all is as it should be now. */
export async function runCheck(
  {
    check,
    store,
    vault,
  }: { check: Pick<ReturnType<typeof createCheck>, 'checkAll'>; store: BlobStore; vault: Vault },
  { repair, extras, from }: { repair: boolean; extras: boolean; from: string | undefined },
  say: (line: string) => void,
): Promise<boolean> {
  const backup = from
    ? createBlobs({ store: { ...store, ...openBackupFolder(join(from, 'blobs')) }, vault, seal: false })
    : undefined
  const tell = ({ kind, what, repaired }: Finding) =>
    say(`${kind.replace('_', ' ')}: ${what}${repaired ? ' (repaired)' : ''}`)
  const { run, left } = await check.checkAll({ repair, extras, backup, tell })
  const { files, previews, bytes } = run
  const read = `Read ${files} files and ${previews} previews, ${(bytes / 1e6).toFixed(1)} MB`
  say(left === 0 ? `${read}: all is as it should be` : `${read}: ${left} findings are left. ${NEXT_STEP}`)
  return left === 0
}
