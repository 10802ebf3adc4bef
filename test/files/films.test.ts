import '@napi-rs/webcodecs/polyfill'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedPacketSink,
  Input,
  Mp4OutputFormat,
  Output,
  TextSubtitleSource,
  VideoSample,
  VideoSampleSource,
} from 'mediabunny'
import { nameOf } from '../../server/blobs/blobs.ts'
import { blanked } from '../../server/files/blanked.ts'
import { findBlanks } from '../../server/previews/blanks.ts'
import { areBlanks } from '../../server/previews/messages.ts'
import { createWorld } from '../world.ts'

const PLACE = '+45.5017-073.5673/'
const SECRETS = [PLACE, 'Phone of Zoe', 'GPS 45.5017', 'Maker 4711', 'Camera 7 encoder']

function box(type: string, ...content: (Buffer | string)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  const header = Buffer.alloc(8)
  header.writeUInt32BE(bytes.length + 8)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, bytes])
}

/** Two seconds. */
async function record(how: { fastStart: false | 'fragmented'; words?: string }): Promise<Buffer> {
  const target = new BufferTarget()
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: how.fastStart }), target })
  const pictures = new VideoSampleSource({ codec: 'avc', bitrate: 200_000, keyFrameInterval: 0.5 })
  output.addVideoTrack(pictures, { name: SECRETS[1] ?? '' })
  const words = how.words === undefined ? undefined : new TextSubtitleSource('webvtt')
  if (words) output.addSubtitleTrack(words)
  await output.start()
  await words?.add(`WEBVTT\n\n00:00.000 --> 00:01.500\n${how.words}\n`)
  words?.close()
  for (let index = 0; index < 20; index++) {
    const frame = {
      format: 'RGBA',
      codedWidth: 64,
      codedHeight: 48,
      timestamp: index / 10,
      duration: 0.1,
    } as const
    using sample = new VideoSample(new Uint8Array(64 * 48 * 4).fill(index * 12), frame)
    await pictures.add(sample)
  }
  await output.finalize()
  return Buffer.from(target.buffer ?? new ArrayBuffer(0))
}

/** It tells where it was taken as phones do, and as drones do in a track of its own. */
async function film(): Promise<Buffer> {
  const made = await record({ fastStart: false, words: SECRETS[2] ?? '' })
  made.write(SECRETS[4] ?? '', made.indexOf('avc1', made.indexOf('stsd'), 'latin1') + 47)
  const at = made.lastIndexOf('moov', undefined, 'latin1') - 4
  // The index comes last: it may grow, and nothing moves.
  assert.equal(at + made.readUInt32BE(at), made.length)
  const told = box('udta', box('©xyz', Buffer.from([0, PLACE.length, 0x15, 0xc7]), PLACE))
  const grown = Buffer.concat([made.subarray(at), told])
  grown.writeUInt32BE(grown.length)
  return Buffer.concat([made.subarray(0, at), box('uuid', Buffer.alloc(16, 7), SECRETS[3] ?? ''), grown])
}

async function packetsOf(bytes: Buffer) {
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS })
  const track = (await input.getPrimaryVideoTrack()) ?? assert.fail('no film')
  const packets: string[] = []
  for await (const packet of new EncodedPacketSink(track).packets())
    packets.push(`${packet.timestamp} ${Buffer.from(packet.data).toString('base64')}`)
  return packets
}

async function setScene(
  t: Parameters<typeof createWorld>[0],
  bytes: Buffer,
  settings: Record<string, string> = {},
) {
  const world = await createWorld(t, { settings })
  const company = await world.addCompany()
  const professional = await world.addProfessional(company)
  const client = await world.addClient(company)
  await world.setStakeholder(client, professional)
  const asClient = await world.signIn(client)
  const { id } = await asClient.upload(bytes, { name: 'squat.mp4' })
  const asProfessional = await world.signIn(professional)
  const read = async (who: typeof asClient, more = '', headers: Record<string, string> = {}) => {
    const answer = await who.fetch(`/api/items/${id}/content${more}`, { headers })
    return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) }
  }
  return { world, id, asClient, asProfessional, read }
}

