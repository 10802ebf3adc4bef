import type { BackedUp } from './backup.ts'
import type { Restored } from './restore.ts'
import type { Verified } from './verify.ts'

const say = (...lines: string[]) => process.stdout.write(lines.map((line) => `${line}\n`).join(''))

const size = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

/** Some of many. */
const some = (names: readonly string[]) =>
  names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '')

export function sayBackedUp(
  { snapshot, ahead, manifest, added, pruned, replaced, altered }: BackedUp,
  path: string,
  keyless: string,
): void {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
  const { blobs, problems } = manifest
  say(
    `Snapshot ${snapshot} in ${path}: ${rows} rows, ${blobs.count} files and previews (${size(blobs.bytes)}), of which ${added.count} are new (${size(added.bytes)}).`,
  )
  if (ahead)
    say(
      `A CLOCK IS OR WAS WRONG: ${ahead}, the newest snapshot until now, has a later name than the time by this machine's clock. This one is named after it, to be the newest all the same; its manifest.json has the time by the database's clock.`,
    )
  if (pruned.snapshots + pruned.copies > 0)
    say(`Pruned ${pruned.snapshots} older snapshots, and ${pruned.copies} copies that no other names.`)
  if (replaced > 0) say(`${replaced} copies had been altered or lost, and were made again.`)
  if (altered.length > 0)
    say(`DAMAGED in ${path}, and not to be made again from what is stored now: ${some(altered)}.`)
  if (problems.length > 0)
    say(
      `NOT WHOLE: rows name ${problems.length} files that can't be had as they should be (${some(problems.map(({ name, what }) => `${name} ${what}`))}). Nothing was pruned. Run "npm run check".`,
    )
  if (keyless) say(`SECRET is not in the backup, since the master key can't be read: ${keyless}`)
  say(
    '',
    'THE MASTER KEY IS NOT IN THIS BACKUP. Without it no sealed file can be read again, by anybody:',
    `keep a copy of it (${manifest.masterKey ?? 'nothing is sealed yet'}) away from the files and from this folder.`,
  )
}

export function sayVerified({ snapshots, copies, bytes, alteredFiles, alteredCopies }: Verified): void {
  say(`Read ${snapshots} snapshots and ${copies} copies of files (${size(bytes)}).`)
  if (alteredFiles.length > 0) say(`DAMAGED: ${some(alteredFiles)}.`)
  if (alteredCopies.length > 0)
    say(
      `DAMAGED: ${some(alteredCopies.map((name) => `blobs/${name}`))}. The next backup with --verify makes again those that are still stored.`,
    )
  if (snapshots === 0) say('There is no snapshot.')
  else if (alteredFiles.length + alteredCopies.length === 0) say('All is as it was written.')
}

export function sayRestored({ snapshot, manifest, lost, secret }: Restored, dataDir: string): void {
  const { blobs, problems } = manifest
  say(
    `Restored ${snapshot} into ${dataDir}: ${blobs.count - lost.length} files and previews (${size(blobs.bytes)}), all of them as they were. Start Carnet.`,
  )
  if (lost.length > 0) say(`LEFT OUT, since their copies are damaged: ${some(lost)}.`)
  if (problems.length > 0)
    say(`When it was made, these were missing or damaged already: ${some(problems.map(({ name }) => name))}.`)
  if (secret === 'in the environment')
    say('SECRET is taken from the environment: with another than before, everybody is signed out.')
  if (secret === 'absent')
    say(
      'The key that signs sessions is not in the backup: everybody is signed out, and who uses an authenticator app needs a recovery code.',
    )
  say('What people had begun to upload has to be sent again.')
}
