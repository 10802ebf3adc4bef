import { type Blanks, FREE, MOST_BLANKS, type Source } from './messages.ts'

// Films of phones and cameras (MP4, QuickTime) tell where and with what they were taken in boxes beside the pictures
// and, action cameras and drones, in tracks of their own. Only what is known to be needed to play one is kept.

const MB = 1024 * 1024
/** Of the index of a film, which is read whole: hours of film need less. */
const MOST_INDEX = 64 * MB
const MOST_BOXES = 20_000

const KEPT_AT_TOP = new Set(['ftyp', 'styp', 'moov', 'moof', 'mdat', 'sidx', 'ssix', 'mfra', 'pdin'])
/** Of boxes in boxes; others that are kept are kept as they are. */
const KEPT: Record<string, ReadonlySet<string>> = {
  moov: new Set(['mvhd', 'trak', 'mvex', 'iods']),
  mvex: new Set(['mehd', 'trex', 'leva']),
  trak: new Set(['tkhd', 'tapt', 'edts', 'tref', 'mdia']),
  edts: new Set(['elst']),
  mdia: new Set(['mdhd', 'hdlr', 'minf', 'elng']),
  minf: new Set(['vmhd', 'smhd', 'gmhd', 'nmhd', 'hdlr', 'dinf', 'stbl']),
  dinf: new Set(['dref']),
  stbl: new Set(
    'stsd stts ctts cslg stss stps stsh stsz stz2 stsc stco co64 sgpd sbgp sdtp subs saiz saio padb stdp'.split(
      ' ',
    ),
  ),
  moof: new Set(['mfhd', 'traf']),
  traf: new Set('tfhd tfdt trun sgpd sbgp sdtp subs saiz saio senc'.split(' ')),
  mfra: new Set(['tfra', 'mfro']),
}
const PLAYED = new Set(['vide', 'soun', 'tmcd'])

interface Box {
  type: string
  at: number
  /** Where its content begins and ends. */
  start: number
  end: number
}

type Range = [at: number, length: number]

/** What of a film goes to nobody but its owner. */
export async function findBlanks({ size, read }: Source): Promise<Blanks> {
  const found = collect(size)
  let index: Box | undefined
  let bytesRead = 0
  let boxes = 0
  let fragments = false
  const readWhole = async ({ at, end }: Box) => {
    bytesRead += end - at
    if (bytesRead > MOST_INDEX) throw new Error('an index that is too large')
    return read(at, end - 1)
  }
  for (let at = 0; at < size; ) {
    if (++boxes > MOST_BOXES) throw new Error('too many boxes')
    // A few bytes after the last box: whatever they are, they aren't needed.
    if (size - at < 8) {
      found.zero(at, size - at)
      break
    }
    const box = readBox(await read(at, Math.min(at + 16, size) - 1), 0, { base: at, end: size })
    if (!KEPT_AT_TOP.has(box.type)) found.free(box)
    else if (box.type === 'moov') {
      if (index) throw new Error('no index to go by')
      index = box
    } else if (KEPT[box.type]) {
      fragments ||= box.type === 'moof'
      prune(await readWhole(box), at, box, found)
    }
    at = box.end
  }
  if (!index) throw new Error('no index')
  const bytes = await readWhole(index)
  for (const child of childrenOf(bytes, index.at, index)) {
    const handler = child.type === 'trak' ? handlerOf(bytes, index.at, child) : undefined
    if (!KEPT.moov?.has(child.type)) found.free(child)
    else if (handler === undefined || PLAYED.has(handler)) {
      prune(bytes, index.at, child, found)
      if (handler === 'vide')
        for (const [at, length] of compressorsOf(bytes, index.at, child)) found.zero(at, length)
    } else {
      // Where its samples lie is told by each fragment anew.
      if (fragments) throw new Error('a track of data in fragments')
      for (const [at, length] of samplesOf(bytes, index.at, child)) found.zero(at, length)
      found.free(child)
    }
  }
  return found.inOrder()
}

type Found = ReturnType<typeof collect>

/** What is found, in a file of this size. A length of 0 stands for four bytes that read as `free`. */
function collect(size: number) {
  const found: Range[] = []
  function add(at: number, length: number): void {
    if (found.length >= MOST_BLANKS) throw new Error('too much to be kept back')
    found.push([at, length])
  }
  function zero(at: number, length: number): void {
    const end = Math.min(at + length, size)
    if (at < end) add(at, end - at)
  }
  return {
    zero,
    free({ at, start, end }: Box): void {
      add(at + 4, 0)
      zero(start, end - start)
    },
    /** What lies in several, as the samples of a hostile film may, is zero. */
    inOrder(): Blanks {
      const pairs: number[] = []
      let end = 0
      for (const [at, length] of found.sort(([one], [other]) => one - other)) {
        const [from, to] = [Math.max(at, end), at + (length || FREE.length)]
        if (from >= to) continue
        const last = pairs.length - 1
        if (length === 0 && from === at) pairs.push(from, 0)
        else if (from === end && (pairs[last] ?? 0) > 0) pairs[last] = (pairs[last] ?? 0) + to - from
        else pairs.push(from, to - from)
        end = to
      }
      return Float64Array.from(pairs)
    },
  }
}

/** Of what is kept, only what is needed. `bytes` begin at `base`. */
function prune(bytes: Uint8Array, base: number, box: Box, found: Found): void {
  const kept = KEPT[box.type]
  if (!kept) return
  for (const child of childrenOf(bytes, base, box)) {
    if (!kept.has(child.type)) found.free(child)
    // A handler's name may be the camera's.
    else if (child.type === 'hdlr') found.zero(child.start + 24, child.end - child.start - 24)
    else prune(bytes, base, child, found)
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
function* childrenOf(bytes: Uint8Array, base: number, { start, end }: Box): Generator<Box, void> {
  // QuickTime may end a list with four zeros.
  for (let at = start; at + 8 <= end; ) {
    const box = readBox(bytes, at - base, { base, end })
    yield box
    at = box.end
  }
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

/** Where the names of what compressed the pictures lie: cameras put their own there. (ISO/IEC 14496-12, 12.1.3) */
function* compressorsOf(bytes: Uint8Array, base: number, track: Box): Generator<Range, void> {
  const table = find(bytes, base, track, 'mdia', 'minf', 'stbl', 'stsd')
  if (!table) return
  for (const { at, end } of childrenOf(bytes, base, { ...table, start: table.start + 8 }))
    if (end - at >= 86) yield [at + 50, 32]
}

/** Where the samples of a track lie among all. */
function* samplesOf(bytes: Uint8Array, base: number, track: Box): Generator<Range, void> {
  const table = find(bytes, base, track, 'mdia', 'minf', 'stbl')
  if (!table) return
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const part = (type: string) => find(bytes, base, table, type)
  const [sizes, runs] = [part('stsz'), part('stsc')]
  const chunks = part('stco') ?? part('co64')
  if (!sizes || !runs || !chunks) throw new Error('samples that can’t be found')
  const same = view.getUint32(sizes.start - base + 4)
  const sizeOf = (index: number) => view.getUint32(sizes.start - base + 12 + index * 4)
  const count = view.getUint32(chunks.start - base + 4)
  const runCount = view.getUint32(runs.start - base + 4)
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
    let length = same * samples
    if (!same) for (let index = 0; index < samples; index++) length += sizeOf(sample++)
    yield [at, length]
  }
}
