import '@napi-rs/webcodecs/polyfill'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import {
  BufferTarget,
  Mp4OutputFormat,
  Output,
  type Rotation,
  VideoSample,
  VideoSampleSource,
  WebMOutputFormat,
} from 'mediabunny'
import sharp from 'sharp'
import { flat } from './hostile.ts'
import { openStudio } from './studio.ts'

/** Two seconds: dark for a while, then light above and dark below. */
async function film(kind: 'mp4' | 'webm', rotation: Rotation = 0): Promise<Buffer> {
  const [width, height, rate] = [320, 160, 10] as const
  const target = new BufferTarget()
  const format = kind === 'mp4' ? new Mp4OutputFormat() : new WebMOutputFormat()
  const output = new Output({ format, target })
  const codec = kind === 'mp4' ? 'avc' : 'vp8'
  const track = new VideoSampleSource({ codec, bitrate: 500_000, keyFrameInterval: 0.5 })
  output.addVideoTrack(track, { frameRate: rate, rotation })
  await output.start()
  for (let index = 0; index < 2 * rate; index++) {
    const pixels = new Uint8Array(width * height * 4)
    if (index >= 0.8 * rate) pixels.fill(255, 0, pixels.length / 2)
    using frame = new VideoSample(pixels, {
      format: 'RGBA',
      codedWidth: width,
      codedHeight: height,
      timestamp: index / rate,
      duration: 1 / rate,
    })
    await track.add(frame)
  }
  await output.finalize()
  return Buffer.from(target.buffer ?? new ArrayBuffer(0))
}

async function lightness(picture: Uint8Array, side: 'top' | 'bottom' | 'left' | 'right'): Promise<number> {
  const { width, height } = await sharp(picture).metadata()
  const upright = side === 'top' || side === 'bottom'
  const part = upright ? { width, height: height * 0.4 } : { width: width * 0.4, height }
  const at = { left: side === 'right' ? width * 0.6 : 0, top: side === 'bottom' ? height * 0.6 : 0 }
  const cut = await sharp(picture)
    .extract({
      left: Math.floor(at.left),
      top: Math.floor(at.top),
      width: Math.floor(part.width),
      height: Math.floor(part.height),
    })
    .toBuffer()
  return (await sharp(cut).stats()).channels[0]?.mean ?? Number.NaN
}

test('a frame stands for a film, past its dark beginning', async (t) => {
  const { make } = await openStudio(t)
  for (const kind of ['mp4', 'webm'] as const) {
    const preview = await make(await film(kind), `video/${kind}`)
    assert.deepEqual([preview.width, preview.height], [320, 160])
    assert.deepEqual(preview.original, { width: 320, height: 160 })
    assert.ok((await lightness(preview.bytes, 'top')) > 200, kind)
    assert.ok((await lightness(preview.bytes, 'bottom')) < 50, kind)
  }
})

test('a film made with the phone upright stands upright', async (t) => {
  const { make } = await openStudio(t)
  const preview = await make(await film('mp4', 90), 'video/mp4')
  assert.deepEqual([preview.width, preview.height], [160, 320])
  assert.deepEqual(preview.original, { width: 160, height: 320 })
  assert.ok((await lightness(preview.bytes, 'right')) > 200)
  assert.ok((await lightness(preview.bytes, 'left')) < 50)
})

test('a film may be larger than what is read whole; it has no larger picture', async (t) => {
  const { make } = await openStudio(t, { limits: { bytes: 100 } })
  assert.equal((await make(await film('mp4'), 'video/mp4')).width, 320)
  const unsupported = { name: 'PreviewFailed', reason: 'unsupported' }
  await assert.rejects(make(await film('mp4'), 'video/mp4', { variant: 'view' }), unsupported)
})

test('broken films cost one preview each, and the pool goes on', async (t) => {
  const { make } = await openStudio(t, { workers: 1 })
  const whole = await film('mp4')
  const index = whole.indexOf('moov')
  const noisy = Buffer.from(whole)
  noisy.set(randomBytes(60), whole.indexOf('stsd') + 20)
  const endless = Buffer.from(whole)
  endless.writeUInt32BE(0xffffffff, index - 4)
  const broken = {
    'without its index': whole.subarray(0, index),
    'with half an index': whole.subarray(0, index + 200),
    'with noise for a codec': noisy,
    'with an index that goes on for ever': endless,
    'of noise': Buffer.concat([whole.subarray(0, 32), randomBytes(5000)]),
  }
  for (const [what, bytes] of Object.entries(broken)) {
    await make(bytes, 'video/mp4').catch((error) => assert.equal(error.name, 'PreviewFailed', what))
    assert.equal((await make(await flat(20, 20).png().toBuffer(), 'image/png')).width, 20, what)
  }
  const unreadable = { name: 'PreviewFailed', reason: 'unreadable' }
  await assert.rejects(make(broken['without its index'], 'video/mp4'), unreadable)
})
