import { setImmediate } from 'node:timers/promises'
import { AudioSampleSink, EncodedPacketSink, type Input, type InputAudioTrack } from 'mediabunny'
import sharp from 'sharp'
import { decodeImage, encode } from './image.ts'
import { durationOf, openMedia } from './media.ts'
import type { Decoder, Preview } from './messages.ts'

/** Its cover, or how loud it is from beginning to end. */
export const decodeAudio: Decoder = async (source, _variant, pixels) => {
  using input = openMedia(source)
  const track = await input.getPrimaryAudioTrack()
  if (!track) throw new Error('no sound')
  const plays = await durationOf(input)
  const cover = await coverOf(input, pixels)
  if (cover) return { ...cover, ...plays }
  const { hash: _, ...picture } = await encode(draw(await measure(track, plays.duration ?? 0)), 'thumb')
  return { ...picture, original: { width: WIDTH, height: HEIGHT }, ...plays }
}

async function coverOf(input: Input, pixels: number): Promise<Preview | undefined> {
  try {
    const { images = [] } = await input.getMetadataTags()
    const { data } = images.find(({ kind }) => kind === 'coverFront') ?? images[0] ?? {}
    if (!data) return undefined
    const read = async (start: number, end: number) => data.subarray(start, end + 1)
    return await decodeImage({ size: data.length, read }, 'thumb', pixels)
  } catch {
    // Damaged: its sound may be whole nevertheless.
    return undefined
  }
}

const BARS = 60
/** Seconds that are listened to for each bar: however long the recording is, no more of it is decoded. */
const LISTENED = 0.5
/** Packets that a decoder may be given before it has answered. */
const AHEAD = 32

/** How loud each bar is, of 1 for the loudest. */
async function measure(track: InputAudioTrack, duration: number): Promise<number[]> {
  const first = await track.getFirstTimestamp()
  const apart = Math.max(0, duration - first) / BARS
  const starts = Array.from({ length: BARS }, (_, index) => first + index * apart)
  const bars = new Array<number>(BARS).fill(0)
  let heard = false
  const hear = (loudness: number, seconds: number) => {
    const bar = Math.min(BARS - 1, Math.max(0, Math.floor((seconds - first) / apart)))
    bars[bar] = Math.max(bars[bar] ?? 0, loudness)
    heard = true
  }
  const config = await track.getDecoderConfig()
  if (!config || config.codec.includes('pcm') || config.codec.endsWith('law')) {
    for await (using sample of new AudioSampleSink(track).samplesAtTimestamps(starts)) {
      if (sample) hear(loudnessOf(sample), sample.timestamp)
    }
  } else {
    await decode(track, config, { starts, seconds: Math.min(apart, LISTENED), hear })
  }
  if (!heard) throw new Error('nothing to hear')
  const most = Math.max(...bars) || 1
  return bars.map((bar) => bar / most)
}

/** A run of packets from each of these moments on: by itself a packet may be mute, as it leans on those before. */
async function decode(
  track: InputAudioTrack,
  config: AudioDecoderConfig,
  run: { starts: readonly number[]; seconds: number; hear: (loudness: number, seconds: number) => void },
): Promise<void> {
  let failure: unknown
  const decoder = new AudioDecoder({
    output(sound) {
      run.hear(loudnessOf(sound), sound.timestamp / 1e6)
      sound.close()
    },
    error: (error) => {
      failure = error
    },
  })
  decoder.configure(config)
  const mute = decoder.state === 'closed'
  const packets = new EncodedPacketSink(track)
  let last = Number.NEGATIVE_INFINITY
  for (const start of run.starts) {
    let packet = await packets.getPacket(start)
    for (; packet && packet.timestamp < start + run.seconds; packet = await packets.getNextPacket(packet)) {
      if (failure && !mute) throw failure
      if (packet.timestamp <= last) continue
      last = packet.timestamp
      // What our decoders don't take, such as Vorbis, tells by its size about how much there is to hear.
      if (mute) run.hear(packet.byteLength, packet.timestamp)
      else decoder.decode(packet.toEncodedAudioChunk())
      while (decoder.decodeQueueSize > AHEAD && !failure) await setImmediate()
    }
  }
  if (mute) return
  await decoder.flush()
  decoder.close()
}

interface Sound {
  readonly format: string | null
  allocationSize(options: { planeIndex: number }): number
  copyTo(into: Uint8Array, options: { planeIndex: number }): void
}

/** Its samples as they were decoded: one of our decoders converts them wrongly. */
function samplesOf(sound: Sound): { values: ArrayLike<number>; most: number } {
  const bytes = new Uint8Array(sound.allocationSize({ planeIndex: 0 }))
  sound.copyTo(bytes, { planeIndex: 0 })
  const format = sound.format?.replace('-planar', '')
  if (format === 'f32') return { values: new Float32Array(bytes.buffer), most: 1 }
  if (format === 's32') return { values: new Int32Array(bytes.buffer), most: 2 ** 31 }
  if (format === 's16') return { values: new Int16Array(bytes.buffer), most: 2 ** 15 }
  return { values: Int8Array.from(bytes, (value) => value - 128), most: 128 }
}

function loudnessOf(sound: Sound): number {
  const { values, most } = samplesOf(sound)
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += ((values[index] ?? 0) / most) ** 2
  return Number.isFinite(sum) && values.length > 0 ? Math.sqrt(sum / values.length) : 0
}

const WIDTH = 960
const HEIGHT = 640
const PITCH = 14
const THICK = 8
const TALLEST = 400
/** Seen on light and on dark ground. */
const GREY = [0x88, 0x83, 0x7a, 0xff] as const

/** Bars with round ends, on no ground. Drawn twice as large as shown, which smooths them. */
function draw(bars: readonly number[]) {
  const rgba = new Uint8Array(WIDTH * HEIGHT * 4)
  const left = (WIDTH - PITCH * (bars.length - 1) - THICK) / 2
  for (const [index, bar] of bars.entries()) {
    const tall = THICK + bar * (TALLEST - THICK)
    for (let x = 0; x < THICK; x++) {
      const aside = x + 0.5 - THICK / 2
      const half = tall / 2 - THICK / 2 + Math.sqrt(THICK ** 2 / 4 - aside ** 2)
      for (let y = Math.round(HEIGHT / 2 - half); y < Math.round(HEIGHT / 2 + half); y++) {
        rgba.set(GREY, (y * WIDTH + Math.round(left) + index * PITCH + x) * 4)
      }
    }
  }
  return sharp(rgba, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } })
}
