import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { build } from 'vite'
import { openPages } from '../../server/http/pages.ts'

const root = join(import.meta.dirname, '../..')

/** Builds the pages that show every part, and serves them as the app's own are, security policy and all. */
export async function serveGallery() {
  const folder = await mkdtemp(join(tmpdir(), 'carnet-gallery-'))
  await build({
    configFile: join(root, 'vite.config.ts'),
    root: join(root, 'test/web/gallery'),
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  })
  // Nobody is told or asked anything here.
  const app = new Hono()
    .get('/api/inbox', (c) => c.json({ notes: [], unread: 0, next: null }))
    .get('/api/*', (c) => c.json([]))
    .get('*', await openPages(folder))
  const server = createAdaptorServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}
