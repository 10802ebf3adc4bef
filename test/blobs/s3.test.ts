import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import type { Cursor } from '../../server/blobs/blobs.ts'
import { BlobAbsent, newName, StorageFailed, UploadLost } from '../../server/blobs/port.ts'
import { openS3Store } from '../../server/blobs/s3.ts'
import { bodyOf, createS3Objects } from '../../server/blobs/s3-objects.ts'
import { elsewhere, openGateway, openS3, startS3 } from '../s3-server.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { contentOf } from './endless-writer.ts'
import { tried } from './sealed.ts'
import { asTried, testBlobs } from './suite.ts'

const s3 = await openS3()
const spoolFolder = await makeTempFolder()
const MIB = 1024 * 1024
const sizes = { max: 1e9 }

testBlobs('S3', async () => {
  const place = s3.place()
  const open = async () => asTried(openS3Store(place, { spoolFolder }))
  return { blobs: await open(), reopen: open }
})

testBlobs(
  'sealed on S3',
  async () => {
    const place = s3.place()
    const kept = new Map<string, Cursor>()
    const open = async () => tried(openS3Store(place, { spoolFolder }), true, kept)
    return { blobs: await open(), reopen: open }
  },
  { hashed: true, sealed: true },
)

function openNew() {
  const place = s3.place()
  const open = () => openS3Store(place, { spoolFolder })
  return { store: open(), reopen: open, objects: createS3Objects(place), place }
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const chunksOf = (bytes: Uint8Array) =>
  Readable.from(
    (function* () {
      for (let i = 0; i < bytes.length; i += 64 * 1024) yield bytes.subarray(i, i + 64 * 1024)
    })(),
  )

test('S3: pieces of all sizes become one blob, whichever process sends them', async () => {
  const { reopen, objects } = openNew()
  const bytes = randomBytes(61 * MIB)
  const name = newName()
  let offset = 0
  for (const mib of [1, 2, 5, 0.3, 7.5, 4.999, 40, 0.2]) {
    const store = reopen()
    const piece = bytes.subarray(offset, offset + Math.round(mib * MIB))
    offset = await store.append(name, offset, chunksOf(piece), sizes)
    // Never recorded: what was, is gone on with.
    await store.append(name, offset, chunksOf(randomBytes(6 * MIB)), sizes)
  }
  assert.equal(offset, Math.round(60.999 * MIB))
  offset = await reopen().append(name, offset, chunksOf(bytes.subarray(offset)), sizes)
  assert.deepEqual(await reopen().commit(name), { size: bytes.length })
  const store = reopen()
  assert.equal(sha256(await buffer((await store.open(name)).stream)), sha256(bytes))
  for (const [start, end] of [
    [0, 1],
    [8 * MIB - 1, 8 * MIB],
    [20 * MIB, 21 * MIB],
    [bytes.length - 1, bytes.length - 1],
  ] as const) {
    const { stream, size } = await store.open(name, { start, end })
    assert.equal(size, bytes.length)
    assert.ok((await buffer(stream)).equals(bytes.subarray(start, end + 1)), `${start}-${end}`)
  }
  assert.deepEqual(await Array.fromAsync(objects.list('staged/')), [])
  assert.deepEqual(await readdir(spoolFolder), [])
})

test('S3: a large blob is put at once', async () => {
  const { store, objects } = openNew()
  const bytes = randomBytes(90 * MIB)
  const name = newName()
  assert.deepEqual(await store.put(name, chunksOf(bytes)), { size: bytes.length })
  assert.equal(sha256(await buffer((await store.open(name)).stream)), sha256(bytes))
  const half = newName()
  const breaking = Readable.from(
    (async function* () {
      yield* chunksOf(bytes)
      throw new Error('the sender went away')
    })(),
  )
  await assert.rejects(store.put(half, breaking), /broke off/)
  await assert.rejects(store.open(half), BlobAbsent)
  assert.equal((await Array.fromAsync(objects.list(''))).length, 1)
})

test('S3: a large blob that is not there once its parts were to be joined was not put', async () => {
  const isJoining = (method: string, url: string) => method === 'POST' && url.includes('uploadId=')
  const store = openS3Store(await openGateway((await startS3()).place(), isJoining), { spoolFolder })
  const name = newName()
  await assert.rejects(store.put(name, chunksOf(randomBytes(41 * MIB))), StorageFailed)
  assert.equal(await store.stat(name), undefined)
})

test('S3: a commit that was cut off between joining and tidying up is repeated', async () => {
  const { store, reopen, objects } = openNew()
  const name = newName()
  const bytes = randomBytes(6 * MIB)
  const end = await store.append(name, 0, chunksOf(bytes), sizes)
  await store.append(name, end, Readable.from([Buffer.from('end')]), sizes)
  const left = await Array.fromAsync(objects.list('staged/'))
  const [part, tail, upload] = await Promise.all(
    left.map(async ({ key }) => {
      const found = await objects.get(key)
      return found && { key, bytes: await buffer(found.stream) }
    }),
  )
  assert.ok(part && tail && upload)
  await store.commit(name)
  // However much of the tidying up was done.
  for (const again of [[part, tail, upload], [tail, upload], [upload]]) {
    for (const { key, bytes } of again) await objects.put(key, bodyOf(bytes))
    assert.deepEqual(await reopen().commit(name), { size: 6 * MIB + 3 })
    assert.deepEqual(await Array.fromAsync(objects.list('staged/')), [])
  }
  assert.equal((await buffer((await store.open(name)).stream)).subarray(-3).toString(), 'end')
})

test('S3: more than a page of blobs is listed', async () => {
  const { store, objects } = openNew()
  const names = Array.from({ length: 1003 }, newName)
  for (let i = 0; i < names.length; i += 50) {
    const some = names.slice(i, i + 50)
    await Promise.all(some.map((name) => objects.put(`blobs/${name}`, bodyOf(Buffer.from('x')))))
  }
  const listed = await Array.fromAsync(store.list(), ({ name }) => name)
  assert.deepEqual(listed.sort(), names.sort())
})

test('S3: a receiver may take its time', async () => {
  const { place } = openNew()
  const store = openS3Store(place, { spoolFolder, patience: 2_000 })
  const name = newName()
  const bytes = randomBytes(24 * MIB)
  await store.put(name, chunksOf(bytes))
  const { stream } = await store.open(name)
  const hash = createHash('sha256')
  let read = 0
  for await (const chunk of stream) {
    if (read < MIB && read + chunk.length >= MIB) await wait(5_000)
    read += chunk.length
    hash.update(chunk)
  }
  assert.equal(hash.digest('hex'), sha256(bytes))
})

test('S3 gone, and S3 that hangs: an error within seconds, and all is well again afterwards', async () => {
  const server = await startS3()
  const place = server.place()
  const store = openS3Store(place, { spoolFolder, patience: 3_000 })
  const [blob, staged] = [newName(), newName()]
  await store.put(blob, Buffer.from('abc'))
  await store.append(staged, 0, Readable.from([Buffer.from('acknowledged')]), sizes)
  const verbs = [
    () => store.open(blob),
    () => store.stat(blob),
    () => store.remove(blob),
    () => store.put(newName(), Buffer.from('x')),
    () => store.append(staged, 12, Readable.from([Buffer.from(' more')]), sizes),
    () => store.commit(staged),
    () => store.check(),
    () => Array.fromAsync(store.list()),
  ]
  const failing = async () => {
    const began = Date.now()
    await Promise.all(verbs.map((verb) => assert.rejects(verb, StorageFailed)))
    assert.ok(Date.now() - began < 20_000, 'each gives up by itself')
  }
  await server.stop()
  await failing()
  await server.start()
  assert.equal(await text((await store.open(blob)).stream), 'abc')

  const large = newName()
  await store.put(large, chunksOf(randomBytes(32 * MIB)))
  const { stream } = await store.open(large)
  server.hang()
  await failing()
  await assert.rejects(buffer(stream), StorageFailed)
  server.goOn()
  assert.equal(await store.append(staged, 12, Readable.from([Buffer.from(' and more')]), sizes), 21)
  assert.deepEqual(await store.commit(staged), { size: 21 })
  assert.equal(await text((await store.open(staged)).stream), 'acknowledged and more')
})

test('S3: a key that nobody knows, and a bucket that is not there, are failures and not absences', async () => {
  const place = (await startS3()).place()
  for (const wrong of [{ accessKeyId: 'NOBODY' }, { bucket: 'no-such-bucket' }]) {
    const store = openS3Store({ ...place, ...wrong }, { spoolFolder })
    const name = newName()
    await assert.rejects(store.open(name), StorageFailed)
    await assert.rejects(store.append(name, 0, Readable.from([]), sizes), StorageFailed)
    await assert.rejects(store.commit(name), StorageFailed)
    await assert.rejects(store.put(name, Buffer.from('x')), StorageFailed)
  }
})

test('S3: kill -9: what was acknowledged is whole, and an upload goes on', async (t) => {
  const data = await makeTempFolder()
  for (const acknowledgements of [1, 4, 7, 9, 17]) {
    const place = s3.place()
    const program = join(import.meta.dirname, 'endless-writer.ts')
    const writer = spawn(process.execPath, [program, data, JSON.stringify(place)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    t.after(() => writer.kill('SIGKILL'))
    const lines: string[] = []
    for await (const line of createInterface({ input: writer.stdout })) {
      lines.push(line)
      if (lines.length === acknowledgements) writer.kill('SIGKILL')
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit')
    assert.equal(writer.signalCode, 'SIGKILL')
    // The name of one that had just begun may be left, and nothing else of it.
    for (const name of await readdir(join(data, 'spool')))
      assert.equal((await stat(join(data, 'spool', name))).size, 0)

    const store = openS3Store(place, { spoolFolder })
    const uploads = new Map<string, number>()
    for (const line of lines) {
      const [what, name = '', offset] = line.split(' ')
      if (what === 'put') assert.equal(await text((await store.open(name)).stream), contentOf(name))
      if (what === 'appended') uploads.set(name, Number(offset))
    }
    for (const [name, offset] of uploads) {
      const whole = Buffer.from(contentOf(name, 300_000))
      // The commit may have come through without anybody hearing so.
      if (offset < whole.length) {
        const end = await store.append(name, offset, chunksOf(whole.subarray(offset)), { max: whole.length })
        assert.equal(end, whole.length)
      }
      assert.deepEqual(await store.commit(name), { size: whole.length })
      assert.ok((await buffer((await store.open(name)).stream)).equals(whole))
    }
    assert.deepEqual(await Array.fromAsync(store.list('staged')), [])
  }
})

test('S3: where a part of what was acknowledged is gone, the upload says so', async () => {
  const { store, objects } = openNew()
  const name = newName()
  const end = await store.append(name, 0, chunksOf(randomBytes(6 * MIB)), sizes)
  await store.append(name, end, Readable.from([Buffer.from('end')]), sizes)
  const [part] = await Array.fromAsync(objects.list('staged/'))
  await objects.remove(part?.key ?? '')
  await assert.rejects(store.append(name, end, Readable.from([]), sizes), UploadLost)
  await assert.rejects(store.commit(name), UploadLost)
})

// The server of every run can't give parts up.
test('S3: where the bucket gave old parts up, the upload says so', { skip: !elsewhere }, async () => {
  const { store, objects } = openNew()
  const [goingOn, complete] = [newName(), newName()]
  for (const name of [goingOn, complete]) {
    await store.append(name, 0, chunksOf(randomBytes(6 * MIB)), sizes)
    const upload = await objects.get(`staged/${name}/upload`)
    assert.ok(upload)
    await objects.abort(`blobs/${name}`, await text(upload.stream))
  }
  await assert.rejects(store.append(goingOn, 6 * MIB, chunksOf(randomBytes(6 * MIB)), sizes), UploadLost)
  await assert.rejects(store.commit(complete), UploadLost)
  await store.discard(complete)
  assert.equal(await store.append(complete, 0, chunksOf(randomBytes(6 * MIB)), sizes), 6 * MIB)
})
