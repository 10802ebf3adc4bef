import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { OFFICE_KINDS } from '../../core/kinds.ts'
import type { Log } from '../log.ts'
import { PreviewFailed } from './failures.ts'

export interface OfficeLimits {
  /** Bytes of address space for each of its processes, and of all that it writes. */
  memory: number
  written: number
  /** Of the PDF. */
  bytes: number
  seconds: number
}

const MB = 1024 * 1024
const LIMITS: OfficeLimits = { memory: 3072 * MB, written: 512 * MB, bytes: 100 * MB, seconds: 60 }
const PLACES = ['/usr/bin', '/usr/local/bin', '/opt/libreoffice/program', '/snap/bin']
const SCRIPT = join(import.meta.dirname, 'office-wall.sh')
/** Of these the kernel gives a process its own, which end with it. */
const WALL = ['--user', '--map-root-user', '--net', '--ipc', '--pid', '--mount', '--fork', '--kill-child']

export type Office = { convert(source: Readable, type: string): Promise<Uint8Array>; close(): Promise<void> }

/**
 * LibreOffice of this machine, which makes pages of office files; undefined where there is none. Found by itself it
 * is used only if it can be walled in; `path` says that it may be used in any case, or `off` that it may not.
 */
export function findOffice({
  path,
  folder,
  log,
  limits: given = {},
}: {
  path: string | undefined
  /** Where it may work. */
  folder: string
  log: Log
  limits?: Partial<OfficeLimits>
}): Office | undefined {
  if (path === 'off') return undefined
  const soffice = path ?? search('soffice')
  if (!soffice || !runs(soffice)) {
    if (path) log.warn({ path }, 'no LibreOffice there: office files have no previews')
    return undefined
  }
  const walled = spawnSync('unshare', [...WALL, 'true'], { timeout: 10_000 }).status === 0
  if (!walled && !path) {
    log.warn({ path: soffice }, 'LibreOffice can’t be walled in here: SOFFICE_PATH says whether to use it')
    return undefined
  }
  log.info({ path: soffice, walled }, 'office files are shown by LibreOffice')
  return createOffice({ soffice, walled, folder, limits: { ...LIMITS, ...given } })
}

function search(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...PLACES]
  return folders.map((folder) => join(folder, program)).find(runs)
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function createOffice({
  soffice,
  walled,
  folder,
  limits: { memory, written, bytes, seconds },
}: {
  soffice: string
  walled: boolean
  folder: string
  limits: OfficeLimits
}): Office {
  const closing = new AbortController()

  return {
    /** The pages, as a PDF. @throws {PreviewFailed} */
    async convert(source, type) {
      const kind = OFFICE_KINDS.get(type)
      if (!kind) throw new PreviewFailed('unsupported')
      const room = await mkdtemp(join(folder, 'office-'))
      const ended = AbortSignal.any([AbortSignal.timeout(seconds * 1000), closing.signal])
      try {
        return await run(source, kind, room, ended)
      } finally {
        source.destroy()
        await rm(room, { recursive: true, force: true })
      }
    },

    async close() {
      closing.abort()
    },
  }

  async function run(source: Readable, kind: string, room: string, ended: AbortSignal): Promise<Uint8Array> {
    const limits = [
      '-c 0',
      `-t ${2 * seconds}`,
      `-v ${Math.round(memory / 1024)}`,
      // The shell counts blocks of 512.
      `-f ${Math.round(written / 512)}`,
    ]
    const script = `for l in ${limits.map((limit) => `"${limit}"`).join(' ')}; do ulimit $l; done; exec "$@"`
    const how = walled ? 'walled' : 'open'
    const convert = ['/bin/sh', SCRIPT, how, soffice, kind, room, String(written)]
    const command = walled ? ['unshare', ...WALL, ...convert] : convert
    const child = spawn('/bin/sh', ['-c', script, 'sh', ...command], {
      cwd: room,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that all that it starts ends with it.
      detached: true,
    })
    const exit = once(child, 'close')
    exit.catch(() => {})
    const kill = () => {
      if (child.pid) {
        try {
          process.kill(-child.pid, 'SIGKILL')
        } catch {}
      }
    }
    ended.addEventListener('abort', kill)
    let lastWords = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-500)
    })
    // It may end before it has read all.
    const poured = pipeline(source, child.stdin).catch(() => {})
    try {
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size > bytes) throw new PreviewFailed('too_large')
        chunks.push(chunk)
      }
      const [code] = await exit
      if (ended.aborted) throw new PreviewFailed('timeout')
      if (code !== 0 || size === 0) throw new PreviewFailed('unreadable', `exit ${code}: ${lastWords}`)
      return Buffer.concat(chunks)
    } finally {
      ended.removeEventListener('abort', kill)
      kill()
      await exit.catch(() => {})
      await poured
    }
  }
}
