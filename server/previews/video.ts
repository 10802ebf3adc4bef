import '@napi-rs/webcodecs/polyfill'
import { ALL_FORMATS, CustomSource, EncodedPacketSink, Input, VideoSampleSink } from 'mediabunny'
import sharp from 'sharp'
import { encode } from './image.ts'
import type { Decoder } from './messages.ts'

/** A whole frame near this time: films often begin in the dark. */
const SECONDS = 1

export const decodeVideo: Decoder = async ({ size, read }, _variant, pixels) => {
  const source = new CustomSource({ getSize: () => size, read: (start, end) => read(start, end - 1) })
  using input = new Input({ source, formats: ALL_FORMATS })
  const track = await input.getPrimaryVideoTrack()
  if (!track) throw new Error('no film')
  if ((await track.getCodedWidth()) * (await track.getCodedHeight()) > pixels)
    throw new Error('too many pixels')
  // Only a key frame stands by itself: any other would cost the decoding of all since the one before.
  const packets = new EncodedPacketSink(track)
  const packet = (await packets.getKeyPacket(SECONDS)) ?? (await packets.getFirstKeyPacket())
  using frame = packet && (await new VideoSampleSink(track).getSample(packet.timestamp))
  if (!frame) throw new Error('no frame')
  const { codedWidth: width, codedHeight: height, rotation } = frame
  const rgba = new Uint8Array(frame.allocationSize({ format: 'RGBA' }))
  await frame.copyTo(rgba, { format: 'RGBA' })
  const image = sharp(rgba, { raw: { width, height, channels: 4 } }).removeAlpha()
  return {
    ...(await encode(image.rotate(rotation), 'thumb')),
    original: { width: frame.displayWidth, height: frame.displayHeight },
    ...(await durationOf(input)),
  }
}

/** As the file says or, where it doesn't, as its last packets tell; a recording that was cut short tells neither. */
export async function durationOf(input: Input): Promise<{ duration?: number }> {
  const duration = (await input.getDurationFromMetadata()) ?? (await input.computeDuration().catch(() => 0))
  return Number.isFinite(duration) && duration > 0 ? { duration } : {}
}
