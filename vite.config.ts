import { minifyContractRouter } from '@orpc/contract'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { contract } from './core/api/contract.ts'

/** Methods and paths of the contract without its schemas, which only the server needs: keeps zod off phones. */
function contractOfRoutes(): Plugin {
  return {
    name: 'contract-of-routes',
    resolveId: (id) => (id === 'virtual:contract' ? '\0contract' : null),
    load: (id) =>
      id === '\0contract'
        ? `export const contract = ${JSON.stringify(minifyContractRouter(contract))}`
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

export default defineConfig({
  root: 'web',
  plugins: [react(), contractOfRoutes(), onlyOurLanguages()],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    // A data: URL would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
