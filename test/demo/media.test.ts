import '@napi-rs/webcodecs/polyfill'
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { before, test } from 'node:test'
import { PDFiumLibrary } from '@hyzyla/pdfium'
import { fileTypeFromBuffer } from 'file-type'
import {
  ALL_FORMATS,
  AudioSampleSink,
  BufferSource,
  Input,
  type VideoSample,
  VideoSampleSink,
} from 'mediabunny'
import sharp from 'sharp'
import { type DemoFile, type DemoKey, demoMedia } from '../../server/demo/media.ts'
import { takePhoto } from '../../server/demo/photos.ts'
import { homeGym } from '../../server/demo/places.ts'
import { openBrowser, openWide } from '../browser.ts'

const files = new Map<DemoKey, DemoFile>()

before(async () => {
  for (const file of await demoMedia()) files.set(file.key, file)
})

function bytesOf(key: DemoKey): Buffer {
  const file = files.get(key)
  assert.ok(file, `${key} is missing`)
  return file.bytes
}

function ofKind(kind: string): DemoFile[] {
  const found = [...files.values()].filter(({ type }) => type.startsWith(kind))
  assert.ok(found.length > 0, `nothing of type ${kind}`)
  return found
}

test('each file is what its name and its type say', async () => {
  for (const { name, type, bytes } of files.values()) {
    if (type.startsWith('text/')) continue
    const sniffed = await fileTypeFromBuffer(bytes)
    assert.equal(sniffed?.mime, type, name)
    assert.equal(name.split('.').at(-1), sniffed?.ext, name)
  }
})

test('every photo decodes to a full picture', async () => {
  for (const { name, bytes } of ofKind('image/')) {
    const { data, info } = await sharp(bytes, { failOn: 'warning' })
      .raw()
      .toBuffer({ resolveWithObject: true })
    assert.equal(info.width * info.height, 1600 * 1200, name)
    assert.equal(data.length, info.width * info.height * 3, name)
    const { channels } = await sharp(bytes).stats()
    assert.ok(
      channels.every(({ stdev }) => stdev > 10),
      `${name} is all one colour`,
    )
  }
})

test('a picture is drawn alike each time', async () => {
  assert.deepEqual(bytesOf('home-gym'), await takePhoto(homeGym(), 'jpeg'))
})

test('one photo is turned and dated by its EXIF alone, and says nothing of where', async () => {
  const { width, height, orientation, exif } = await sharp(bytesOf('posture-front')).metadata()
  assert.deepEqual([width, height, orientation], [1600, 1200, 6])
  assert.match(exif?.toString('latin1') ?? '', /2026:02:10 09:12:00/)
  const chest = { left: 520, top: 560, width: 150, height: 150 }
  const upright = await sharp(bytesOf('posture-front')).autoOrient().toBuffer()
  const { dominant } = await sharp(await sharp(upright).extract(chest).toBuffer()).stats()
  assert.ok(dominant.g > dominant.r + 30, 'the middle of the chest wears the green top')
})

const sheets: Array<[key: DemoKey, pages: number, text: RegExp]> = [
  ['knee-exercises', 3, /Home exercises: knee[\s\S]*6\. Hamstring stretch[\s\S]*My weeks/],
  ['nutrition-basics', 2, /Half: vegetables and fruit/],
  ['referral-letter', 1, /À l’examen : amplitude complète, pas d’épanchement/],
  ['running-plan', 1, /Règles du jeu/],
]

test('every PDF opens, shows its pages and gives its text, accents and all', async () => {
  assert.deepEqual(
    ofKind('application/pdf')
      .map(({ key }) => key)
      .sort(),
    sheets.map(([key]) => key).sort(),
  )
  const library = await PDFiumLibrary.init()
  try {
    for (const [key, pages, text] of sheets) {
      const pdf = await library.loadDocument(bytesOf(key))
      assert.equal(pdf.getPageCount(), pages, key)
      assert.match([...pdf.pages()].map((page) => page.getText().replaceAll('\u00a0', ' ')).join('\n'), text)
      for (const page of pdf.pages()) {
        const { data, width, height } = await page.render({ scale: 1 })
        assert.deepEqual([width, height], [612, 792])
        const { channels } = await sharp(data, { raw: { width, height, channels: 4 } }).stats()
        assert.ok((channels[0]?.stdev ?? 0) > 10, `a page of ${key} is empty`)
      }
      pdf.destroy()
    }
  } finally {
    library.destroy()
  }
})

