import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Email, Id, Password, PersonName, Time } from './shapes.ts'

const Token = z.string().min(20).max(200)
const Done = z.strictObject({ ok: z.literal(true) })
const Encoded = z.string().min(1).max(20_000)

/** What a browser answers for a passkey, as WebAuthn writes it in JSON. */
export const PasskeyAnswer = z.strictObject({
  id: Encoded,
  rawId: Encoded,
  type: z.literal('public-key'),
  response: z.looseObject({ clientDataJSON: Encoded }),
  clientExtensionResults: z.looseObject({}),
  authenticatorAttachment: z.string().max(100).optional(),
})
export type PasskeyAnswer = z.infer<typeof PasskeyAnswer>

/** What to give to the browser's WebAuthn, as it writes it in JSON. */
const PasskeyQuestion = z.record(z.string(), z.unknown())

/** `secondStep` null: one is in. Else the first factor was right, and one of these is asked for; `token` says so. */
const SignedIn = z.strictObject({
  secondStep: z
    .strictObject({
      token: z.string(),
      app: z.boolean(),
      passkey: z.boolean(),
      recoveryCode: z.boolean(),
    })
    .nullable(),
})
export type SignedIn = z.infer<typeof SignedIn>

export const Security = z.strictObject({
  /** Whether an authenticator app's codes are asked for. */
  app: z.boolean(),
  passkeys: z.array(z.strictObject({ id: Id, name: z.string(), addedAt: Time, usedAt: Time.nullable() })),
  /** How many are left. */
  recoveryCodes: z.number().int(),
  /** The companies that require a second factor of the caller. */
  requiredBy: z.array(z.string()),
})
export type Security = z.infer<typeof Security>

export const OpenSession = z.strictObject({
  id: Id,
  /** The caller's own. */
  current: z.boolean(),
  /** Browser and system, as far as they say. */
  device: z.string().nullable(),
  /** From where it was last used. */
  address: z.string().nullable(),
  since: Time,
  /** To some minutes. */
  usedAt: Time,
})
export type OpenSession = z.infer<typeof OpenSession>

const signing = ['sign-in']
const tags = ['security']

export const security = {
  signIn: oc
    .route({ method: 'POST', path: '/auth/sign-in/email', summary: 'Sign in with a password', tags: signing })
    .input(z.strictObject({ email: z.string().max(254), password: z.string().max(1000) }))
    .output(SignedIn),
  signInWithCode: oc
    .route({
      method: 'POST',
      path: '/auth/sign-in/code',
      summary: 'The second step: a code of the authenticator app, or a recovery code',
      tags: signing,
    })
    .input(
      z.strictObject({ token: Token, kind: z.enum(['app', 'recovery']), code: z.string().min(1).max(100) }),
    )
    .output(SignedIn),
  askForPasskey: oc
    .route({
      method: 'POST',
      path: '/auth/passkey',
      summary: 'What a passkey is to sign, to sign in with it',
      tags: signing,
    })
    .output(PasskeyQuestion),
  signInWithPasskey: oc
    .route({
      method: 'POST',
      path: '/auth/sign-in/passkey',
      summary: 'Sign in with a passkey, which is two factors in one',
      tags: signing,
    })
    .input(z.strictObject({ answer: PasskeyAnswer }))
    .output(SignedIn),
  mailLink: oc
    .route({
      method: 'POST',
      path: '/auth/link',
      summary:
        'Have a link mailed that signs in, or lets choose another password; alike for unknown addresses',
      tags: signing,
    })
    .input(z.strictObject({ email: Email, purpose: z.enum(['link', 'reset']) }))
    .output(Done),
  signInWithLink: oc
    .route({
      method: 'POST',
      path: '/auth/sign-in/link',
      summary: 'Sign in with a mailed link',
      tags: signing,
    })
    .input(z.strictObject({ token: Token }))
    .output(SignedIn),
  resetPassword: oc
    .route({
      method: 'POST',
      path: '/auth/reset',
      summary: 'Choose another password with a mailed link: ends every session, then signs in',
      tags: signing,
    })
    .input(z.strictObject({ token: Token, password: Password }))
    .output(SignedIn),
  signOut: oc
    .route({ method: 'POST', path: '/auth/sign-out', summary: 'End the session', tags: signing })
    .output(Done),

  readSecurity: oc
    .route({ method: 'GET', path: '/security', summary: 'How one signs in', tags })
    .output(Security),
  listSessions: oc
    .route({ method: 'GET', path: '/security/sessions', summary: 'Where one is signed in', tags })
    .output(z.strictObject({ sessions: z.array(OpenSession) })),
  endSession: oc
    .route({
      method: 'DELETE',
      path: '/security/sessions/{sessionId}',
      summary: 'Sign out of one session, at once',
      tags,
    })
    .input(z.strictObject({ sessionId: Id }))
    .output(Done),
  endOtherSessions: oc
    .route({
      method: 'DELETE',
      path: '/security/sessions',
      summary: 'Sign out everywhere else, at once',
      tags,
    })
    .output(Done),
  changePassword: oc
    .route({
      method: 'POST',
      path: '/security/password',
      summary: 'Choose another password: ends every other session',
      tags,
    })
    .input(z.strictObject({ present: z.string().max(1000), password: Password }))
    .output(Done),
  beginApp: oc
    .route({
      method: 'POST',
      path: '/security/app',
      summary: 'A secret for an authenticator app; it counts once a code of it is given',
      tags,
    })
    .output(z.strictObject({ secret: z.string(), address: z.string() })),
  confirmApp: oc
    .route({
      method: 'POST',
      path: '/security/app/confirm',
      summary: 'The first code of the app: it is asked for from now on; ends every other session',
      tags,
    })
    .input(z.strictObject({ code: z.string().min(1).max(100) }))
    .output(z.strictObject({ recoveryCodes: z.array(z.string()) })),
  removeApp: oc
    .route({ method: 'DELETE', path: '/security/app', summary: 'Remove the authenticator app', tags })
    .output(Done),
  askToMakePasskey: oc
    .route({ method: 'POST', path: '/security/passkeys/ask', summary: 'What a new passkey is to sign', tags })
    .output(PasskeyQuestion),
  addPasskey: oc
    .route({
      method: 'POST',
      path: '/security/passkeys',
      successStatus: 201,
      summary: 'Keep a passkey that the browser has made',
      tags,
    })
    .input(z.strictObject({ name: PersonName, answer: PasskeyAnswer }))
    .output(Done),
  renamePasskey: oc
    .route({ method: 'PATCH', path: '/security/passkeys/{passkeyId}', summary: 'Name a passkey', tags })
    .input(z.strictObject({ passkeyId: Id, name: PersonName }))
    .output(Done),
  removePasskey: oc
    .route({ method: 'DELETE', path: '/security/passkeys/{passkeyId}', summary: 'Remove a passkey', tags })
    .input(z.strictObject({ passkeyId: Id }))
    .output(Done),
  makeRecoveryCodes: oc
    .route({
      method: 'POST',
      path: '/security/recovery-codes',
      summary: 'New recovery codes, shown this once; the former ones end',
      tags,
    })
    .output(z.strictObject({ recoveryCodes: z.array(z.string()) })),
}
