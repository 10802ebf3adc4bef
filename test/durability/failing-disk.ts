import plainFs from 'node:fs'
import fs, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

// Loaded into a server before the app (node --import): the calls by which it uses the disk are noted, and fail when
// asked to. That is the platform, and none of our code.

/** `at` counts the calls from 1; `lasting`: what comes after fails, too. */
export type Failure = { under: string; at?: number; code?: string; lasting?: boolean }

let failure: Failure = { under: '\0' }
let calls: string[] = []

function pass(call: string, path: string) {
  if (!path.startsWith(failure.under)) return
  calls.push(call)
  const { at = 0, code = 'EIO', lasting } = failure
  if (calls.length === at || (lasting && at > 0 && calls.length > at))
    throw Object.assign(new Error(`${code}: asked for, ${call} '${path}'`), { code, syscall: call, path })
}

const paths = new WeakMap<FileHandle, string>()
const platform = fs as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
for (const call of ['rename', 'unlink', 'lstat', 'readdir', 'mkdir', 'open']) {
  const real = platform[call]
  platform[call] = async (...args) => {
    pass(call, String(args[0]))
    const result = await real?.(...args)
    if (call === 'open') paths.set(result as FileHandle, String(args[0]))
    return result
  }
}

const some = await fs.open(import.meta.filename)
const handles = Object.getPrototypeOf(some) as typeof platform
await some.close()
for (const call of ['read', 'write', 'writev', 'datasync', 'sync', 'truncate', 'stat']) {
  const real = handles[call]
  handles[call] = async function (this: FileHandle, ...args) {
    pass(call, paths.get(this) ?? '')
    return real?.apply(this, args)
  }
}
// The same calls by descriptors, which call back.
const names = new Map<unknown, string>()
/** Called by its name in promises, where it has another. */
const CALLS = {
  open: 'open',
  readv: 'readv',
  writev: 'writev',
  fdatasync: 'datasync',
  fsync: 'sync',
} as const
for (const [call, name] of Object.entries(CALLS) as [keyof typeof CALLS, string][]) {
  const real = plainFs[call] as (...args: unknown[]) => void
  const failing = (...args: unknown[]) => {
    const done = args.pop() as (error: unknown, ...results: unknown[]) => void
    const path = call === 'open' ? String(args[0]) : (names.get(args[0]) ?? '')
    try {
      pass(name, path)
    } catch (error) {
      done(error)
      return
    }
    real(...args, (error: unknown, ...results: unknown[]) => {
      if (call === 'open') names.set(results[0], path)
      done(error, ...results)
    })
  }
  // How `promisify` names what it calls back with.
  Object.defineProperties(failing, Object.getOwnPropertyDescriptors(real))
  plainFs[call] = failing as never
}
syncBuiltinESMExports()

process.on('message', ({ number, what, input }: { number: number; what: string; input: Failure }) => {
  if (what === 'fail') {
    failure = input
    calls = []
    process.send?.({ number })
  }
  if (what === 'calls') process.send?.({ number, output: calls })
})
