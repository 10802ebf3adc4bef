import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Cursor, createBlobs, nameOf } from '../../server/blobs/blobs.ts'
import { openDiskStore } from '../../server/blobs/disk.ts'
import { type BlobStore, StorageFailed, UploadLost } from '../../server/blobs/port.ts'
import { holds } from '../properties.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { openVault, START, tried } from './sealed.ts'
import { testBlobs } from './suite.ts'

const PIECE = 64 * 1024

async function openIn(data: string) {
  return openDiskStore({ folder: join(data, 'blobs'), staging: join(data, 'uploads') })
}

for (const [what, seal] of [
  ['sealed on a disk', true],
  ['as given on a disk', false],
] as const) {
  testBlobs(
    what,
    async () => {
      const data = await makeTempFolder()
      const kept = new Map<string, Cursor>()
      const open = async () => tried(await openIn(data), seal, kept)
      return { blobs: await open(), reopen: open }
    },
    { hashed: true, sealed: seal },
  )
}

async function openSealed() {
  const data = await makeTempFolder()
  const store = await openIn(data)
  return { data, store, blobs: createBlobs({ store, vault: openVault, seal: true }) }
}

test('sealed: any part of any size is read back, however it was cut while it came', async () => {
  const { blobs } = await openSealed()
  const size = fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: PIECE - 2, max: PIECE + 2 }),
    fc.integer({ min: 1, max: 40 * PIECE }),
    fc.integer({ min: 1, max: 3 }).map((pieces) => pieces * PIECE),
  )
  const cuts = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 4 })
  await holds(
    fc.asyncProperty(size, cuts, cuts, async (size, at, parts) => {
      const bytes = randomBytes(size)
      const key = await blobs.newKey(null)
      let cursor = START
      for (const end of [...at.map((part) => Math.floor(part * size)).sort((a, b) => a - b), size]) {
        cursor = await blobs.append(key, cursor, Readable.from([bytes.subarray(cursor.offset, end)]), {
          max: size,
        })
        assert.equal(cursor.offset, end)
      }
      const facts = { size, sha256: createHash('sha256').update(bytes).digest('hex') }
      assert.deepEqual(await blobs.commit(key, cursor), facts)
      assert.deepEqual(await blobs.digest(key), facts)
      assert.equal((await blobs.stat(key))?.size, size)
      assert.ok(bytes.equals(await blobs.read(key, size)), `${size}, at once`)
      for (const part of parts) {
        const start = Math.floor(part * (size - 1))
        const end = Math.min(size - 1, start + Math.floor(part * 2 * PIECE))
        const read = await buffer((await blobs.open(key, { start, end })).stream)
        assert.ok(read.equals(bytes.subarray(start, end + 1)), `${start}-${end} of ${size}`)
        assert.ok(
          read.equals(await blobs.read(key, size, { start, end })),
          `${start}-${end} of ${size}, at once`,
        )
      }
    }),
    { runs: 60 },
  )
})

