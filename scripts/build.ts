import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What the built pages are made of; a change in any of these makes dist/ stale. */
const SOURCES = ['web', 'core', 'vite.config.ts', 'package-lock.json']

async function newest(path: string): Promise<number> {
  const info = await stat(path)
  if (!info.isDirectory()) return info.mtimeMs
  // The folder's own time tells of removals.
  const names = await readdir(path)
  return Math.max(info.mtimeMs, ...(await Promise.all(names.map((name) => newest(join(path, name))))))
}

/** Builds the pages into dist/ unless they are newer than all they are made of. */
export async function buildWeb(): Promise<void> {
  const built = await stat(join(root, 'dist/index.html')).then(
    (info) => info.mtimeMs,
    () => 0,
  )
  const changed = Math.max(...(await Promise.all(SOURCES.map((path) => newest(join(root, path))))))
  if (built > changed) return
  const { build } = await import('vite')
  await build({ configFile: join(root, 'vite.config.ts'), root: join(root, 'web'), logLevel: 'warn' })
}

if (import.meta.main) await buildWeb()
