import type { ServerResponse } from 'node:http'
import { Problem } from '../../core/errors.ts'
import type { Log } from '../log.ts'
import { withoutValues } from './problems.ts'

/**
 * Lets a body that ends too early break its connection off, so that nobody takes what came for the whole. Why is
 * logged, unless it is a Problem, which means on purpose. The HTTP library would print every such error itself.
 */
export function breakOffQuietly(
  response: Response,
  outgoing: Pick<ServerResponse, 'destroy'>,
  log: Log,
): Response {
  const { body, status, headers } = response
  if (!body) return response
  const reader = body.getReader()
  const promised = Number(headers.get('Content-Length') ?? 0)
  let sent = 0
  let left = false
  const watched = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (!done) {
            sent += value.length
            controller.enqueue(value)
          } else if (left || sent >= promised) controller.close()
          else throw new Error(`${sent} bytes of ${promised} were there to be sent`)
        } catch (error) {
          if (!left && !(error instanceof Problem))
            log.error({ err: withoutValues(error) }, 'an answer broke off')
          outgoing.destroy()
        }
      },
      async cancel(reason) {
        left = true
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(watched, { status, headers })
}
