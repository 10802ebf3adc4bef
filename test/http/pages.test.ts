import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { openPages } from '../../server/http/pages.ts'
import { makeTempFolder } from '../temp-folder.ts'

const SCRIPT = 'console.log("x");'.repeat(1000)

async function openSite() {
  const folder = await makeTempFolder()
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>')
  await writeFile(join(folder, 'assets/main-abc.js'), SCRIPT)
  await writeFile(join(folder, 'assets/font.woff2'), 'font')
  await writeFile(join(folder, 'assets/ready.js'), 'plain')
  await writeFile(join(folder, 'assets/ready.js.br'), brotliCompressSync('compressed'))
  const app = new Hono().get('/*', await openPages(folder))
  app.onError(() => new Response('refused', { status: 404 }))
  return (path: string, headers: Record<string, string> = {}) => app.request(path, { headers })
}

test('whatever address is no file is a page of the app, asked for anew each time', async () => {
  const get = await openSite()
  for (const path of ['/', '/contacts', '/clients/7/files', '/index.html']) {
    const answer = await get(path)
    assert.equal(await answer.text(), '<!doctype html>')
    assert.equal(answer.headers.get('Cache-Control'), 'no-cache')
    const policy = answer.headers.get('Content-Security-Policy') ?? ''
    assert.match(policy, /script-src 'self';/)
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
  }
})

test('assets are kept for ever, compressed as the browser can take it, and told apart', async () => {
  const get = await openSite()
  const path = '/assets/main-abc.js'
  const plain = await get(path)
  assert.equal(await plain.text(), SCRIPT)
  assert.equal(plain.headers.get('Cache-Control'), 'public, max-age=31536000, immutable')
  assert.equal(plain.headers.get('Content-Type'), 'text/javascript; charset=utf-8')

  const brotli = await get(path, { 'Accept-Encoding': 'gzip, deflate, br' })
  assert.equal(brotli.headers.get('Content-Encoding'), 'br')
  assert.equal(brotliDecompressSync(await brotli.arrayBuffer()).toString(), SCRIPT)
  const gzip = await get(path, { 'Accept-Encoding': 'gzip, br;q=0' })
  assert.equal(gunzipSync(await gzip.arrayBuffer()).toString(), SCRIPT)
  assert.equal(gzip.headers.get('Vary'), 'Accept-Encoding')
  const tags = [plain, brotli, gzip].map(({ headers }) => headers.get('ETag') ?? '')
  assert.equal(new Set(tags).size, 3)
  assert.equal((await get(path, { 'If-None-Match': tags[0] ?? '' })).status, 304)
  assert.equal((await get(path, { 'If-None-Match': tags[1] ?? '' })).status, 200)

  const ready = await get('/assets/ready.js', { 'Accept-Encoding': 'br' })
  assert.equal(brotliDecompressSync(await ready.arrayBuffer()).toString(), 'compressed')
  assert.equal(await (await get('/assets/ready.js')).text(), 'plain')

  const font = await get('/assets/font.woff2', { 'Accept-Encoding': 'br' })
  assert.equal(font.headers.get('Content-Encoding'), null)
})

test('nothing but the built files is served', async () => {
  const get = await openSite()
  for (const path of [
    '/assets/none.js',
    '/assets/ready.js.br',
    '/..%2foutside.txt',
    '/%2e%2e/outside.txt',
    '/assets/../../outside.txt',
  ]) {
    assert.equal(await (await get(path)).text(), 'refused', path)
  }
})
