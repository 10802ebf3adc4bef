import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { free, give } from '../../server/blobs/freeing.ts'
import { openRequest } from '../files/by-hand.ts'
import { download, enter } from '../files/tus.ts'

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test('only bytes that were given are freed, and never those that share their memory with others', () => {
  const kept = Buffer.allocUnsafeSlow(64 * 1024)
  free(kept)
  assert.equal(kept.length, 64 * 1024)
  const given = give(Buffer.allocUnsafeSlow(64 * 1024))
  const part = given.subarray(0, 100)
  free(given)
  free(given)
  assert.deepEqual([given.length, part.length], [0, 0])
  for (const shared of [kept.subarray(1), Buffer.from('pooled'), Buffer.allocUnsafeSlow(100)]) {
    const { length } = shared
    free(give(shared))
    assert.equal(shared.length, length)
  }
})

for (const ENCRYPTION of ['on', 'off'])
  test(`encryption ${ENCRYPTION}: bytes under way are those that were stored, however their readers and senders take their time`, async (t) => {
    const { browser, spaceId } = await enter(t, { ENCRYPTION })
    const headers = { Cookie: browser.cookie }
    const files = await Promise.all(
      Array.from({ length: 6 }, async (_, n) => {
        const bytes = randomBytes(6 * 1024 * 1024 + n)
        const url = `${browser.origin}/api/files/${n}?spaceId=${spaceId}`
        const sending = request(url, {
          method: 'PUT',
          headers: { ...headers, 'Content-Length': bytes.length },
        })
        const answered = once(sending, 'response') as Promise<[IncomingMessage]>
        // By pieces that are cut anyhow.
        for (let at = 0; at < bytes.length; ) {
          const end = at + 1 + ((at * 7919 + n) % 200_000)
          if (!sending.write(bytes.subarray(at, end))) await once(sending, 'drain')
          at = end
        }
        sending.end()
        const [answer] = await answered
        assert.equal(answer.statusCode, 201)
        const item = JSON.parse(Buffer.concat(await answer.toArray()).toString()) as { id: string }
        return { bytes, hash: hashOf(bytes), id: item.id, path: `/api/items/${item.id}/content` }
      }),
    )
    const reading = await Promise.all(
      files.map(async ({ path }) => {
        const [answer] = (await once(request(browser.origin + path, { headers }).end(), 'response')) as [
          IncomingMessage,
        ]
        return answer
      }),
    )
    // The first is read last: what it is sent waits while the others' bytes pass by.
    for (const [index, answer] of [...reading.entries()].reverse())
      assert.equal(hashOf(Buffer.concat(await answer.toArray())), files[index]?.hash)
    const zip = await browser.fetch(`/api/zip?ids=${files.map(({ id }) => id).join()}`)
    const zipped = Buffer.from(await zip.arrayBuffer())
    for (const { bytes } of files) assert.ok(zipped.includes(bytes))
  })

for (const ENCRYPTION of ['on', 'off'])
  test(`encryption ${ENCRYPTION}: files of forms that come in pieces, side by side, are those that were sent`, async (t) => {
    const { browser, spaceId } = await enter(t, { ENCRYPTION })
    const sendForm = async (n: number) => {
      const files = Array.from({ length: 9 }, (_, index) => randomBytes(300_000 + index))
      const form = new FormData()
      for (const bytes of files) form.append('file', new File([bytes], 'f'))
      const encoded = new Response(form)
      const headers = { 'Content-Type': encoded.headers.get('Content-Type') ?? '' }
      const { sending, answer } = openRequest(browser, 'POST', `/api/files?spaceId=${spaceId}`, headers)
      const body = Buffer.from(await encoded.arrayBuffer())
      for (let at = 0; at < body.length; ) {
        const end = at + 1 + ((at * 7919 + n) % 200_000)
        if (!sending.write(body.subarray(at, end))) await once(sending, 'drain')
        at = end
      }
      sending.end()
      const told = JSON.parse((await answer).text) as { files: { item: { id: string } }[] }
      const kept = await Promise.all(told.files.map(({ item }) => download(browser, item.id)))
      assert.deepEqual(kept.map(hashOf), files.map(hashOf))
    }
    await Promise.all(Array.from({ length: 4 }, (_, n) => sendForm(n)))
  })

test('what is answered at once waits as it was stored, too, until its reader takes it', async (t) => {
  const { browser, spaceId } = await enter(t)
  const { hostname, port } = new URL(browser.origin)
  const bytes = randomBytes(200_000)
  const { id } = await browser.upload(bytes, { spaceId })
  const socket = connect(Number(port), hostname)
  // More than a system keeps for a reader, one answer behind the other.
  const times = 35
  const lines = [
    `GET /api/items/${id}/content HTTP/1.1`,
    `Host: ${hostname}`,
    `Cookie: ${browser.cookie}`,
    '',
    '',
  ]
  socket.write(lines.join('\r\n').repeat(times))
  for (let asked = 0; asked < 5; asked++) await browser.api.files.readItem({ itemId: id })
  const coming: Buffer[] = []
  let whole = Buffer.alloc(0)
  for await (const chunk of socket) {
    coming.push(chunk)
    if (coming.reduce((sum, { length }) => sum + length, 0) < times * bytes.length) continue
    whole = Buffer.concat(coming)
    if (countOf(whole, bytes) === times) break
    assert.ok(whole.length < times * (bytes.length + 2000), 'other bytes came')
  }
  assert.equal(countOf(whole, bytes), times)
})

function countOf(whole: Buffer, part: Buffer): number {
  let count = 0
  for (let at = whole.indexOf(part); at >= 0; at = whole.indexOf(part, at + part.length)) count++
  return count
}
