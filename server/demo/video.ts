import '@napi-rs/webcodecs/polyfill'
import { BufferTarget, Mp4OutputFormat, Output, VideoSample, VideoSampleSource } from 'mediabunny'
import sharp from 'sharp'
import { drawSide, jointsOf } from './figure.ts'
import { looks, squatAt } from './poses.ts'
import { circle, line, moved, type Point, rectangle, type Shape, sweep, toSvg } from './shapes.ts'

const width = 640
const height = 360
const framesPerSecond = 24
const squats = 3
const secondsPerSquat = 2

// The encoder turns RGB into YUV by the matrix of BT.601 whatever it is told, and would label the film RGB.
const colorSpace = { primaries: 'bt709', transfer: 'bt709', matrix: 'smpte170m', fullRange: false } as const

const rack: Shape[] = [
  ...[500, 596].map((x) => rectangle([x, 96], 9, 196, '#dfe0d8', 3)),
  line([452, 150], [640, 150], 5, '#b4b8b0'),
  ...[462, 474, 626].map((x, index) =>
    rectangle([x, 118 + (index % 2) * 10], 9, 64 - (index % 2) * 20, '#8fa39a', 4),
  ),
]

/** Somebody doing squats, six seconds of silent H.264; its index comes first, so it plays while it loads. */
export async function filmSquats(): Promise<Buffer> {
  const target = new BufferTarget()
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'in-memory' }), target })
  const track = new VideoSampleSource({ codec: 'avc', bitrate: 600_000, keyFrameInterval: secondsPerSquat })
  output.addVideoTrack(track, { frameRate: framesPerSecond })
  await output.start()
  const duration = 1 / framesPerSecond
  for (let index = 0; index < squats * secondsPerSquat * framesPerSecond; index++) {
    const timestamp = index * duration
    const pixels = await drawFrame(timestamp)
    using frame = new VideoSample(pixels, {
      format: 'RGBA',
      codedWidth: width,
      codedHeight: height,
      timestamp,
      duration,
      colorSpace,
    })
    await track.add(frame)
  }
  await output.finalize()
  if (!target.buffer) throw new Error('The film was not written')
  return Buffer.from(target.buffer)
}

function drawFrame(seconds: number): Promise<Buffer> {
  const depth = 0.5 - 0.5 * Math.cos((seconds / secondsPerSquat) * 2 * Math.PI)
  const pose = squatAt(depth)
  const scale = 2.75
  const { hip, knee, ankle } = jointsOf(pose, [0, 0], 1)
  const origin: Point = [300 - ankle[0] * scale, 303 - ankle[1] * scale]
  const heading = (from: Point, to: Point) => Math.atan2(to[1] - from[1], to[0] - from[0])
  const marks: Shape[] = [
    sweep(knee, 9, heading(knee, ankle), heading(knee, hip) + 2 * Math.PI, 1.4, '#ffd27a'),
    ...[hip, knee, ankle].flatMap((joint) => [circle(joint, 2.2, '#ffffff'), circle(joint, 1.4, '#0d6e62')]),
  ]
  const done = Math.floor(seconds / secondsPerSquat + 0.5)
  const counter = Array.from({ length: squats }, (_, squat) =>
    circle([36 + squat * 22, 34], 7, squat < done ? '#0d6e62' : '#c3cdc4'),
  )
  const progress = [
    rectangle([0, height - 6], width, 6, '#b9c6bc'),
    rectangle([0, height - 6], (width * seconds) / (squats * secondsPerSquat), 6, '#0d6e62'),
  ]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><defs><linearGradient id="wall" x1="0" y1="0" x2="0.6" y2="1"><stop offset="0" stop-color="#eef1ea"/><stop offset="1" stop-color="#c8d6cc"/></linearGradient></defs>
<rect width="${width}" height="${height}" fill="url(#wall)"/><rect y="290" width="${width}" height="70" fill="#a9b8ac"/><path d="M150 300H470L510 330H110Z" fill="#5f8f86"/><ellipse cx="300" cy="312" rx="70" ry="7" fill="#1b2b26" opacity="0.35"/>
${toSvg([...rack, ...moved([...drawSide(pose, looks.coral), ...marks], origin, scale), ...counter, ...progress])}</svg>`
  return sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer()
}
