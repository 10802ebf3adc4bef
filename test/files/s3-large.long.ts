import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { openS3, settingsOf } from '../s3-server.ts'
import { createWorld, encodeMetadata } from '../world.ts'
import { startAppProcess } from './app-process.ts'

const SIZE = 300 * 1024 * 1024
const MOST = 100 * 1024 * 1024

test('300 MB go into a bucket and out of it through at most 100 MB of memory', async (t) => {
  const settings = { BLOB_STORE: 's3', ...settingsOf((await openS3()).place()) }
  const world = await createWorld(t, { settings })
  const company = await world.addCompany()
  const olivia = await world.addProfessional(company)
  const { spaceId } = await world.addClient(company)
  await world.setStakeholder({ spaceId }, olivia)
  const app = await startAppProcess(t, world, { settings })
  const browser = (await world.signIn(olivia)).at(app.origin)
  // Everything has been used once.
  const small = await browser.upload(randomBytes(7_000_000), { spaceId })
  await (await browser.fetch(`/api/items/${small.id}/content`)).arrayBuffer()
  const before = await app.peak()

  const chunk = randomBytes(1024 * 1024)
  const sent = createHash('sha256')
  const body = Readable.toWeb(
    Readable.from(
      (function* () {
        for (let i = 0; i < SIZE; i += chunk.length) {
          chunk.writeUInt32BE(i)
          sent.update(chunk)
          yield Buffer.from(chunk)
        }
      })(),
    ),
  ) as BodyInit
  const answer = await browser.fetch('/api/uploads', {
    method: 'POST',
    headers: {
      'Tus-Resumable': '1.0.0',
      'Upload-Length': String(SIZE),
      'Upload-Metadata': encodeMetadata({ filename: 'film.bin', spaceId }),
      'Content-Type': 'application/offset+octet-stream',
    },
    body,
    duplex: 'half',
  } as RequestInit)
  assert.equal(answer.status, 201)
  const up = (await app.peak()) - before
  const received = createHash('sha256')
  const download = await browser.fetch(`/api/items/${answer.headers.get('Carnet-Item')}/content`)
  for await (const part of download.body ?? []) received.update(part)
  assert.equal(received.digest('hex'), sent.digest('hex'))
  const down = (await app.peak()) - before
  t.diagnostic(
    `above ${Math.round(before / 1e6)} MB: ${Math.round(up / 1e6)} MB up, ${Math.round(down / 1e6)} MB in all`,
  )
  assert.ok(down < MOST, `${down} bytes`)
})
