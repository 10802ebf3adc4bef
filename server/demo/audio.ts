import '@napi-rs/webcodecs/polyfill'
import { AudioSample, AudioSampleSource, BufferTarget, Mp3OutputFormat, Output } from 'mediabunny'
import { seededRandom } from './shapes.ts'

const sampleRate = 44_100
const breaths = 2
const inhale = 4
const exhale = 6

/** Twenty seconds to breathe with, MP3: a breath and a chord that swell for four seconds and ebb for six. */
export async function recordBreathing(): Promise<Buffer> {
  const target = new BufferTarget()
  const output = new Output({ format: new Mp3OutputFormat(), target })
  const track = new AudioSampleSource({ codec: 'mp3', bitrate: 96_000 })
  output.addAudioTrack(track)
  await output.start()
  using sample = new AudioSample({
    data: synthesise(),
    format: 'f32',
    numberOfChannels: 1,
    sampleRate,
    timestamp: 0,
  })
  await track.add(sample)
  await output.finalize()
  if (!target.buffer) throw new Error('The recording was not written')
  return Buffer.from(target.buffer)
}

function synthesise(): Float32Array {
  const random = seededRandom(7)
  const cycle = inhale + exhale
  const sound = new Float32Array(breaths * cycle * sampleRate)
  let air = 0
  for (let index = 0; index < sound.length; index++) {
    const seconds = index / sampleRate
    const moment = seconds % cycle
    const fullness = moment < inhale ? rise(moment / inhale) : rise((cycle - moment) / exhale)
    // White noise through a one-pole low-pass that opens as the lungs fill sounds like breath.
    air += (random() * 2 - 1 - air) * (0.02 + 0.1 * fullness)
    const chord = [196, 246.94, 293.66].reduce(
      (sum, pitch) => sum + Math.sin(2 * Math.PI * pitch * seconds),
      0,
    )
    const sinceTurn = moment < inhale ? moment : moment - inhale
    const bell =
      Math.sin(2 * Math.PI * (moment < inhale ? 587.33 : 440) * seconds) * Math.exp(-2.4 * sinceTurn)
    sound[index] =
      0.9 * air * fullness + 0.05 * chord * (0.25 + 0.75 * fullness) + 0.12 * bell * rise(sinceTurn * 80)
  }
  return sound
}

function rise(part: number): number {
  return 0.5 - 0.5 * Math.cos(Math.PI * Math.min(1, part))
}
