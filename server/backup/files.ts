import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { syncFolder } from '../data-folder.ts'

type Chunks = AsyncIterable<Uint8Array | string>

/** A new file, compressed and flushed; its name is durable once the folder is flushed. */
export async function writeCompressed(path: string, chunks: Chunks): Promise<void> {
  await pipeline(chunks, createGzip({ level: 3 }), createWriteStream(path, { flush: true, mode: 0o600 }))
}

export function readCompressed(path: string): AsyncIterable<Uint8Array> {
  const unpacked = createGunzip()
  // The reader of what is unpacked learns of both ends' failures.
  pipeline(createReadStream(path), unpacked).catch(() => {})
  return unpacked
}

export function readLines(path: string): AsyncIterable<string> {
  return linesOf(readCompressed(path))
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest) yield rest
}

/** A small file, whole or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text, { mode: 0o600, flush: true })
  await rename(`${path}.part`, path)
  await syncFolder(dirname(path))
}

/** Reads a file to its last byte. */
export async function digestFile(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, sha256: hash.digest('hex') }
}

const SUMS = 'SHA256SUMS'

/** Writes down the hashes of all files in a folder, as `sha256sum -c` reads them. */
export async function writeSums(folder: string): Promise<void> {
  const lines = []
  for (const name of await filesIn(folder)) {
    const { sha256 } = await digestFile(join(folder, name))
    lines.push(`${sha256}  ${name}\n`)
  }
  await writeWhole(join(folder, SUMS), lines.join(''))
}

/** The files of a folder that are not what was written down, by name; of all or of some. */
export async function findAltered(
  folder: string,
  isMeant: (name: string) => boolean = () => true,
): Promise<string[]> {
  const text = await readFile(join(folder, SUMS), 'utf8').catch(() => '')
  const sums = new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  )
  if (sums.size === 0) return [SUMS]
  const altered = []
  const names = new Set([...sums.keys(), ...(await filesIn(folder)).filter((name) => name !== SUMS)])
  for (const name of [...names].filter(isMeant)) {
    const found = await digestFile(join(folder, name)).catch(() => undefined)
    if (found?.sha256 !== sums.get(name)) altered.push(name)
  }
  return altered
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
}
