import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { BlobFacts } from '../../server/blobs/blobs.ts'
import {
  BlobAbsent,
  BlobDamaged,
  type BlobStore,
  BlobTooLarge,
  newName,
  UploadLost,
} from '../../server/blobs/port.ts'
import { holds } from '../properties.ts'

/** A store, or what stands over one: `newKey` and `nameOf` are of its keys; those of a store are names. */
export type Tried = Omit<BlobStore, 'commit' | 'put'> & {
  commit(key: string): Promise<{ size: number } | BlobFacts>
  put(key: string, bytes: Readable | Uint8Array): Promise<{ size: number } | BlobFacts>
  newKey(): Promise<string>
  nameOf(key: string): string
}

/** `open` gives a new, empty store; `reopen` what another process sees of that same store. */
export type OpenStore = (t: TestContext) => Promise<{ blobs: Tried; reopen(): Promise<Tried> }>

export const asTried = (store: BlobStore): Tried => ({
  ...store,
  newKey: async () => newName(),
  nameOf: (key) => key,
})

const anySize = { max: 1e9 }
const from = (...chunks: (string | Uint8Array)[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
const read = async (blobs: Tried, key: string, part?: { start: number; end: number }) =>
  (await buffer((await blobs.open(key, part)).stream)).toString()
const keys = async (blobs: Tried, which?: 'staged') => (await listed(blobs, which)).map(({ name }) => name)

async function listed(blobs: Tried, which?: 'staged') {
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
export function testBlobs(adapter: string, open: OpenStore, { hashed = false, sealed = false } = {}) {
  function expect(facts: { size: number }, bytes: string | Uint8Array) {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    assert.deepEqual(facts, { size: Buffer.from(bytes).length, ...(hashed && { sha256 }) })
  }

  test(`${adapter}: a blob written in pieces is read back, whole and in part`, async (t) => {
    const { blobs } = await open(t)
    const key = await blobs.newKey()
    assert.equal(await blobs.append(key, 0, from('Hello', ', '), anySize), 7)
    assert.equal(await blobs.append(key, 7, new Blob(['world']).stream(), anySize), 12)
    expect(await blobs.commit(key), 'Hello, world')
    assert.equal(await read(blobs, key), 'Hello, world')
    assert.equal(await read(blobs, key, { start: 7, end: 7 }), 'w')
    assert.equal(await read(blobs, key, { start: 7, end: 11 }), 'world')
    assert.equal((await blobs.stat(key))?.size, 12)
    const [entry] = await listed(blobs)
    assert.equal(entry?.name, blobs.nameOf(key))
    if (!sealed) assert.deepEqual(entry, { name: key, ...(await blobs.stat(key)) })
    assert.ok(Math.abs(Date.now() - Number(entry?.modified)) < 3_600_000)
    for (const part of [
      { start: 0, end: 12 },
      { start: -1, end: 2 },
      { start: 3, end: 2 },
    ]) {
      await assert.rejects(blobs.open(key, part), RangeError)
    }
  })

  test(`${adapter}: a small blob, or a part of it, is read at once, unless it has another size`, async (t) => {
    const { blobs } = await open(t)
    const [key, absent] = [await blobs.newKey(), await blobs.newKey()]
    await blobs.put(key, from('Hello, ', 'world'))
    const readAtOnce = async (...args: Parameters<Tried['read']>) =>
      Buffer.from(await blobs.read(...args)).toString()
    assert.equal(await readAtOnce(key, 12), 'Hello, world')
    assert.equal(await readAtOnce(key, 12, { start: 7, end: 11 }), 'world')
    assert.equal(await readAtOnce(key, 12, { start: 4, end: 4 }), 'o')
    for (const size of [11, 13, 200]) await assert.rejects(blobs.read(key, size), BlobDamaged)
    await assert.rejects(blobs.read(absent, 12), BlobAbsent)
    await assert.rejects(blobs.read(absent, 12, { start: 7, end: 11 }), BlobAbsent)
  })

  test(`${adapter}: a staged blob is nowhere but among the staged`, async (t) => {
    const { blobs } = await open(t)
    const key = await blobs.newKey()
    await blobs.append(key, 0, from('abc'), anySize)
    assert.equal(await blobs.stat(key), undefined)
    await assert.rejects(blobs.open(key), BlobAbsent)
    assert.deepEqual([await keys(blobs), await keys(blobs, 'staged')], [[], [blobs.nameOf(key)]])
    await blobs.discard(key)
    assert.deepEqual(await keys(blobs, 'staged'), [])
    await assert.rejects(blobs.commit(key), UploadLost)
    await blobs.discard(key)
  })

  test(`${adapter}: one key may serve for both the staged and the committed blob`, async (t) => {
    const { blobs } = await open(t)
    const key = await blobs.newKey()
    await blobs.append(key, 0, from('abc'), anySize)
    expect(await blobs.commit(key), 'abc')
    expect(await blobs.commit(key), 'abc')
    await blobs.discard(key)
    assert.equal(await read(blobs, key), 'abc')
  })

  test(`${adapter}: bytes past the offset were never acknowledged and are dropped`, async (t) => {
    const { blobs } = await open(t)
    const key = await blobs.newKey()
    await blobs.append(key, 0, from('abc'), anySize)
    await blobs.append(key, 3, from('defghij'), anySize)
    assert.equal(await blobs.append(key, 3, from('XY'), anySize), 5)
    expect(await blobs.commit(key), 'abcXY')
    assert.equal(await read(blobs, key), 'abcXY')
  })

  test(`${adapter}: of a stream that breaks, what arrived counts`, async (t) => {
    const { blobs } = await open(t)
    const key = await blobs.newKey()
    assert.equal(await blobs.append(key, 0, breakingAfter('abc', 'def'), anySize), 6)
    assert.equal(await blobs.append(key, 6, breakingAfter(), anySize), 6)
    assert.equal(await blobs.append(key, 6, from('ghi'), anySize), 9)
    expect(await blobs.commit(key), 'abcdefghi')
  })

  test(`${adapter}: an abort ends a piece that would never end`, async (t) => {
    const { blobs } = await open(t)
    const key = await blobs.newKey()
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
    expect(await blobs.commit(key), 'abc')
    const silent = new ReadableStream<Uint8Array>()
    assert.equal(await blobs.append(await blobs.newKey(), 0, silent, { ...anySize, signal: stop.signal }), 0)
  })

  test(`${adapter}: more than the greatest size is refused, and the blob stays as it was`, async (t) => {
    const { blobs } = await open(t)
    const key = await blobs.newKey()
    assert.equal(await blobs.append(key, 0, from('abcd'), { max: 6 }), 4)
    const tooLong = from('ef', 'g', 'h')
    await assert.rejects(blobs.append(key, 4, tooLong, { max: 6 }), BlobTooLarge)
    assert.equal(tooLong.destroyed, false, 'its socket still has to carry the answer')
    if (!sealed) assert.equal((await listed(blobs, 'staged'))[0]?.size, 4)
    assert.equal(await blobs.append(key, 4, from('EF'), { max: 6 }), 6)
    expect(await blobs.commit(key), 'abcdEF')
  })

  test(`${adapter}: an upload of which bytes are missing says so`, async (t) => {
    const { blobs } = await open(t)
    const key = await blobs.newKey()
    await assert.rejects(blobs.append(key, 1, from('x'), anySize), UploadLost)
    assert.deepEqual(await keys(blobs, 'staged'), [])
    await blobs.append(key, 0, from('abc'), anySize)
    await assert.rejects(blobs.append(key, 4, from('x'), anySize), UploadLost)
    assert.equal(await blobs.append(key, 3, from('d'), anySize), 4)
  })

  test(`${adapter}: a blob may be empty`, async (t) => {
    const { blobs } = await open(t)
    const key = await blobs.newKey()
    assert.equal(await blobs.append(key, 0, from(), { max: 0 }), 0)
    expect(await blobs.commit(key), '')
    assert.equal(await read(blobs, key), '')
  })

  test(`${adapter}: a commit may be repeated, by another process too, and never overwrites`, async (t) => {
    const { blobs, reopen } = await open(t)
    const key = await blobs.newKey()
    await blobs.append(key, 0, from('abc'), anySize)
    await blobs.commit(key)
    expect(await blobs.commit(key), 'abc')
    expect(await (await reopen()).commit(key), 'abc')
    await blobs.append(key, 0, from('another'), anySize)
    await assert.rejects(blobs.commit(key))
    await assert.rejects(blobs.put(key, Buffer.from('another')))
    assert.equal(await read(blobs, key), 'abc')
  })

  test(`${adapter}: the hash holds when processes take turns`, async (t) => {
    const { blobs: first, reopen } = await open(t)
    const second = await reopen()
    const key = await first.newKey()
    await first.append(key, 0, from('aaa'), anySize)
    await first.append(key, 3, from('never acknowledged'), anySize)
    await second.append(key, 3, from('was never recorded'), anySize)
    expect(await first.commit(key), 'aaawas never recorded')
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
      const key = await blobs.newKey()
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
      expect(await store.commit(key), acknowledged)
      assert.ok((await buffer((await store.open(key)).stream)).equals(acknowledged))
    })
    await holds(property, { runs: 30 })
  })

  test(`${adapter}: small blobs are put whole or not at all`, async (t) => {
    const { blobs } = await open(t)
    const [one, two, three] = [await blobs.newKey(), await blobs.newKey(), await blobs.newKey()]
    const bytes = randomBytes(100_000)
    expect(await blobs.put(one, bytes), bytes)
    assert.ok((await buffer((await blobs.open(one)).stream)).equals(bytes))
    // At the ends of pieces, as they are sealed.
    for (const size of [1, 65_536, 65_537, 131_072]) {
      const key = await blobs.newKey()
      const some = randomBytes(size)
      expect(await blobs.put(key, some), some)
      assert.ok((await buffer((await blobs.open(key)).stream)).equals(some), `${size} bytes`)
      await blobs.remove(key)
    }
    expect(await blobs.put(two, from('a', 'b')), 'ab')
    await assert.rejects(blobs.put(three, breakingAfter('abc')), /broke off/)
    assert.deepEqual((await keys(blobs)).sort(), [one, two].map(blobs.nameOf).sort())
    assert.deepEqual(await keys(blobs, 'staged'), [])
  })

  test(`${adapter}: what is removed is gone; what is absent is absent`, async (t) => {
    const { blobs } = await open(t)
    const key = await blobs.newKey()
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
    const good = blobs.nameOf(await blobs.newKey())
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
      await assert.rejects(blobs.commit(key), TypeError, key)
      await assert.rejects(blobs.discard(key), TypeError, key)
      await assert.rejects(blobs.put(key, Buffer.from('x')), TypeError, key)
      await assert.rejects(blobs.open(key), TypeError, key)
      await assert.rejects(blobs.stat(key), TypeError, key)
      await assert.rejects(blobs.remove(key), TypeError, key)
    }
  })
}
