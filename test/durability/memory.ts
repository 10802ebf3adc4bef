import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'

/** Above what it held when idle, while anything goes through it. */
const ALLOWED = 100 * 1024 * 1024

/** Does work, and asserts that a process held at most so much more memory meanwhile than before. Of Linux only. */
export async function withinBounds<T>(pid: number, what: string, work: () => Promise<T>): Promise<T> {
  const idle = await readStatus(pid, 'VmRSS')
  // From here on the peak is counted anew.
  await writeFile(`/proc/${pid}/clear_refs`, '5')
  const result = await work()
  const more = (await readStatus(pid, 'VmHWM')) - idle
  console.log(`${what}: ${Math.round(more / 1024 ** 2)} MB above ${Math.round(idle / 1024 ** 2)} MB`)
  assert.ok(more <= ALLOWED, `${what} took ${more} bytes of memory`)
  return result
}

async function readStatus(pid: number, field: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(new RegExp(`${field}:\\s*(\\d+) kB`).exec(status)?.[1]) * 1024
}