test('a film tells its owner all, and others neither where nor with what it was taken', async (t) => {
  const original = await film()
  for (const secret of SECRETS) assert.ok(original.includes(secret), secret)
  const { id, asClient, asProfessional, read } = await setScene(t, original)
  assert.deepEqual((await read(asClient)).bytes, original)

  const { bytes } = await read(asProfessional)
  assert.equal(bytes.length, original.length)
  const zip = await asProfessional.fetch(`/api/zip?ids=${id}`)
  const zipped = Buffer.from(await zip.arrayBuffer())
  const shown = (await read(asProfessional, '?inline')).bytes
  for (const secret of SECRETS) {
    for (const [what, given] of Object.entries({ bytes, zipped, shown }))
      assert.ok(!given.includes(secret), `${what}: ${secret}`)
  }
  assert.ok(zipped.includes(bytes))
  assert.deepEqual(await packetsOf(bytes), await packetsOf(original), 'each picture as it was')
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS })
  assert.deepEqual(
    (await input.getTracks()).map(({ type }) => type),
    ['video'],
  )

  const at = original.indexOf(PLACE)
  for (const [start, end] of [
    [at, at + 5],
    [at - 9, at + 3],
    [0, original.length - 1],
    [original.length - 40, original.length - 1],
  ] as const) {
    const part = await read(asProfessional, '', { Range: `bytes=${start}-${end}` })
    assert.equal(part.status, 206)
    assert.deepEqual(part.bytes, bytes.subarray(start, end + 1), `${start} to ${end}`)
  }
})

test('a film in fragments plays on for others', async (t) => {
  const original = await record({ fastStart: 'fragmented' })
  assert.ok(original.includes('moof'))
  const { asProfessional, read } = await setScene(t, original)
  const { status, bytes } = await read(asProfessional)
  assert.equal(status, 200)
  assert.ok(!bytes.includes(SECRETS[1] ?? ''))
  assert.deepEqual(await packetsOf(bytes), await packetsOf(original))
})

test('what of a film goes to nobody else is found again where it can’t be read any more', async (t) => {
  for (const ENCRYPTION of ['on', 'off']) {
    const { world, asProfessional, read } = await setScene(t, await film(), { ENCRYPTION })
    const { bytes } = await read(asProfessional)
    const stored = async () => {
      const { key } = await world.db
        .selectFrom('preview')
        .select('key')
        .where('variant', '=', 'blanks')
        .executeTakeFirstOrThrow()
      return join(world.dataDir, 'blobs', nameOf(key ?? ''))
    }
    const whole = (await stat(await stored())).size
    const harms = [
      (path: string) => rm(path),
      ...[0, 8, 16, 17, whole - 16].map((size) => (path: string) => truncate(path, size)),
      (path: string) => writeFile(path, Buffer.alloc(whole, 0x40)),
    ]
    for (const [at, harm] of harms.entries()) {
      const before = await stored()
      await harm(before)
      const again = await read(asProfessional)
      assert.deepEqual([again.status, again.bytes], [200, bytes], `${ENCRYPTION} ${at}`)
      assert.notEqual(await stored(), before)
    }
  }
})

test('a film whose boxes can’t be told apart stays with its owner', async (t) => {
  const whole = await film()
  const cut = whole.subarray(0, whole.lastIndexOf('moov', undefined, 'latin1') - 4)
  const { asClient, asProfessional, read } = await setScene(t, cut)
  assert.equal((await read(asClient)).status, 200)
  const refused = await read(asProfessional)
  assert.deepEqual([refused.status, JSON.parse(refused.bytes.toString()).code], [403, 'film_kept_back'])
})