test('the film lasts six seconds, its index first, and its frames decode', async () => {
  const bytes = bytesOf('squat-technique')
  assert.ok(bytes.indexOf('moov') < bytes.indexOf('mdat'))
  using input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS })
  const track = await input.getPrimaryVideoTrack()
  assert.ok(track)
  assert.equal(await input.computeDuration(), 6)
  const sink = new VideoSampleSink(track)
  const hairAt = async (seconds: number) => {
    using sample = await sink.getSample(seconds)
    assert.ok(sample)
    return await topOfHair(sample)
  }
  const [standing, squatting] = [await hairAt(0), await hairAt(1)]
  assert.ok(squatting > standing + 50, `the head goes down from ${standing} to ${squatting}`)
})

async function topOfHair(sample: VideoSample): Promise<number> {
  const pixels = new Uint8Array(sample.allocationSize({ format: 'RGBA' }))
  await sample.copyTo(pixels, { format: 'RGBA' })
  const dark = pixels.findIndex((red, at) => at % 4 === 0 && red < 60 && (pixels[at + 1] ?? 255) < 50)
  return Math.floor(dark / 4 / sample.codedWidth)
}

test('the recording lasts twenty seconds and can be heard', async () => {
  using input = new Input({ source: new BufferSource(bytesOf('breathing-audio')), formats: ALL_FORMATS })
  const track = await input.getPrimaryAudioTrack()
  assert.ok(track)
  assert.equal(Math.round(await input.computeDuration()), 20)
  let loudest = 0
  for await (using sample of new AudioSampleSink(track).samples(0, 1)) {
    const sound = new Float32Array(sample.numberOfFrames)
    sample.copyTo(sound, { planeIndex: 0, format: 'f32-planar' })
    loudest = Math.max(loudest, ...sound)
  }
  assert.ok(loudest > 0.1, `the loudest moment is ${loudest}`)
})

test('the log is a table without holes', () => {
  const [head, ...rows] = bytesOf('training-log-csv').toString().trimEnd().split('\r\n')
  const columns = head?.split(',').length
  assert.equal(rows.length, 24)
  for (const row of rows) assert.equal(row.replace(/"[^"]*"/, '').split(',').length, columns, row)
})

test('the browser plays the film in its true colours, and the recording', async () => {
  const server = createServer((request, response) => {
    const file = files.get((request.url ?? '').slice(1) as DemoKey)
    response.writeHead(200, { 'content-type': file?.type ?? 'text/html' })
    response.end(
      file?.bytes ?? '<video src="/squat-technique" muted></video><audio src="/breathing-audio"></audio>',
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    await using browser = await openBrowser()
    await using context = await openWide(browser)
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    for (const [element, length] of [
      ['video', 6],
      ['audio', 20],
    ] as const) {
      const duration = await page.locator(element).evaluate(async (media: HTMLMediaElement) => {
        media.muted = true
        await media.play()
        await new Promise<void>((resolve) => {
          media.ontimeupdate = () => media.currentTime > 0.2 && resolve()
        })
        media.pause()
        return media.duration
      })
      assert.equal(Math.round(duration), length)
    }
    const mat = await page.locator('video').evaluate((video: HTMLVideoElement) => {
      const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight).getContext('2d')
      canvas?.drawImage(video, 0, 0)
      return [...(canvas?.getImageData(170, 320, 1, 1).data ?? [])]
    })
    const drawn = [0x5f, 0x8f, 0x86]
    assert.ok(
      drawn.every((level, at) => Math.abs(level - (mat[at] ?? 0)) <= 3),
      `the mat is ${mat}`,
    )
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
