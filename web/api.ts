import { contract } from 'virtual:contract'
import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import type { JsonifiedClient } from '@orpc/openapi-client'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { QueryClient } from '@tanstack/react-query'
import { ERRORS, type ErrorCode, Problem } from '../core/errors.ts'
import { isMessageKey, t } from './i18n.ts'

/** For answers that are no problem document of ours, such as a proxy's. */
const BY_STATUS: Record<number, ErrorCode> = {
  401: 'not_signed_in',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  429: 'too_many_requests',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
  507: 'disk_full',
}

function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && code in ERRORS
}

/** The problem document (RFC 9457) of an answer, or what its status says where there is none of ours. */
export async function readProblem(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null)
  const { code, data } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  if (isErrorCode(code)) return new Problem(code, data as Problem['data'] | undefined)
  return new Problem(BY_STATUS[response.status] ?? (response.status < 500 ? 'bad_request' : 'internal'))
}

const sessionEnds = new Set<() => void>()

/** Calls back whenever the server no longer knows the session; returns the way to stop. */
export function onSessionEnd(ended: () => void): () => void {
  sessionEnds.add(ended)
  return () => sessionEnds.delete(ended)
}

/** `fetch` within our own origin, with the session's cookie; throws a `Problem` for anything but success. */
export async function request(input: string | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, { ...init, credentials: 'same-origin' })
  if (response.ok) return response
  const problem = await readProblem(response)
  if (problem.code === 'not_signed_in') for (const ended of sessionEnds) ended()
  // Asked of them from now on: who they are says so, and what they see follows.
  if (problem.code === 'second_factor_needed')
    void queries.invalidateQueries({ queryKey: api.account.readMe.key() })
  throw problem
}

const client: JsonifiedClient<ContractRouterClient<typeof contract>> = createORPCClient(
  new OpenAPILink(contract, {
    url: `${location.origin}/api`,
    // As whom this page was shown, lest another tab have us act in the wrong name.
    headers: () => {
      const hat = queries.getQueryData(api.account.readMe.queryKey())?.hat
      return hat ? { 'Carnet-As': hat.id } : {}
    },
    fetch: (req, init) => request(req, init as RequestInit),
  }),
)

/** Every operation: `api.files.listItems.queryOptions({ input })`, `.mutationOptions()`, `.call(input)`, `.key()`. */
export const api = createTanstackQueryUtils(client)

function worthRetrying(failures: number, error: Error): boolean {
  const ours = error instanceof Problem && error.status < 500
  return !ours && failures < 2
}

/** Of what was there, or was seen, and is so no longer: it isn't to be shown from memory. */
export function isGone(error: Error | null): boolean {
  return error instanceof Problem && [400, 403, 404].includes(error.status)
}

// Whether there is a network is found out by asking: a server may be on this very machine.
const networkMode = 'always'

export const queries = new QueryClient({
  defaultOptions: {
    queries: { networkMode, refetchOnReconnect: true, retry: worthRetrying, staleTime: 10_000 },
    mutations: { networkMode },
  },
})

/** What happened, in the reader's language. */
export function errorSentence(error: unknown): string {
  if (error instanceof Problem) {
    const key = `error_${error.code}`
    return t(isMessageKey(key) ? key : 'error_internal', error.data)
  }
  return t(error instanceof TypeError ? 'error_offline' : 'error_internal')
}
