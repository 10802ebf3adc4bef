import { oc } from '@orpc/contract'
import { z } from 'zod'
import {
  Branch,
  Email,
  Id,
  Language,
  LevelShape,
  Password,
  PersonName,
  ProfileShape,
  Theme,
} from './shapes.ts'

/** Whom one may act as: a professional in a company, or a client. */
export const Hat = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('professional'),
    id: Id,
    name: z.string(),
    profile: ProfileShape,
    company: z.strictObject({ id: Id, name: z.string(), defaultLevel: LevelShape }),
    /** The company requires a second factor, and the session was opened without: it may do nothing as this yet. */
    secondFactorNeeded: z.boolean(),
    /** The professional's own first; a super admin is in every branch of the company. */
    branches: z.array(Branch),
    can: z.strictObject({
      createClients: z.boolean(),
      createGroups: z.boolean(),
      writeFiles: z.boolean(),
      /** The people and branches of the company, or of one's own branches. */
      administer: z.boolean(),
      administerCompany: z.boolean(),
    }),
  }),
  z.strictObject({ kind: z.literal('client'), id: Id, name: z.string() }),
])
export type Hat = z.infer<typeof Hat>

export const Me = z.strictObject({
  person: z.strictObject({ id: Id, name: z.string(), email: z.string(), language: Language, theme: Theme }),
  /** As whom this session acts; null when one is nothing anywhere any more. */
  hat: Hat.nullable(),
  hats: z.array(Hat),
})
export type Me = z.infer<typeof Me>

const Token = z.string().min(20).max(200)

export const account = {
  readSetup: oc
    .route({
      method: 'GET',
      path: '/setup',
      summary: 'Whether this installation still waits for its set-up',
      tags: ['account'],
    })
    .output(z.strictObject({ needed: z.boolean() })),
  setUp: oc
    .route({
      method: 'POST',
      path: '/setup',
      summary: 'Name the practice and make its first super admin, with the one-time token; signs in',
      tags: ['account'],
    })
    .input(
      z.strictObject({
        token: Token,
        practice: PersonName,
        name: PersonName,
        email: Email,
        password: Password,
        language: Language,
      }),
    )
    .output(z.strictObject({ ok: z.literal(true) })),
  readInvitation: oc
    .route({
      method: 'POST',
      path: '/invitation/read',
      summary: 'Whom an invitation is for and from',
      tags: ['account'],
    })
    .input(z.strictObject({ token: Token }))
    .output(
      z.strictObject({
        name: z.string(),
        email: z.string(),
        practice: z.string(),
        as: z.enum(['client', 'professional']),
        /** Somebody signs in with this address already: they accept with `joinCompany`. */
        account: z.boolean(),
      }),
    ),
  acceptInvitation: oc
    .route({
      method: 'POST',
      path: '/invitation/accept',
      summary: 'Choose a password with an invitation; signs in',
      tags: ['account'],
    })
    .input(z.strictObject({ token: Token, password: Password, language: Language.optional() }))
    .output(z.strictObject({ ok: z.literal(true) })),
  joinCompany: oc
    .route({
      method: 'POST',
      path: '/invitation/join',
      summary: 'Accept, with the account that is signed in, an invitation to work for a company',
      tags: ['account'],
    })
    .input(z.strictObject({ token: Token }))
    .output(z.strictObject({ ok: z.literal(true) })),
  readMe: oc
    .route({
      method: 'GET',
      path: '/me',
      summary: 'Who is signed in, and as whom they act',
      tags: ['account'],
    })
    .output(Me),
  changeMe: oc
    .route({
      method: 'PATCH',
      path: '/me',
      summary: 'Change one’s language, theme or name',
      tags: ['account'],
    })
    .input(
      z.strictObject({ language: Language.optional(), theme: Theme.optional(), name: PersonName.optional() }),
    )
    .output(Me),
  eraseAccount: oc
    .route({
      method: 'POST',
      path: '/me/erase',
      summary: 'Erase one’s account for good, with its password: what one added stays',
      tags: ['account'],
    })
    .input(z.strictObject({ password: z.string().max(1000) }))
    .output(z.strictObject({ ok: z.literal(true) })),
  changeHat: oc
    .route({
      method: 'POST',
      path: '/me/hat',
      summary: 'Act as another of the professionals or clients that one is',
      tags: ['account'],
    })
    .input(z.strictObject({ id: Id }))
    .output(Me),
}
