import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { BlobAbsent, type Blobs, BlobTooLarge, newKey, UploadLost } from '../../server/blobs/port.ts'

/** `open` gives a new, empty store; `reopen` what another process sees of that same store. */
export type OpenStore = (t: TestContext) => Promise<{ blobs: Blobs; reopen(): Promise<Blobs> }>

const anySize = { max: 1e9 }
const from = (...chunks: (string | Uint8Array)[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
const facts = (bytes: string | Uint8Array) => ({
  size: Buffer.from(bytes).length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
})
const read = async (blobs: Blobs, key: string, part?: { start: number; end: number }) =>
  (await buffer((await blobs.open(key, part)).stream)).toString()
const keys = async (blobs: Blobs, which?: 'staged') => (await listed(blobs, which)).map(({ key }) => key)

async function listed(blobs: Blobs, which?: 'staged') {
  const found = []
  for await (const blob of blobs.list(which)) found.push(blob)
  return found
}

function breakingAfter(...chunks: (string | Uint8Array)[]): Readable {
  return Readable.from(
    (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk)
      throw new Error('the sender went away')
    })(),
  )
}

/** What every adapter must do. */
export function testBlobs(adapter: string, open: OpenStore) {
  test(`${adapter}: a blob written in pieces is read back, whole and in part`, async (t) => {
    const { blobs } = await open(t)
    const [staged, key] = [newKey(), newKey()]
    assert.equal(await blobs.append(staged, 0, from('Hello', ', '), anySize), 7)
    assert.equal(await blobs.append(staged, 7, new Blob(['world']).stream(), anySize), 12)
    assert.deepEqual(await blobs.commit(staged, key), facts('Hello, world'))
    assert.equal(await read(blobs, key), 'Hello, world')
    assert.equal(await read(blobs, key, { start: 7, end: 7 }), 'w')
    assert.equal(await read(blobs, key, { start: 7, end: 11 }), 'world')
    assert.equal((await blobs.stat(key))?.size, 12)
    const [entry] = await listed(blobs)
    assert.deepEqual(entry, { key, ...(await blobs.stat(key)) })
    assert.ok(Math.abs(Date.now() - Number(entry?.modified)) < 3_600_000)
    for (const part of [
      { start: 0, end: 12 },
      { start: -1, end: 2 },
      { start: 3, end: 2 },
    ]) {
      await assert.rejects(blobs.open(key, part), RangeError)
    }
  })

  test(`${adapter}: a staged blob is nowhere but among the staged`, async (t) => {
    const { blobs } = await open(t)
    const key = newKey()
    await blobs.append(key, 0, from('abc'), anySize)
    assert.equal(await blobs.stat(key), undefined)
    await assert.rejects(blobs.open(key), BlobAbsent)
    assert.deepEqual([await keys(blobs), await keys(blobs, 'staged')], [[], [key]])
    await blobs.discard(key)
    assert.deepEqual(await keys(blobs, 'staged'), [])
    await assert.rejects(blobs.commit(key, key), UploadLost)
    await blobs.discard(key)
  })

  test(`${adapter}: one key may serve for both the staged and the committed blob`, async (t) => {
    const { blobs } = await open(t)
    const key = newKey()
    await blobs.append(key, 0, from('abc'), anySize)
    assert.deepEqual(await blobs.commit(key, key), facts('abc'))
    assert.deepEqual(await blobs.commit(key, key), facts('abc'))
    await blobs.discard(key)
    assert.equal(await read(blobs, key), 'abc')
  })

  test(`${adapter}: bytes past the offset were never acknowledged and are dropped`, async (t) => {
    const { blobs } = await open(t)
    const key = newKey()
    await blobs.append(key, 0, from('abcdefghij'), anySize)
    assert.equal(await blobs.append(key, 3, from('XY'), anySize), 5)
    assert.deepEqual(await blobs.commit(key, key), facts('abcXY'))
    assert.equal(await read(blobs, key), 'abcXY')
  })

  test(`${adapter}: of a stream that breaks, what arrived counts`, async (t) => {
    const { blobs } = await open(t)
    const key = newKey()
    assert.equal(await blobs.append(key, 0, breakingAfter('abc', 'def'), anySize), 6)
    assert.equal(await blobs.append(key, 6, breakingAfter(), anySize), 6)
    assert.equal(await blobs.append(key, 6, from('ghi'), anySize), 9)
    assert.deepEqual(await blobs.commit(key, key), facts('abcdefghi'))
  })

  test(`${adapter}: an abort ends a piece that would never end`, async (t) => {
    const { blobs } = await open(t)
    const key = newKey()
    const stop = new AbortController()
    const { promise: wanted, resolve } = Promise.withResolvers<void>()
    let chunks = 1
    const endless = new Readable({
      highWaterMark: 0,
      read() {
        if (chunks-- > 0) this.push('abc')
        else resolve()
      },
    })
    const appended = blobs.append(key, 0, endless, { ...anySize, signal: stop.signal })
    await wanted
    stop.abort()
    const offset = await appended
    assert.ok(offset === 3 || offset === 0)
    await blobs.append(key, offset, from('abc'.slice(offset)), anySize)
    assert.deepEqual(await blobs.commit(key, key), facts('abc'))
    const silent = new ReadableStream<Uint8Array>()
    assert.equal(await blobs.append(newKey(), 0, silent, { ...anySize, signal: stop.signal }), 0)
  })

  test(`${adapter}: more than the greatest size is refused, and the blob stays as it was`, async (t) => {
    const { blobs } = await open(t)
    const key = newKey()
    assert.equal(await blobs.append(key, 0, from('abcd'), { max: 6 }), 4)
    const tooLong = from('ef', 'g', 'h')
    await assert.rejects(blobs.append(key, 4, tooLong, { max: 6 }), BlobTooLarge)
    assert.equal(tooLong.destroyed, false, 'its socket still has to carry the answer')
    assert.equal((await listed(blobs, 'staged'))[0]?.size, 4)
    assert.equal(await blobs.append(key, 4, from('EF'), { max: 6 }), 6)
    assert.deepEqual(await blobs.commit(key, key), facts('abcdEF'))
  })

  test(`${adapter}: an upload of which bytes are missing says so`, async (t) => {
    const { blobs } = await open(t)
    const key = newKey()
    await assert.rejects(blobs.append(key, 1, from('x'), anySize), UploadLost)
    assert.deepEqual(await keys(blobs, 'staged'), [])
    await blobs.append(key, 0, from('abc'), anySize)
    await assert.rejects(blobs.append(key, 4, from('x'), anySize), UploadLost)
    assert.equal(await blobs.append(key, 3, from('d'), anySize), 4)
  })

  test(`${adapter}: a blob may be empty`, async (t) => {
    const { blobs } = await open(t)
    const key = newKey()
    assert.equal(await blobs.append(key, 0, from(), { max: 0 }), 0)
    assert.deepEqual(await blobs.commit(key, key), facts(''))
    assert.equal(await read(blobs, key), '')
  })

  test(`${adapter}: a commit may be repeated, by another process too, and never overwrites`, async (t) => {
    const { blobs, reopen } = await open(t)
    const [staged, key, other] = [newKey(), newKey(), newKey()]
    await blobs.append(staged, 0, from('abc'), anySize)
    await blobs.commit(staged, key)
    assert.deepEqual(await blobs.commit(staged, key), facts('abc'))
    assert.deepEqual(await (await reopen()).commit(staged, key), facts('abc'))
    await blobs.append(other, 0, from('another'), anySize)
    await assert.rejects(blobs.commit(other, key))
    await assert.rejects(blobs.put(key, Buffer.from('another')))
    assert.equal(await read(blobs, key), 'abc')
  })

  test(`${adapter}: the hash holds when processes take turns`, async (t) => {
    const { blobs: first, reopen } = await open(t)
    const second = await reopen()
    const key = newKey()
    await first.append(key, 0, from('aaa'), anySize)
    await first.append(key, 3, from('never acknowledged'), anySize)
    await second.append(key, 3, from('was never recorded'), anySize)
    assert.deepEqual(await first.commit(key, key), facts('aaawas never recorded'))
  })

  test(`${adapter}: whatever breaks, the acknowledged bytes are the blob`, async (t) => {
    const { blobs, reopen } = await open(t)
    const piece = fc.record({
      bytes: fc.uint8Array({ maxLength: 300 }),
      recorded: fc.boolean(),
      breaks: fc.boolean(),
      restart: fc.boolean(),
    })
    const property = fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const key = newKey()
      let store = blobs
      let acknowledged = Buffer.alloc(0)
      await store.append(key, 0, from(), anySize)
      for (const { bytes, recorded, breaks, restart } of pieces) {
        if (restart) store = await reopen()
        const stream = breaks ? breakingAfter(bytes) : from(bytes)
        const offset = await store.append(key, acknowledged.length, stream, anySize)
        assert.equal(offset, acknowledged.length + bytes.length)
        if (recorded) acknowledged = Buffer.concat([acknowledged, bytes])
      }
      await store.append(key, acknowledged.length, from(), anySize)
      assert.deepEqual(await store.commit(key, key), facts(acknowledged))
      assert.ok((await buffer((await store.open(key)).stream)).equals(acknowledged))
    })
    await fc.assert(property, { numRuns: 30 })
  })

  test(`${adapter}: small blobs are put whole or not at all`, async (t) => {
    const { blobs } = await open(t)
    const [one, two, three] = [newKey(), newKey(), newKey()]
    const bytes = randomBytes(100_000)
    assert.deepEqual(await blobs.put(one, bytes), facts(bytes))
    assert.deepEqual(await blobs.put(two, from('a', 'b')), facts('ab'))
    await assert.rejects(blobs.put(three, breakingAfter('abc')), /broke off/)
    assert.deepEqual((await keys(blobs)).sort(), [one, two].sort())
    assert.deepEqual(await keys(blobs, 'staged'), [])
  })

  test(`${adapter}: what is removed is gone; what is absent is absent`, async (t) => {
    const { blobs } = await open(t)
    const key = newKey()
    await blobs.put(key, Buffer.from('abc'))
    await blobs.remove(key)
    await blobs.remove(key)
    await assert.rejects(blobs.open(key), BlobAbsent)
    assert.equal(await blobs.stat(key), undefined)
    assert.deepEqual(await keys(blobs), [])
  })

  test(`${adapter}: the check leaves nothing behind`, async (t) => {
    const { blobs } = await open(t)
    await blobs.check()
    assert.deepEqual([await keys(blobs), await keys(blobs, 'staged')], [[], []])
  })

  test(`${adapter}: nothing but a key of our own is taken for one`, async (t) => {
    const { blobs } = await open(t)
    const good = newKey()
    const upper = `${good.slice(0, -1)}F`
    const alike = `${good.slice(0, -1)}а`
    const bad = [
      '',
      '..',
      '../etc',
      '/etc/passwd',
      `${good}/..`,
      `../${good}`,
      `${good}\0`,
      `${good}\n`,
      upper,
    ]
    bad.push(alike, `%2e${good}`, good.replace('/', '\\'), good.replace('/', '//'), good.replace('/', ''))
    for (const key of bad) {
      await assert.rejects(blobs.append(key, 0, from('x'), anySize), TypeError, key)
      await assert.rejects(blobs.commit(key, good), TypeError, key)
      await assert.rejects(blobs.commit(good, key), TypeError, key)
      await assert.rejects(blobs.discard(key), TypeError, key)
      await assert.rejects(blobs.put(key, Buffer.from('x')), TypeError, key)
      await assert.rejects(blobs.open(key), TypeError, key)
      await assert.rejects(blobs.stat(key), TypeError, key)
      await assert.rejects(blobs.remove(key), TypeError, key)
    }
  })
}
