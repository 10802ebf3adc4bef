import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { StartError } from '../start-error.ts'

const count = z.number().int().nonnegative()

/** What a snapshot says of itself. */
const manifestSchema = z.object({
  format: z.literal(1),
  takenAt: z.iso.datetime(),
  /** The oldest company's id: tells whose backups lie in a folder. */
  practice: z.string().nullable(),
  migrations: z.array(z.object({ number: count, name: z.string(), sha256: z.string() })),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: count })),
  sequences: z.array(z.object({ name: z.string(), value: z.string() })),
  jobs: count,
  blobs: z.object({ count, bytes: count }),
  /** Blobs that rows name and that could not be copied, or are not what the rows say. */
  problems: z.array(z.object({ name: z.string(), what: z.string() })),
  /** The fingerprint of the master key that opens what is sealed; null: nothing is. */
  masterKey: z.string().nullable(),
  /** What is kept as `DATA_DIR/secret` or in SECRET, sealed by the master key of this fingerprint. */
  secret: z.object({ masterKey: z.string(), sealed: z.string() }).nullable(),
})

export type Manifest = z.output<typeof manifestSchema>

export const MANIFEST = 'manifest.json'

/** A problem of blobs that are listed all the same, as the best there was of them. */
export const DAMAGED = 'damaged'

/** @throws {StartError} */
export async function readManifest(snapshot: string): Promise<Manifest> {
  const path = join(snapshot, MANIFEST)
  try {
    return manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it was made by another version, or is damaged' : error
    throw new StartError(`${path} can't be read: ${why}`)
  }
}

/** Those that a snapshot lists although they were not what rows say: what there is of them may have come right since. */
export function namesOfDamaged({ problems }: Pick<Manifest, 'problems'>): Set<string> {
  return new Set(problems.filter(({ what }) => what === DAMAGED).map(({ name }) => name))
}
