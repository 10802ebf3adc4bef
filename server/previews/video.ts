import { EncodedPacketSink, VideoSampleSink } from 'mediabunny'
import sharp from 'sharp'
import { decodeAudio } from './audio.ts'
import { encode } from './image.ts'
import { durationOf, openMedia } from './media.ts'
import type { Decoder } from './messages.ts'

/** A whole frame near this time: films often begin in the dark. */
const SECONDS = 1

export const decodeVideo: Decoder = async (source, variant, pixels) => {
  using input = openMedia(source)
  const track = await input.getPrimaryVideoTrack()
  // What browsers record of a voice may be called a film.
  if (!track) return await decodeAudio(source, variant, pixels)
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
