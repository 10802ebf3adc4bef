import type { Blank, Source } from './messages.ts'

// Films of phones and cameras (MP4, QuickTime) tell where and with what they were taken in boxes beside the pictures
// and, action cameras and drones, in tracks of their own. Only what is known to be needed to play one is kept.

const MB = 1024 * 1024
/** Of the index of a film, which is read whole: hours of film need less. */
const MOST_INDEX = 64 * MB
const MOST_BOXES = 20_000

const KEPT_AT_TOP = new Set(['ftyp', 'styp', 'moov', 'moof', 'mdat', 'sidx', 'ssix', 'mfra', 'pdin'])
const KEPT: Record<string, ReadonlySet<string>> = {
  moov: new Set(['mvhd', 'trak', 'mvex', 'iods']),
  trak: new Set(['tkhd', 'tapt', 'edts', 'tref', 'mdia']),
  mdia: new Set(['mdhd', 'hdlr', 'minf', 'elng']),
  minf: new Set(['vmhd', 'smhd', 'gmhd', 'nmhd', 'hdlr', 'dinf', 'stbl']),
}
const PLAYED = new Set(['vide', 'soun', 'tmcd'])

interface Box {
  type: string
  at: number
  /** Where its content begins and ends. */
  start: number
  end: number
}

/** What of a film goes to nobody but its owner: bytes that read as zero or, of a box, that it is free. */
export async function findBlanks({ size, read }: Source): Promise<Blank[]> {
  const blanks: Blank[] = []
  const blank = (box: Box) => blanks.push([box.at + 4, 4, 'free'], [box.start, box.end - box.start, 'zero'])
  let index: Box | undefined
  let boxes = 0
  let fragments = false
  for (let at = 0; at < size; ) {
    if (++boxes > MOST_BOXES) throw new Error('too many boxes')
    // A few bytes after the last box: whatever they are, they aren't needed.
    if (size - at < 8) {
      blanks.push([at, size - at, 'zero'])
      break
    }
    const box = readBox(await read(at, Math.min(at + 16, size) - 1), 0, { base: at, end: size })
    if (!KEPT_AT_TOP.has(box.type)) blank(box)
    if (box.type === 'moof') fragments = true
    if (box.type === 'moov') {
      if (index || box.end - box.at > MOST_INDEX) throw new Error('no index to go by')
      index = box
    }
    at = box.end
  }
  if (!index) throw new Error('no index')
  const bytes = await read(index.at, index.end - 1)
  for (const child of childrenOf(bytes, index.at, index)) {
    if (child.type !== 'trak') {
      if (!KEPT.moov?.has(child.type)) blank(child)
      continue
    }
    if (PLAYED.has(handlerOf(bytes, index.at, child))) prune(bytes, index.at, child, { blank, blanks })
    else {
      // Where its samples lie is told by each fragment anew.
      if (fragments) throw new Error('a track of data in fragments')
      blanks.push(...samplesOf(bytes, index.at, child))
      blank(child)
    }
  }
  const inside = blanks.filter(([at, length]) => length > 0 && at >= 0 && at + length <= size)
  return inside.sort(([one], [other]) => one - other)
}

function prune(
  bytes: Uint8Array,
  base: number,
  box: Box,
  into: { blank(box: Box): void; blanks: Blank[] },
): void {
  for (const child of childrenOf(bytes, base, box)) {
    if (!KEPT[box.type]?.has(child.type)) into.blank(child)
    else if (KEPT[child.type]) prune(bytes, base, child, into)
    // A handler's name may be the camera's.
    else if (child.type === 'hdlr' && child.end - child.start > 24)
      into.blanks.push([child.start + 24, child.end - child.start - 24, 'zero'])
  }
}

function readBox(bytes: Uint8Array, at: number, { base, end }: { base: number; end: number }): Box {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (at + 8 > bytes.length) throw new Error('a cut box')
  const short = view.getUint32(at)
  if (short === 1 && at + 16 > bytes.length) throw new Error('a cut box')
  const header = short === 1 ? 16 : 8
  const length = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? end - base - at : short
  const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1')
  const box = { type, at: base + at, start: base + at + header, end: base + at + length }
  if (length < header || box.end > end) throw new Error(`a box that lies about its length: ${type}`)
  return box
}

/** `bytes` begin at `base`. */
function childrenOf(bytes: Uint8Array, base: number, { start, end }: Box): Box[] {
  const boxes: Box[] = []
  // QuickTime may end a list with four zeros.
  for (let at = start; at + 8 <= end; ) {
    const box = readBox(bytes, at - base, { base, end })
    boxes.push(box)
    at = box.end
  }
  return boxes
}

function find(bytes: Uint8Array, base: number, box: Box, ...path: string[]): Box | undefined {
  const [first, ...rest] = path
  const child = childrenOf(bytes, base, box).find(({ type }) => type === first)
  return child && rest.length > 0 ? find(bytes, base, child, ...rest) : child
}

function handlerOf(bytes: Uint8Array, base: number, track: Box): string {
  const handler = find(bytes, base, track, 'mdia', 'hdlr')
  return handler
    ? Buffer.from(bytes.subarray(handler.start - base + 8, handler.start - base + 12)).toString('latin1')
    : ''
}

/** Where the samples of a track lie among all. */
function samplesOf(bytes: Uint8Array, base: number, track: Box): Blank[] {
  const table = find(bytes, base, track, 'mdia', 'minf', 'stbl')
  if (!table) return []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const part = (type: string) => find(bytes, base, table, type)
  const [sizes, runs] = [part('stsz'), part('stsc')]
  const chunks = part('stco') ?? part('co64')
  if (!sizes || !runs || !chunks) throw new Error('samples that can’t be found')
  const same = view.getUint32(sizes.start - base + 4)
  const sizeOf = (index: number) => same || view.getUint32(sizes.start - base + 12 + index * 4)
  const count = view.getUint32(chunks.start - base + 4)
  const runCount = view.getUint32(runs.start - base + 4)
  const found: Blank[] = []
  let sample = 0
  let run = 0
  for (let chunk = 0; chunk < count; chunk++) {
    const next = runs.start - base + 8 + (run + 1) * 12
    if (run + 1 < runCount && view.getUint32(next) <= chunk + 1) run++
    const samples = view.getUint32(runs.start - base + 8 + run * 12 + 4)
    const at =
      chunks.type === 'co64'
        ? Number(view.getBigUint64(chunks.start - base + 8 + chunk * 8))
        : view.getUint32(chunks.start - base + 8 + chunk * 4)
    let length = 0
    for (let index = 0; index < samples; index++) length += sizeOf(sample++)
    found.push([at, length, 'zero'])
  }
  return found
}