test('sealed: what lies on the disk tells nothing, while it comes and afterwards', async () => {
  const { data, store, blobs } = await openSealed()
  const words = Buffer.from('left knee, grade two. '.repeat(20_000))
  const key = await blobs.newKey(null)
  const cursor = await blobs.append(key, START, Readable.from([words.subarray(0, 200_000)]), {
    max: words.length,
  })
  assert.ok(!Buffer.from(cursor.state ?? []).includes('knee'))
  const look = async () => {
    for (const entry of await readdir(data, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      assert.ok(!(await readFile(path)).includes('knee'), path)
      assert.ok(!path.includes(key.slice(42)), 'the secret is no part of a name')
    }
  }
  await look()
  const rest = Readable.from([words.subarray(200_000)])
  await blobs.commit(key, await blobs.append(key, cursor, rest, { max: words.length }))
  await look()
  const [stored] = await Array.fromAsync(store.list())
  assert.equal(stored?.name, nameOf(key))
  assert.ok((await buffer((await blobs.open(key)).stream)).equals(words))
})

test('sealed: a flipped bit, a swapped piece, a cut and a swapped blob are noticed, and nothing of them is given', async () => {
  const { data, blobs } = await openSealed()
  const bytes = randomBytes(3 * PIECE + 100)
  const [key, other] = [await blobs.newKey(null), await blobs.newKey(null)]
  await blobs.put(key, bytes)
  await blobs.put(other, bytes)
  const path = join(data, 'blobs', nameOf(key))
  const whole = await readFile(path)
  const SEALED = PIECE + 28
  const flipped = Buffer.from(whole)
  flipped.writeUInt8(flipped.readUInt8(SEALED + 500) ^ 1, SEALED + 500)
  const swapped = Buffer.concat([
    whole.subarray(SEALED, 2 * SEALED),
    whole.subarray(0, SEALED),
    whole.subarray(2 * SEALED),
  ])
  for (const damaged of [
    flipped,
    swapped,
    whole.subarray(0, -1),
    await readFile(join(data, 'blobs', nameOf(other))),
  ]) {
    await writeFile(path, damaged)
    await assert.rejects(buffer((await blobs.open(key)).stream), StorageFailed)
    await assert.rejects(blobs.digest(key), StorageFailed)
  }
  await writeFile(path, flipped)
  const { stream } = await blobs.open(key, { start: 0, end: PIECE - 1 })
  assert.ok((await buffer(stream)).equals(bytes.subarray(0, PIECE)), 'what is whole can be read')
  const secret = key.slice(41)
  await assert.rejects(buffer((await blobs.open(nameOf(other) + secret)).stream), StorageFailed)
})

test('sealed: a nonce is never used twice, even for a piece that is written again', async () => {
  const { store, blobs } = await openSealed()
  const key = await blobs.newKey(null)
  const nonces = new Set<string>()
  const once = async (at: Cursor) => {
    const to = await blobs.append(key, at, Readable.from([Buffer.alloc(PIECE + 9)]), { max: 1e9 })
    nonces.add(
      Buffer.from(to.state ?? [])
        .subarray(16, 28)
        .toString('hex'),
    )
    return to
  }
  const first = await once(START)
  for (let again = 0; again < 50; again++) await once(first)
  assert.equal(nonces.size, 51)
  await store.discard(nameOf(key))
})

test('sealed: a cursor that lost its state can only begin again', async () => {
  const { blobs } = await openSealed()
  const key = await blobs.newKey(null)
  await blobs.append(key, START, Readable.from([Buffer.from('abc')]), { max: 9 })
  await assert.rejects(
    blobs.append(key, { offset: 3, state: null }, Readable.from([Buffer.from('d')]), { max: 9 }),
    UploadLost,
  )
})

test('what is read back short to be hashed when it is committed is refused, and committed another time', async () => {
  const { store, blobs } = await openSealed()
  const bytes = randomBytes(3 * PIECE)
  const key = await blobs.newKey(null)
  const at = await blobs.append(key, START, Readable.from([bytes]), { max: bytes.length })
  // Another process's, which has to read it; its store breaks off without a word.
  let isShort = true
  const shortly: BlobStore = {
    ...store,
    async open(name, part) {
      const found = await store.open(name, part)
      if (!isShort) return found
      const whole = await buffer(found.stream)
      return { ...found, stream: Readable.from([whole.subarray(0, PIECE + 28)]) }
    },
  }
  const another = createBlobs({ store: shortly, vault: openVault, seal: true })
  await assert.rejects(another.commit(key, at), StorageFailed)
  isShort = false
  const facts = { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  assert.deepEqual(await another.commit(key, at), facts)
})

test('what earlier versions stored is read as it was given, and what is made of it is sealed', async () => {
  const { store, blobs } = await openSealed()
  const plain = createBlobs({ store, vault: openVault, seal: false })
  const key = await plain.newKey('company')
  await plain.put(key, Buffer.from('as it was'))
  assert.equal(key, nameOf(key))
  assert.equal((await buffer((await blobs.open(key)).stream)).toString(), 'as it was')
  assert.match(await blobs.newKeyBeside(key), /^[0-9a-f]{2}\/[0-9a-f]{38}\.[0-9a-f]{64}$/)
})

test('a stream that nobody read closes its file', async () => {
  const { blobs } = await openSealed()
  const key = await blobs.newKey(null)
  await blobs.put(key, randomBytes(5 * PIECE))
  const count = async () => (await readdir('/proc/self/fd')).length
  const before = await count()
  const streams = await Promise.all(Array.from({ length: 20 }, () => blobs.open(key)))
  await Promise.all(
    streams.map(({ stream }) => new Promise((resolve) => stream.once('close', resolve).destroy())),
  )
  assert.ok((await count()) <= before + 2)
})

test('what can’t be opened leaves no file open', async () => {
  const data = await makeTempFolder()
  const disk = await openIn(data)
  const opened: Readable[] = []
  const store: BlobStore = {
    ...disk,
    async open(name, part) {
      const found = await disk.open(name, part)
      opened.push(found.stream)
      return found
    },
  }
  const blobs = createBlobs({ store, vault: openVault, seal: true })
  const key = await blobs.newKey(null)
  await blobs.put(key, randomBytes(5 * PIECE))
  const short = await blobs.newKey(null)
  await blobs.put(short, randomBytes(PIECE))
  await writeFile(join(data, 'blobs', nameOf(short)), 'too short to be sealed')
  const strange = `${nameOf(key)}.of nobody here`
  const wrong: (() => Promise<unknown>)[] = [
    () => blobs.open(strange),
    () => blobs.open(strange, { start: 0, end: 1 }),
    () => blobs.openStored(strange, PIECE, { start: 0, end: 1 }),
    () => blobs.open(short),
    () => blobs.open(short, { start: 0, end: 1 }),
    () => blobs.openStored(short, PIECE, { start: 0, end: PIECE - 1 }),
  ]
  for (const open of wrong) await assert.rejects(open())
  assert.ok(opened.every(({ destroyed }) => destroyed))
})
