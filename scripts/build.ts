import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'

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

/** What the first visits ask for; whatever else compresses is asked for seldom. */
const COMPRESSED = new Set(['.css', '.html', '.js', '.mjs', '.svg'])

/** Has what is sent compressed lie beside it, as small as can be: done for each visit, or each start, it would take long. */
async function compress(folder: string): Promise<void> {
  const paths = (await readdir(folder, { recursive: true })).map((name) => join(folder, name))
  await Promise.all(
    paths
      .filter((path) => COMPRESSED.has(extname(path)))
      .map(async (path) => writeFile(`${path}.br`, await promisify(brotliCompress)(await readFile(path)))),
  )
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
  await compress(aside)
  // A source that changed during the build is newer than what was built.
  await utimes(join(aside, 'index.html'), began, began)
  await rm(dist, { recursive: true, force: true })
  await rename(aside, dist).catch(async (error) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    await rm(aside, { recursive: true })
  })
}

if (import.meta.main) await buildWeb()
