import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAMED = /^carnet-previews-(\d+)-\w{6}$/

/** Of this process: in a container, the one that was killed may have had the same number. */
const ours = new Set<string>()

/**
 * A temporary folder, which names its process. What a killed one left is removed first: an office file that was just
 * being converted lies there as it was given, where LibreOffice has no folder in memory.
 */
export function makeTempFolder(): string {
  const base = tmpdir()
  for (const name of readdirSync(base)) {
    const [, pid] = NAMED.exec(name) ?? []
    if (pid && !ours.has(name) && !runs(Number(pid))) removeAsFarAsWeMay(join(base, name))
  }
  const path = mkdtempSync(join(base, `carnet-previews-${process.pid}-`))
  ours.add(path.slice(base.length + 1))
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

function removeAsFarAsWeMay(path: string) {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // Somebody else's.
  }
}
