import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import { Problem } from '../../core/errors.ts'

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), geolocation=(), microphone=(), payment=(), usb=()',
  // Only pages need more, and say so themselves.
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
}

/** Headers of every answer, unless a route has stricter ones. */
export function secureHeaders(https: boolean): Map<string, string> {
  return new Map(
    Object.entries({ ...HEADERS, ...(https && { 'Strict-Transport-Security': 'max-age=31536000' }) }),
  )
}

/**
 * Refuses state changes that another site's page asks for. `origin` is ours; without one, whatever host the
 * request came to. Programs that aren't browsers send neither header.
 */
export function refuseOtherOrigins(origin: string | undefined): MiddlewareHandler {
  return async ({ req }, next) => {
    if (!['GET', 'HEAD', 'OPTIONS'].includes(req.method)) {
      const from = req.header('Origin')
      const site = req.header('Sec-Fetch-Site') ?? 'none'
      if (from && from !== (origin ?? new URL(req.url).origin)) throw new Problem('wrong_origin')
      if (site !== 'same-origin' && site !== 'none') throw new Problem('wrong_origin')
    }
    await next()
  }
}

/** Refuses what comes while `max` requests are being answered, instead of making everybody wait for memory. */
export function limitConcurrency(max: number) {
  let underWay = 0
  return async <T>(answer: () => Promise<T>): Promise<T> => {
    if (underWay >= max) throw new Problem('unavailable')
    underWay++
    try {
      return await answer()
    } finally {
      underWay--
    }
  }
}

/** The caller's address: the socket's or, behind so many proxies of ours, what the outermost of them saw. */
export function addressOf(c: Context<{ Bindings: HttpBindings }>, proxies: number): string {
  const socket = c.env.incoming.socket.remoteAddress ?? ''
  const hops = [...(c.req.header('X-Forwarded-For')?.split(',') ?? []), socket].map((hop) => hop.trim())
  return hops.at(-1 - proxies) ?? hops[0] ?? socket
}
