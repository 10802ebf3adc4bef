import { randomBytes } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeMetadata } from '../test/world.ts'
import { noise, send, timeEach } from './load.ts'
import { openPractice } from './practice.ts'
import { readPeak, resetPeak, type Server, startNginx, startPlain } from './servers.ts'
import { type Ground, median, type Ratio, type Workload } from './workload.ts'

type Shape = { files: string; count: number; size: number; atOnce: number; rounds: number }
type Send = (name: string, size: number) => Promise<unknown>
/**
 * Several files go in one request where `sendMany` sends them. `speed` is how many times as fast as the first of its
 * race it has to be; `afresh` sends for files that nobody has fetched yet, in each round others.
 */
type Runner = {
  who: string
  server: Server
  send: Send
  sendMany?: (names: string[], size: number) => Promise<unknown>
  speed?: number
  afresh?: boolean
}

const SMALL: Shape = { files: '2,000 × 50 KB', count: 2000, size: 50_000, atOnce: 16, rounds: 3 }
const MIDDLE: Shape = { files: '1,000 × 100 KB', count: 1000, size: 100_000, atOnce: 16, rounds: 3 }
const LARGE: Shape = { files: '1 × 2 GB', count: 1, size: 2 * 1024 ** 3, atOnce: 1, rounds: 3 }
/** A form of so many files; so many of them at once. */
const FORM = { files: 50, atOnce: 4 }
const ROOM = 30 * 1024 ** 3

/**
 * Files up and down over HTTP: Carnet, which flushes, seals, asks who may and writes rows and log, against a Node server
 * of thirty lines and, where it is installed, nginx. Each is a process of its own; they take turns.
 */
