import { z } from 'zod'
import { Problem } from '../../core/errors.ts'
import type { Visit } from './admission.ts'

export type SignIn = {
  signIn(visit: Visit, credentials: { email: string; password: string }): Promise<void>
  signOut(visit: Visit): Promise<void>
}

const Credentials = z.strictObject({ email: z.string().max(254), password: z.string().max(1000) })

/** Signing in and out, at the addresses that the sign-in library has for them. Its others aren't served. */
export function createAuthRoutes({ signIn, signOut }: SignIn) {
  return {
    '/api/auth/sign-in/email': async (request: Request, visit: Visit) => {
      const credentials = Credentials.safeParse(await request.json().catch(() => null))
      if (!credentials.success) throw new Problem('bad_request')
      await signIn(visit, credentials.data)
      // Another account on the same device finds nothing that the last one left in the browser's cache.
      return answerOk('"cache"')
    },
    '/api/auth/sign-out': async (_request: Request, visit: Visit) => {
      await signOut(visit)
      return answerOk('"cache", "storage"')
    },
  }
}

function answerOk(clear: string): Response {
  return Response.json({ ok: true }, { headers: { 'Cache-Control': 'no-store', 'Clear-Site-Data': clear } })
}
