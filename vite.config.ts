import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { minifyContractRouter } from '@orpc/contract'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { contract } from './core/api/contract.ts'

/** Methods and paths of the contract without its schemas and prose, which only the server needs: keeps zod off phones. */
function contractOfRoutes(): Plugin {
  const withoutProse = (key: string, value: unknown) => {
    if (key !== 'route') return value
    const { summary: _summary, tags: _tags, ...route } = value as Record<string, unknown>
    return route
  }
  return {
    name: 'contract-of-routes',
    resolveId: (id) => (id === 'virtual:contract' ? '\0contract' : null),
    load: (id) =>
      id === '\0contract'
        ? `export const contract = ${JSON.stringify(minifyContractRouter(contract), withoutProse)}`
        : null,
  }
}

/** React Aria carries its few words in 34 languages; ours are three. It falls back to English by itself. */
function onlyOurLanguages(): Plugin {
  const foreign =
    /[\\/](?:react-aria|react-stately)[\\/].*[\\/]intl[\\/].*[\\/](?!en-US|fr-FR|es-ES)[a-z]{2}-[A-Z]{2}\.mjs$/
  return {
    name: 'only-our-languages',
    enforce: 'pre',
    load: (id) => (foreign.test(id) ? 'export default {}' : null),
  }
}

/** What pdf.js fetches by name when a PDF needs it: character maps, standard fonts, decoders that are no WebAssembly. */
function filesOfPdfJs(): Plugin {
  const from = join(import.meta.dirname, 'node_modules/pdfjs-dist')
  return {
    name: 'files-of-pdf-js',
    async generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === 'chunk')
      if (!chunks.some((chunk) => chunk.moduleIds.some((id) => id.includes('/pdfjs-dist/')))) return
      const { version } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8'))
      for (const folder of ['cmaps', 'standard_fonts', 'wasm']) {
        for (const name of await readdir(join(from, folder))) {
          if (name.endsWith('.wasm') || name.startsWith('quickjs')) continue
          const source = await readFile(join(from, folder, name))
          // Where web/pages/viewer/pdf-document.ts says that they are.
          this.emitFile({ type: 'asset', fileName: `assets/pdf-${version}/${folder}/${name}`, source })
        }
      }
    },
  }
}

export default defineConfig({
  root: 'web',
  plugins: [react(), contractOfRoutes(), onlyOurLanguages(), filesOfPdfJs()],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    // A data: URL would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The PDF viewer is that large, and comes with the first PDF only.
    chunkSizeWarningLimit: 600,
  },
})
