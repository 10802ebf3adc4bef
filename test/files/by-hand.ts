import { execFile } from 'node:child_process'
import { type IncomingMessage, request } from 'node:http'
import { promisify } from 'node:util'
import type { Browser } from '../world.ts'

export const run = promisify(execFile)

export const CURL = await run('curl', ['--version']).then(
  () => true,
  () => false,
)

/** A request whose sender decides itself what it sends, and when; status 0 where no answer comes. */
export function openRequest(
  { origin, cookie }: Browser,
  method: string,
  path: string,
  headers: Record<string, string | number>,
) {
  const sending = request(new URL(path, origin), { method, headers: { Cookie: cookie, ...headers } })
  const answer = new Promise<{ status: number; text: string }>((resolve) => {
    sending.on('error', () => resolve({ status: 0, text: '' }))
    sending.on('response', async (response: IncomingMessage) => {
      const text = Buffer.concat(await response.toArray()).toString()
      resolve({ status: response.statusCode ?? 0, text })
    })
  })
  return { sending, answer }
}
