import '@napi-rs/webcodecs/polyfill'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import {
  AdtsOutputFormat,
  type AudioCodec,
  AudioSample,
  AudioSampleSource,
  BufferTarget,
  FlacOutputFormat,
  Mp3OutputFormat,
  Mp4OutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  WavOutputFormat,
  WebMOutputFormat,
} from 'mediabunny'
import sharp from 'sharp'
import { sniffType } from '../../server/files/sniff.ts'
import { flat } from './hostile.ts'
import { openStudio } from './studio.ts'

const RATE = 48_000

const FORMATS: Record<string, [AudioCodec, () => OutputFormat, string]> = {
  mp3: ['mp3', () => new Mp3OutputFormat({ xingHeader: false }), 'audio/mpeg'],
  m4a: ['aac', () => new Mp4OutputFormat(), 'video/mp4'],
  aac: ['aac', () => new AdtsOutputFormat(), 'audio/aac'],
  ogg: ['vorbis', () => new OggOutputFormat(), 'audio/ogg'],
  opus: ['opus', () => new OggOutputFormat(), 'audio/ogg'],
  wav: ['pcm-s16', () => new WavOutputFormat(), 'audio/wav'],
  flac: ['flac', () => new FlacOutputFormat(), 'audio/flac'],
  'a voice recorded by a browser': ['opus', () => new WebMOutputFormat(), 'video/webm'],
}

/** Seconds of silence, then as many of a tone. */
async function recording(
  kind: keyof typeof FORMATS,
  { seconds = 2, cover }: { seconds?: number; cover?: Buffer } = {},
): Promise<Buffer> {
  const [codec, format] = FORMATS[kind] ?? assert.fail(kind)
  const target = new BufferTarget()
  const output = new Output({ format: format(), target })
  const source = new AudioSampleSource({ codec, bitrate: 64_000 })
  output.addAudioTrack(source)
  if (cover) output.setMetadataTags({ images: [{ data: cover, mimeType: 'image/png', kind: 'coverFront' }] })
  await output.start()
  for (let second = 0; second < 2 * seconds; second++) {
    const loud = second < seconds ? 0 : 0.5
    const data = Float32Array.from(
      { length: RATE },
      (_, at) => loud * Math.sin((at * 440 * 2 * Math.PI) / RATE),
    )
    using sample = new AudioSample({
      data,
      format: 'f32',
      numberOfChannels: 1,
      sampleRate: RATE,
      timestamp: second,
    })
    await source.add(sample)
  }
  await output.finalize()
  return Buffer.from(target.buffer ?? new ArrayBuffer(0))
}

/** How much is drawn on the left and on the right. */
async function drawn(picture: Uint8Array) {
  const { width, height } = await sharp(picture).metadata()
  const half = Math.floor(width / 2)
  const of = async (left: number) => {
    const part = { left, top: 0, width: half, height }
    const { data } = await sharp(picture)
      .extract(part)
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    return data.filter((value, at) => at % 4 === 3 && value > 128).length
  }
  return [await of(0), await of(width - half)] as const
}

test('a recording is drawn as loud as it is, on no ground, with how long it plays', async (t) => {
  const { make } = await openStudio(t)
  for (const [kind, [, , type]] of Object.entries(FORMATS)) {
    const bytes = await recording(kind)
    assert.equal(await sniffType(bytes), type, kind)
    const preview = await make(bytes, type)
    assert.deepEqual([preview.width, preview.height, preview.hash], [480, 320, undefined], kind)
    assert.ok(Math.abs((preview.duration ?? 0) - 4) < 0.2, `${kind} plays ${preview.duration} s`)
    const [silence, tone] = await drawn(preview.bytes)
    assert.ok(silence > 100 && tone > 5 * silence, `${kind}: ${silence} and ${tone}`)
    assert.deepEqual((await sharp(preview.bytes).raw().toBuffer()).subarray(3, 4), Buffer.from([0]), kind)
  }
})

test('the cover of a recording stands for it', async (t) => {
  const { make } = await openStudio(t)
  const cover = await flat(600, 600).png().toBuffer()
  for (const kind of ['mp3', 'm4a', 'flac', 'ogg']) {
    const preview = await make(await recording(kind, { cover }), FORMATS[kind]?.[2] ?? '')
    assert.deepEqual([preview.width, preview.height], [480, 480], kind)
    assert.ok(preview.hash, kind)
    assert.ok((preview.duration ?? 0) > 3, kind)
  }
  const damaged = await make(await recording('mp3', { cover: randomBytes(2000) }), 'audio/mpeg')
  assert.deepEqual([damaged.width, damaged.height], [480, 320])
})

test('of an hour no more is decoded than of a minute', async (t) => {
  const { make } = await openStudio(t, { workers: 1, limits: { memory: 300e6 } })
  const wav = await recording('wav', { seconds: 30 })
  const header = Buffer.from(wav.subarray(0, wav.indexOf('data') + 8))
  const minute = wav.subarray(header.length)
  header.writeUInt32LE(header.length - 8 + 60 * minute.length, 4)
  header.writeUInt32LE(60 * minute.length, header.length - 4)
  const seconds = await recording('mp3')
  const hours = {
    'audio/wav': Buffer.concat([header, ...Array.from({ length: 60 }, () => minute)]),
    'audio/mpeg': Buffer.concat(Array.from({ length: 900 }, () => seconds)),
  }
  for (const [type, bytes] of Object.entries(hours)) {
    const { duration = 0 } = await make(bytes, type)
    assert.ok(Math.abs(duration - 3600) < 60, `${type} plays ${duration} s`)
  }
})

test('broken recordings cost one preview each, and the pool goes on', async (t) => {
  const { make } = await openStudio(t, { workers: 1 })
  const wav = await recording('wav')
  const mp3 = await recording('mp3')
  const endless = Buffer.from(wav)
  endless.writeUInt32LE(0xffffffff, wav.indexOf('data') + 4)
  const fast = Buffer.from(wav)
  fast.writeUInt32LE(0xffffffff, wav.indexOf('fmt ') + 12)
  const broken: Record<string, [string, Buffer]> = {
    'noise for MP3': ['audio/mpeg', randomBytes(5000)],
    'noise for WAV': ['audio/wav', randomBytes(5000)],
    'half an MP3': ['audio/mpeg', mp3.subarray(0, mp3.length / 2)],
    'a cut FLAC': ['audio/flac', (await recording('flac')).subarray(0, 60)],
    'a WAV without end': ['audio/wav', endless],
    'a WAV of four billion samples a second': ['audio/wav', fast],
    'an ID3 tag that claims 256 MB': [
      'audio/mpeg',
      Buffer.concat([Buffer.from('ID3\x04\0\0\x7f\x7f\x7f\x7f', 'latin1'), mp3]),
    ],
    'nothing but an Ogg page': ['audio/ogg', (await recording('opus')).subarray(0, 40)],
  }
  for (const [what, [type, bytes]] of Object.entries(broken)) {
    await make(bytes, type).catch((error) => assert.equal(error.name, 'PreviewFailed', what))
    assert.equal((await make(await flat(20, 20).png().toBuffer(), 'image/png')).width, 20, what)
  }
  await assert.rejects(make(randomBytes(5000), 'audio/mpeg'), { name: 'PreviewFailed', reason: 'unreadable' })
})
