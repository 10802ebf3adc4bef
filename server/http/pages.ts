import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context } from 'hono'
import { Problem } from '../../core/errors.ts'

/** Everything from our own host; no inline script or style, no eval. A worker is bound by the policy of its own script. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "media-src 'self' blob:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}
const COMPRESSED = new Set(['.ico', '.png', '.webp', '.woff2'])

type Encoding = 'br' | 'gzip' | 'identity'
/** Read and told apart once they are asked for: they are hundreds. Some lie beside their path in brotli already. */
type Page = {
  path: string
  hasBrotli: boolean
  etag?: Promise<string>
  encoded: Map<Encoding, Promise<Buffer>>
}

/** Serves the built pages in `folder`: whatever is no file of theirs is a page of the one app. */
export async function openPages(folder: string) {
  const pages = new Map<string, Page>()
  const paths = new Set(await listFiles(folder))
  for (const path of paths) {
    if (extname(path) === '.br') continue
    const name = `/${relative(folder, path).split(sep).join('/')}`
    pages.set(name, { path, hasBrotli: paths.has(`${path}.br`), encoded: new Map() })
  }

  return async function answerPage(c: Context): Promise<Response> {
    const page = pages.get(c.req.path) ?? (extname(c.req.path) === '' ? pages.get('/index.html') : undefined)
    if (!page) throw new Problem('not_found')
    const extension = extname(page.path)
    const encoding = COMPRESSED.has(extension) ? 'identity' : accepted(c.req.header('Accept-Encoding') ?? '')
    page.etag ??= readFile(page.path).then(tagOf)
    const etag = await page.etag.catch((error) => {
      // Tried again by whoever asks next.
      delete page.etag
      throw error
    })
    const headers = {
      'Content-Type': TYPES[extension] ?? 'application/octet-stream',
      'Content-Security-Policy': POLICY,
      'Cache-Control': c.req.path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      Vary: 'Accept-Encoding',
      // The same page in another encoding is another representation.
      ETag: encoding === 'identity' ? etag : `${etag.slice(0, -1)}-${encoding}"`,
    }
    if (c.req.header('If-None-Match') === headers.ETag) return new Response(null, { status: 304, headers })
    const body =
      page.encoded.get(encoding) ??
      (encoding === 'br' && page.hasBrotli
        ? readFile(`${page.path}.br`)
        : readFile(page.path).then(encode[encoding]))
    page.encoded.set(encoding, body)
    body.catch(() => page.encoded.delete(encoding))
    return new Response(new Uint8Array(await body), {
      headers: {
        ...headers,
        ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
        'Content-Length': String((await body).length),
      },
    })
  }
}

function tagOf(bytes: Buffer): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
}

const encode: Record<Encoding, (bytes: Buffer) => Promise<Buffer>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        // The best takes seconds on the first visit for a few per cent.
        [constants.BROTLI_PARAM_QUALITY]: 9,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gzip: (bytes) => promisify(gzip)(bytes),
  identity: async (bytes) => bytes,
}

function accepted(header: string): Encoding {
  const offered = header.split(',').filter((part) => !/;\s*q=0(?:\.0*)?\s*$/.test(part))
  const names = offered.map((part) => part.split(';', 1)[0]?.trim().toLowerCase())
  return names.includes('br') ? 'br' : names.includes('gzip') ? 'gzip' : 'identity'
}

/** Files below a folder; none when it is absent. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
