import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import type { S3Place } from '../server/blobs/s3-objects.ts'
import { makeTempFolder } from './temp-folder.ts'

const BUCKET = 'carnet-test'
const env = process.env
export const elsewhere = env.S3_TEST_ENDPOINT

/** Each place is empty: a prefix of its own. */
export type S3Server = { place(): S3Place }

/**
 * An S3 server that speaks HTTP, in a process of its own; or the one that S3_TEST_ENDPOINT and the other S3_TEST_
 * variables name, which is neither started nor stopped.
 */
export async function openS3(): Promise<S3Server> {
  if (!elsewhere) return startS3()
  return {
    place: () => ({
      endpoint: elsewhere,
      bucket: env.S3_TEST_BUCKET ?? BUCKET,
      region: env.S3_TEST_REGION ?? 'us-east-1',
      accessKeyId: env.S3_TEST_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.S3_TEST_SECRET_ACCESS_KEY ?? '',
      prefix: newPrefix(),
      pathStyle: env.S3_TEST_PATH_STYLE !== 'off',
    }),
  }
}

/** One that can be stopped, started again where it was, and made to hang. */
export async function startS3() {
  const folder = await makeTempFolder()
  let running: ChildProcess | undefined
  let port = 0

  async function start() {
    const program = join(import.meta.dirname, 's3rver.ts')
    // Its pages are told apart by a cipher of old.
    const words = ['--openssl-legacy-provider', program, folder, BUCKET, String(port)]
    const child = spawn(process.execPath, words, {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    running = child
    for await (const line of createInterface({ input: child.stdout })) {
      port = Number(line)
      return
    }
    throw new Error('the S3 server did not start')
  }

  async function stop() {
    const child = running
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }

  await start()
  after(stop)
  return {
    start,
    stop,
    /** It keeps its connections and says nothing. */
    hang: () => running?.kill('SIGSTOP'),
    goOn: () => running?.kill('SIGCONT'),
    place: (): S3Place => ({
      endpoint: `http://127.0.0.1:${port}`,
      bucket: BUCKET,
      region: 'us-east-1',
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
      prefix: newPrefix(),
      pathStyle: true,
    }),
  }
}

/** What stands before a place, and passes on what it is asked, once `isAway` says that it can; otherwise it answers 404, as some do. */
export async function openGateway(
  place: S3Place,
  isAway: (method: string, url: string) => boolean | Promise<boolean>,
) {
  const { hostname, port } = new URL(place.endpoint ?? '')
  const server = createServer(async (asked, answer) => {
    const { method = '', url = '', headers } = asked
    if (await isAway(method, url)) {
      asked
        .resume()
        .once('end', () => answer.writeHead(404, { 'content-type': 'text/plain' }).end('not found'))
      return
    }
    const passed = request({ hostname, port, method, path: url, headers }, (said) => {
      answer.writeHead(said.statusCode ?? 500, said.headers)
      said.pipe(answer)
    })
    passed.once('error', () => answer.destroy())
    asked.pipe(passed)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { ...place, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const newPrefix = () => `${randomBytes(6).toString('hex')}/`

/** What an operator would set to use a place. */
export function settingsOf(place: S3Place): Record<string, string> {
  return {
    S3_ENDPOINT: place.endpoint ?? '',
    S3_BUCKET: place.bucket,
    S3_ACCESS_KEY_ID: place.accessKeyId,
    S3_SECRET_ACCESS_KEY: place.secretAccessKey,
    S3_PREFIX: place.prefix,
  }
}
