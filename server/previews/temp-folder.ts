import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** Two containers may have one folder for this, and each a process of that number. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
const NAMED = new RegExp(`^carnet-previews-${HOST}-(\\d+)-\\w{6}$`)

/** Of this process: in a container, the one that was killed may have had the same number. */
const ours = new Set<string>()

/**
 * A temporary folder, which names its process. What a killed one left is removed first: an office file that was just
 * being converted lies there as it was given, where LibreOffice has no folder in memory.
 */
export function makeTempFolder(): string {
  const base = tmpdir()
  asFarAsWeMay(() => {
    for (const name of readdirSync(base)) {
      const [, pid] = NAMED.exec(name) ?? []
      if (pid && !ours.has(name) && !runs(Number(pid)))
        asFarAsWeMay(() => rmSync(join(base, name), { recursive: true, force: true }))
    }
  })
  const path = mkdtempSync(join(base, `carnet-previews-${HOST}-${process.pid}-`))
  ours.add(basename(path))
  return path
}

/** Whether another process has this number now. */
function runs(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function asFarAsWeMay(work: () => void) {
  try {
    work()
  } catch {
    // Somebody else's.
  }
}