export const transfers: Workload = {
  about: 'files up and down, against a plain Node server on the same disk',
  async run({ database, folder, closing }: Ground) {
    const { bavail, bsize } = await statfs(folder)
    if (bavail * bsize < ROOM) throw new Error(`${folder} has less than ${ROOM / 1024 ** 3} GB of room`)
    const { start, server: sealed, headers, spaceId } = await openPractice(database, closing)
    const unsealed = await start({ ENCRYPTION: 'off' })

    const plain = await startPlain(join(folder, 'plain'), closing)
    const nginx = await startNginx(join(folder, 'nginx'), closing)

    const block = randomBytes(1024 * 1024)
    const bodyOf = (size: number) => (size > block.length ? noise(block, size) : block.subarray(0, size))
    const put = (url: string, size: number, headers = {}) =>
      send(url, { method: 'PUT', headers: { ...headers, 'Content-Length': size }, body: bodyOf(size) })
    const up =
      (server: Server, query = ''): Send =>
      (name, size) =>
        put(`${server.origin}/${name}${query}`, size)
    const down =
      (server: Server): Send =>
      (name) =>
        send(`${server.origin}/${name}`, {})

    const places = new Map<string, string>()
    const upTo =
      (server: Server): Send =>
      async (name, size) => {
        const url = `${server.origin}/api/files/${name}?spaceId=${spaceId}`
        const { location } = await put(url, size, headers)
        places.set(server.origin + name, `${server.origin}${location}/content`)
      }
    const formsTo = (server: Server) => async (names: string[], size: number) => {
      const parts = names.flatMap((name) => [
        `--form\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`,
        bodyOf(size) as Uint8Array,
        '\r\n',
      ])
      const body = Buffer.concat([...parts, '--form--\r\n'].map((part) => Buffer.from(part as string)))
      const { status } = await send(`${server.origin}/api/files?spaceId=${spaceId}`, {
        method: 'POST',
        headers: {
          ...headers,
          'Content-Type': 'multipart/form-data; boundary=form',
          'Content-Length': body.length,
        },
        body,
      })
      if (status !== 201) throw new Error('not all of a form was added')
    }
    const resumableTo =
      (server: Server): Send =>
      (name, size) =>
        send(`${server.origin}/api/uploads`, {
          method: 'POST',
          headers: {
            ...headers,
            'Tus-Resumable': '1.0.0',
            'Upload-Length': size,
            'Content-Length': size,
            'Content-Type': 'application/offset+octet-stream',
            'Upload-Metadata': encodeMetadata({ filename: name, spaceId }),
          },
          body: bodyOf(size),
        })
    const downFrom =
      (server: Server): Send =>
      (name) =>
        send(places.get(server.origin + name) ?? '', { headers })

    const ratios: Ratio[] = []
    async function race({ files, count, size, atOnce, rounds }: Shape, way: string, runners: Runner[]) {
      const results = runners.map((runner) => ({ ...runner, times: [] as number[], memory: 0 }))
      for (let round = 0; round < rounds; round++) {
        for (const result of results) {
          await resetPeak(result.server)
          // What is read was written in the first round, or in the one with the same number.
          const name = (i: number) => `${size}-${way === 'down' && !result.afresh ? 0 : round}-${i}`
          const { send, sendMany } = result
          const names = (form: number) =>
            Array.from({ length: FORM.files }, (_, i) => name(form * FORM.files + i))
          result.times.push(
            sendMany
              ? await timeEach(count / FORM.files, FORM.atOnce, (form) => sendMany(names(form), size))
              : await timeEach(count, atOnce, (i) => send(name(i), size)),
          )
          result.memory = Math.max(result.memory, await readPeak(result.server))
        }
      }
      const baseline = median(results[0]?.times ?? [])
      for (const { who, times, memory, speed } of results) {
        const what = `${files} ${way}: ${who}`
        ratios.push({
          what,
          baseline,
          measured: median(times),
          memory,
          ...(speed !== undefined && { speed }),
        })
      }
    }
    const ifNginx = (send: (server: Server) => Send): Runner[] =>
      nginx ? [{ who: 'nginx', server: nginx, send: send(nginx) }] : []

    for (const [shape, least] of [
      [SMALL, {}],
      [MIDDLE, { down: 0.6 }],
      [LARGE, { up: 0.8, down: 0.8, unsealed: 1.2 }],
    ] as [Shape, { up?: number; down?: number; unsealed?: number }][]) {
      await race(shape, 'up', [
        { who: 'plain Node, flushed', server: plain, send: up(plain, '?flush') },
        { who: 'plain Node, not flushed', server: plain, send: up(plain) },
        ...ifNginx(up),
        ...(shape === SMALL
          ? [
              {
                who: `Carnet, sealed, in forms of ${FORM.files}`,
                server: sealed,
                send: upTo(sealed),
                sendMany: formsTo(sealed),
                speed: 0.6,
              },
            ]
          : []),
        { who: 'Carnet, sealed', server: sealed, send: upTo(sealed), ...(least.up && { speed: least.up }) },
        { who: 'Carnet, unsealed', server: unsealed, send: upTo(unsealed) },
        { who: 'Carnet, sealed, resumable', server: sealed, send: resumableTo(sealed) },
      ])
      const aim = least.down ? { speed: least.down } : {}
      await race(shape, 'down', [
        { who: 'plain Node', server: plain, send: down(plain) },
        ...ifNginx(down),
        // Each is a viewing of its own, which is written down before the bytes go out.
        ...(shape.count > 1
          ? [
              {
                who: 'Carnet, sealed, each for the first time',
                server: sealed,
                send: downFrom(sealed),
                afresh: true,
                ...aim,
              },
            ]
          : []),
        {
          who: 'Carnet, sealed',
          server: sealed,
          send: downFrom(sealed),
          ...aim,
        },
        {
          who: 'Carnet, unsealed',
          server: unsealed,
          send: downFrom(unsealed),
          ...(least.unsealed && { speed: least.unsealed }),
        },
      ])
    }
    return ratios
  },
}
