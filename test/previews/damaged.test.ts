import '@napi-rs/webcodecs/polyfill'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { BufferTarget, Output, VideoSample, VideoSampleSource, WebMOutputFormat } from 'mediabunny'
import { createBlobs, nameOf } from '../../server/blobs/blobs.ts'
import { openDiskStore } from '../../server/blobs/disk.ts'
import { BlobDamaged } from '../../server/blobs/port.ts'
import { SEALED_PIECE } from '../../server/blobs/seal.ts'
import { createLog } from '../../server/log.ts'
import { createPreviews } from '../../server/previews/previews.ts'
import { openVault } from '../blobs/sealed.ts'
import { makeTempFolder } from '../temp-folder.ts'
import { flat } from './hostile.ts'

/** As a browser records it: how long it lasts stands nowhere, its last packets tell. Some megabytes. */
async function recordFilm(): Promise<Buffer> {
  const [width, height, rate] = [640, 480, 10] as const
  const target = new BufferTarget()
  const output = new Output({ format: new WebMOutputFormat({ appendOnly: true }), target })
  const track = new VideoSampleSource({ codec: 'vp8', bitrate: 60_000_000, keyFrameInterval: 0.5 })
  output.addVideoTrack(track, { frameRate: rate })
  await output.start()
  for (let index = 0; index < 4 * rate; index++) {
    const coded = { codedWidth: width, codedHeight: height, timestamp: index / rate, duration: 1 / rate }
    using frame = new VideoSample(randomBytes(width * height * 4), { format: 'RGBA', ...coded })
    await track.add(frame)
  }
  await output.finalize()
  return Buffer.from(target.buffer ?? new ArrayBuffer(0))
}

test('bytes that can’t be opened cost their own preview, whatever the decoder makes of it, and nobody else’s', async (t) => {
  const data = await makeTempFolder()
  const store = await openDiskStore({ folder: join(data, 'blobs'), staging: join(data, 'uploads') })
  const blobs = createBlobs({ store, vault: openVault, seal: true })
  const previews = createPreviews({ blobs, log: createLog('error'), workers: 1 })
  t.after(previews.close)
  const put = async (bytes: Buffer) => {
    const key = await blobs.newKey(null)
    const { size } = await blobs.put(key, bytes)
    return { key, size }
  }
  const make = (blob: { key: string; size: number }, type: string) =>
    previews.make({ ...blob, type, variant: 'thumb', urgent: true })
  const film = await recordFilm()
  const healthy = await put(await flat(600, 400).jpeg().toBuffer())
  assert.ok((await make(await put(film), 'video/webm')).duration)
  const damaged = await put(film)
  const path = join(data, 'blobs', nameOf(damaged.key))
  const stored = await readFile(path)
  for (const fromEnd of [3, 6, 9, 12, 15, 18]) {
    const changed = Buffer.from(stored)
    const at = stored.length - fromEnd * SEALED_PIECE
    changed[at] = ~(changed[at] ?? 0)
    await writeFile(path, changed)
    await make(damaged, 'video/webm').then(
      () => {},
      (error) => assert.ok(error instanceof BlobDamaged, `${fromEnd}: ${error}`),
    )
    assert.equal(
      (await make(healthy, 'image/jpeg')).width,
      480,
      `after damage ${fromEnd} pieces from the end`,
    )
  }
  // Cut off at the end of a piece, each that is left opens.
  await writeFile(path, stored.subarray(0, -(stored.length % SEALED_PIECE)))
  await assert.rejects(make(damaged, 'image/jpeg'), BlobDamaged)
})
