import assert from 'node:assert/strict'
import { createCipheriv, createHash } from 'node:crypto'
import { type RequestOptions, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type TestContext, test } from 'node:test'
import { startAppProcess } from '../files/app-process.ts'
import { type Browser, createWorld, encodeMetadata } from '../world.ts'
import { withinBounds } from './memory.ts'

const SIZE = 2 * 1024 ** 3
const TUS = { 'Tus-Resumable': '1.0.0' }

const ON_LINUX = { skip: process.platform === 'linux' ? false : 'memory is read from /proc' }

async function enter(t: TestContext) {
  const world = await createWorld(t)
  const company = await world.addCompany()
  const olivia = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, olivia)
  const server = await startAppProcess(t, world)
  const browser = (await world.signIn(olivia)).at(server.origin)
  // What is loaded and compiled at first isn't what is measured.
  await browser.upload('warm', { spaceId: client.spaceId })
  return { browser, pid: server.pid, spaceId: client.spaceId }
}

/** Bytes that nothing compresses and that no two pieces of are alike, always the same. */
function* noise(): Generator<Buffer> {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16))
  const zeros = Buffer.alloc(1024 * 1024)
  for (let sent = 0; sent < SIZE; sent += zeros.length) yield cipher.update(zeros)
}

function hashOf(chunks: Iterable<Buffer>): string {
  const hash = createHash('sha256')
  for (const chunk of chunks) hash.update(chunk)
  return hash.digest('hex')
}

async function send({ origin, cookie }: Browser, path: string, { headers, ...options }: RequestOptions) {
  const sending = request(new URL(path, origin), {
    ...options,
    headers: { Cookie: cookie, 'Content-Length': SIZE, ...headers },
  })
  const answer = new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      sending.on('error', reject)
      sending.on('response', async (response) => {
        const text = Buffer.concat(await response.toArray()).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    },
  )
  await pipeline(Readable.from(noise()), sending)
  return answer
}

test(
  '2 GB go up in one request, resumably and checksummed, and come down, within bounds of memory',
  ON_LINUX,
  async (t) => {
    const { browser, pid, spaceId } = await enter(t)
    const hash = hashOf(noise())
    const digest = Buffer.from(hash, 'hex').toString('base64')

    const put = await withinBounds(pid, 'a PUT of 2 GB', () =>
      send(browser, `/api/files/put.bin?spaceId=${spaceId}`, {
        method: 'PUT',
        headers: { 'Content-Digest': `sha-256=:${digest}:` },
      }),
    )
    assert.equal(put.status, 201, put.text)

    const metadata = encodeMetadata({ filename: 'tus.bin', spaceId })
    const begun = await browser.fetch('/api/uploads', {
      method: 'POST',
      headers: { ...TUS, 'Upload-Length': String(SIZE), 'Upload-Metadata': metadata },
    })
    const patched = await withinBounds(pid, 'a PATCH of 2 GB', () =>
      send(browser, begun.headers.get('Location') ?? '', {
        method: 'PATCH',
        headers: {
          ...TUS,
          'Upload-Offset': '0',
          'Upload-Checksum': `sha256 ${digest}`,
          'Content-Type': 'application/offset+octet-stream',
        },
      }),
    )
    assert.equal(patched.status, 204, patched.text)

    const ids = [JSON.parse(put.text).id as string, String(patched.headers['carnet-item'])]
    for (const id of ids) {
      const { size, found } = await withinBounds(pid, 'a download of 2 GB', () =>
        read(browser, `/api/items/${id}/content`),
      )
      assert.deepEqual([size, found], [SIZE, hash])
    }
    const { size } = await withinBounds(pid, 'a ZIP of 4 GB', () => read(browser, `/api/zip?ids=${ids}`))
    assert.ok(size > 2 * SIZE)
  },
)

async function read(browser: Browser, path: string): Promise<{ size: number; found: string }> {
  const hash = createHash('sha256')
  let size = 0
  const answer = await browser.fetch(path)
  for await (const chunk of answer.body ?? []) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, found: hash.digest('hex') }
}
