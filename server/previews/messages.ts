import type { Opening } from '../blobs/seal.ts'

/** The longer side of a preview, in pixels. `view` is for images only: a PDF and a film have viewers of their own. */
export const BOXES = { thumb: 480, view: 2048 } as const

/** `shared` is an image as large as it is, for others than its owner: nothing in it tells where or with what it was taken. */
export type Variant = keyof typeof BOXES | 'shared'

export const PICTURE_TYPES = ['image/webp', 'image/jpeg', 'image/png', 'image/gif', 'image/tiff'] as const

/** WebP, but for `shared`; with its size in pixels. */
export interface Picture {
  type: (typeof PICTURE_TYPES)[number]
  bytes: Uint8Array
  width: number
  height: number
  /** A ThumbHash in base64, of a `thumb`. */
  hash?: string
}

export interface Preview extends Picture {
  /** Of the whole picture once upright; of a PDF's first page in points; of a film as it is shown. */
  original: { width: number; height: number }
  /** Seconds, of what plays. */
  duration?: number
}

/** What a decoder may read: `start` to `end`, both included. */
export interface Source {
  size: number
  read(start: number, end: number): Promise<Uint8Array>
}

/** Rejects when the bytes can't be decoded. `pixels` is how many a picture may claim. */
export type Decoder = (source: Source, variant: Variant, pixels: number) => Promise<Preview>

/**
 * What of a film others than its owner get as nothing: pairs of where it begins and how many bytes read as zero, or 0
 * where four of them read as `free`, which says of a box that players are to skip it. In order, and apart.
 */
export type Blanks = Float64Array

/** The type of a box that players skip. */
export const FREE = 'free'

/** Of one film: whoever downloads it makes the server hold them. */
export const MOST_BLANKS = 100_000

export function areBlanks(blanks: Blanks): boolean {
  if (blanks.length % 2 !== 0 || blanks.length > 2 * MOST_BLANKS) return false
  let end = 0
  for (let index = 0; index < blanks.length; index += 2) {
    const [at, length] = [blanks[index] ?? 0, blanks[index + 1] ?? 0]
    if (!(Number.isSafeInteger(at) && Number.isSafeInteger(length) && at >= end && length >= 0)) return false
    end = at + (length || FREE.length)
  }
  return true
}

/** What a worker is asked. It then asks for ranges of the bytes, one after the other, until it has an answer. */
export interface Task {
  type: string
  variant: Variant | 'blanks'
  /** How many bytes it may ask for, and how many pixels a picture may claim. */
  size: number
  pixels: number
}

/** How many bytes come when a worker has asked for some, and what opens them: it may have them all, and has time to. */
export type Coming = { length: number; opening?: Opening | undefined }

/** Where a worker finds the bytes that it asked for. */
export const BYTES_FD = 4

export type WorkerMessage =
  | { ready: true }
  | { wants: { start: number; end: number } }
  | { unreadable: string }
  | { damaged: string }
  | { made: Preview }
  | { blanks: Blanks }
