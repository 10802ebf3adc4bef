import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const ROOT = join(import.meta.dirname, '../..')

/**
 * The server's process in one file, which starts in a fraction of the time: that counts a thousand times. What lies
 * beside the sources, previews among it, isn't there. Resolves with its path, for this process alone.
 */
export async function bundleServer(): Promise<string> {
  const outDir = join(ROOT, 'node_modules/.cache/carnet-durability')
  const file = `server-${process.pid}.mjs`
  await build({
    root: ROOT,
    configFile: false,
    logLevel: 'silent',
    ssr: {
      noExternal: true,
      external: ['sharp', '@hyzyla/pdfium', '@napi-rs/webcodecs', 'libheif-js', 'pg-native'],
    },
    build: {
      ssr: join(import.meta.dirname, 'server-process.ts'),
      outDir,
      emptyOutDir: false,
      target: 'node24',
      rolldownOptions: { output: { entryFileNames: file, codeSplitting: false } },
    },
  })
  process.once('exit', () => rmSync(join(outDir, file), { force: true }))
  return join(outDir, file)
}
