import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type ClientRequest, request } from 'node:http'
import type { TestContext } from 'node:test'
import type { ErrorCode } from '../../core/errors.ts'
import { nameOf } from '../../server/blobs/blobs.ts'
import { until } from '../process.ts'
import { type Browser, createWorld, encodeMetadata, readProblem, type World } from '../world.ts'

// What the tests of uploads share: tus by hand.

export const TUS = { 'Tus-Resumable': '1.0.0' }

export async function enter(t: TestContext, settings?: Record<string, string>) {
  const world = await createWorld(t, settings && { settings })
  const company = await world.addCompany()
  const olivia = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, olivia)
  return { world, company, olivia, client, spaceId: client.spaceId, browser: await world.signIn(olivia) }
}

export function create(browser: Browser, size: number, metadata: Record<string, string>): Promise<Response> {
  const headers = { ...TUS, 'Upload-Length': String(size), 'Upload-Metadata': encodeMetadata(metadata) }
  return browser.fetch('/api/uploads', { method: 'POST', headers })
}

export async function begin(
  browser: Browser,
  size: number,
  metadata: Record<string, string>,
): Promise<string> {
  const answer = await create(browser, size, { filename: 'x.bin', ...metadata })
  assert.equal(answer.status, 201)
  return answer.headers.get('Location') ?? ''
}

export function patch(browser: Browser, path: string, offset: number, body: BodyInit): Promise<Response> {
  const headers = {
    ...TUS,
    'Upload-Offset': String(offset),
    'Content-Type': 'application/offset+octet-stream',
  }
  return browser.fetch(path, { method: 'PATCH', headers, body })
}

export async function head(browser: Browser, path: string) {
  const { status, headers } = await browser.fetch(path, { method: 'HEAD', headers: TUS })
  return { status, offset: Number(headers.get('Upload-Offset')), item: headers.get('Carnet-Item') }
}

export async function refused(answer: Promise<Response>, code: ErrorCode) {
  const response = await answer
  assert.equal(response.headers.get('Content-Type'), 'application/problem+json')
  assert.equal((await readProblem(response)).code, code)
}

/** With these, what has come can be counted while it comes: what is sealed is stored piece by piece. */
export const AS_GIVEN = { ENCRYPTION: 'off' }

/** A PATCH whose sender stops in the middle and stays silent, once somebody reads; where they aren't sealed, once the bytes have come. */
export async function hang(
  world: World,
  browser: Browser,
  path: string,
  offset: number,
  bytes: Uint8Array,
  size: number,
  more: Record<string, string> = {},
) {
  const sending: ClientRequest = request(new URL(path, browser.origin), {
    method: 'PATCH',
    headers: {
      ...TUS,
      Cookie: browser.cookie,
      'Upload-Offset': String(offset),
      'Content-Type': 'application/offset+octet-stream',
      'Content-Length': String(size - offset),
      ...more,
    },
  })
  const answer = new Promise<{ status: number; code?: string }>((resolve) => {
    sending.on('error', () => resolve({ status: 0 }))
    sending.on('response', async (response) => {
      const text = Buffer.concat(await response.toArray()).toString()
      resolve({ status: response.statusCode ?? 0, ...(text && { code: JSON.parse(text).code }) })
    })
  })
  sending.write(bytes)
  const { staging } = await world.db.selectFrom('upload').select('staging').executeTakeFirstOrThrow()
  const sealed = nameOf(staging) !== staging
  await until('the bytes have come', async () => {
    for await (const { size } of world.services.store.list('staged'))
      return sealed || size === offset + bytes.length
    return false
  })
  return { answer, leave: () => sending.destroy() }
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

export async function download(browser: Browser, itemId: string | null): Promise<Buffer> {
  return Buffer.from(await (await browser.fetch(`/api/items/${itemId}/content`)).arrayBuffer())
}

export async function countItems(world: World): Promise<number> {
  return (await world.db.selectFrom('item').select('id').where('kind', '=', 'file').execute()).length
}

/** Entries of the log that say so. */
export async function countAddedEntries({ db }: World): Promise<number> {
  const added = db.selectFrom('audit_entry').select('id').where('action', '=', 'file_added')
  return (await added.execute()).length
}

export async function countStaged(world: World): Promise<number> {
  let count = 0
  for await (const _ of world.services.store.list('staged')) count++
  return count
}
