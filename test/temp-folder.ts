import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

const made: string[] = []

// Hooks of a test run in the order in which they were set: only the file's own come after what lives in the folders.
after(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true })
})

/** A folder that goes when the file's tests are over. */
export async function makeTempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'carnet-test-'))
  made.push(folder)
  return folder
}