test('what a film doesn’t need is kept back wherever it lies', async () => {
  let secrets = 0
  const secret = () => ` secret ${++secrets} `
  const told = () => [
    box('udta', box('©xyz', secret())),
    box('meta', Buffer.alloc(4), secret()),
    box('uuid', Buffer.alloc(16), secret()),
  ]
  const handler = (type: string) => box('hdlr', Buffer.alloc(8), type, Buffer.alloc(12), secret())
  const tables = box('stbl', box('stsd', Buffer.alloc(8)), box('stts', Buffer.alloc(8)), ...told())
  const media = box('mdia', handler('vide'), box('minf', box('vmhd', 'kept'), tables, ...told()), ...told())
  const track = box(
    'trak',
    box('tkhd', 'kept'),
    box('edts', box('elst', 'kept'), ...told()),
    media,
    ...told(),
  )
  const moov = box('moov', box('mvhd', 'kept'), track, box('mvex', box('trex', 'kept'), ...told()), ...told())
  const moof = box('moof', box('mfhd', 'kept'), box('traf', box('tfhd', 'kept'), ...told()), ...told())
  const ended = box('mfra', box('tfra', 'kept'), ...told())
  const bytes = Buffer.concat([box('ftyp', 'isom'), ...told(), moov, moof, box('mdat', 'kept'), ended])
  const read = async (start: number, end: number) => bytes.subarray(start, end + 1)
  const blanks = await findBlanks({ size: bytes.length, read })
  assert.ok(areBlanks(blanks))
  for (let size = 1; size < 40; size++) {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    )
    const given = await buffer(blanked(Readable.from(parts), 0, blanks))
    assert.equal(given.length, bytes.length)
    assert.ok(!given.includes('secret'))
    assert.equal(given.toString('latin1').match(/kept/g)?.length, 9)
    assert.equal(given.toString('latin1').match(/udta|meta|uuid/), null)
  }
})

/** Data in so many samples, which all begin at one place. */
function overlapping(samples: number): Buffer {
  const numbers = (...those: number[]) => {
    const bytes = Buffer.alloc(those.length * 4)
    for (const [index, number] of those.entries()) bytes.writeUInt32BE(number, index * 4)
    return bytes
  }
  const data = box('mdat', Buffer.alloc(100_000, 'x'))
  const chunks = box('stco', numbers(0, samples), Buffer.alloc(samples * 4, numbers(16)))
  const sizes = box('stsz', numbers(0, 99_000, samples))
  const tables = box('stbl', sizes, box('stsc', numbers(0, 1, 1, 1, 1)), chunks)
  const handler = box('hdlr', Buffer.alloc(8), 'meta', Buffer.alloc(12))
  const track = box('trak', box('mdia', handler, box('minf', tables)))
  return Buffer.concat([
    box('ftyp', 'isom\0\0\0\0'),
    data,
    box('moov', box('mvhd', Buffer.alloc(100)), track),
  ])
}

test('samples that lie one over the other cost no more than what they cover', async (t) => {
  const { world, asProfessional, read } = await setScene(t, overlapping(99_000))
  const { status, bytes } = await read(asProfessional)
  assert.equal(status, 200)
  assert.equal(
    bytes.subarray(16, 16 + 99_000).findIndex((byte) => byte !== 0),
    -1,
  )
  assert.equal(bytes.subarray(16 + 99_000, 16 + 100_000 + 8).includes('x'), true)
  const { size } = await world.db
    .selectFrom('preview')
    .select('size')
    .where('variant', '=', 'blanks')
    .executeTakeFirstOrThrow()
  assert.ok((size ?? Infinity) < 100, `${size} bytes`)
  const more = await setScene(t, overlapping(150_000))
  assert.equal((await more.read(more.asProfessional)).status, 403)
})

test('what former versions kept of a film is found again', async (t) => {
  const { world, asProfessional, read } = await setScene(t, await film())
  const { bytes } = await read(asProfessional)
  await world.db
    .updateTable('preview')
    .set({ type: 'application/json' })
    .where('variant', '=', 'blanks')
    .execute()
  const again = await read(asProfessional)
  assert.deepEqual([again.status, again.bytes], [200, bytes])
})

test('hostile films are refused or blanked, within bounds', async (t) => {
  const whole = await film()
  const moov = whole.lastIndexOf('moov', undefined, 'latin1') - 4
  const lying = Buffer.from(whole)
  lying.writeUInt32BE(0x7fffffff, whole.indexOf('stsc') + 12)
  const nested = Buffer.from(whole)
  nested.writeUInt32BE(4, moov + 8)
  const many = Buffer.concat([whole.subarray(0, 32), Buffer.alloc(8 * 30_000, '\0\0\0\x08free')])
  for (const bytes of [lying, nested, many, Buffer.concat([whole.subarray(0, 32), randomBytes(3000)])]) {
    const { asProfessional, read } = await setScene(t, bytes)
    const { status } = await read(asProfessional)
    assert.ok(status === 200 || status === 403, `${status}`)
  }
})
