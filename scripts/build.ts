import { readdir, rename, rm, stat, utimes } from 'node:fs/promises'
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
  const dist = join(root, 'dist')
  const built = await stat(join(dist, 'index.html')).then(
    (info) => info.mtimeMs,
    () => 0,
  )
  const changed = Math.max(...(await Promise.all(SOURCES.map((path) => newest(join(root, path))))))
  if (built > changed) return
  const began = new Date()
  // Aside, then in one move: a server may be serving the old ones, another process may be building too.
  const aside = join(root, 'node_modules/.cache', `web-${process.pid}`)
  const { build } = await import('vite')
  await build({
    configFile: join(root, 'vite.config.ts'),
    root: join(root, 'web'),
    logLevel: 'warn',
    build: { outDir: aside },
  })
  // A source that changed during the build is newer than what was built.
  await utimes(join(aside, 'index.html'), began, began)
  await rm(dist, { recursive: true, force: true })
  await rename(aside, dist).catch(async (error) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    await rm(aside, { recursive: true })
  })
}

if (import.meta.main) await buildWeb()
