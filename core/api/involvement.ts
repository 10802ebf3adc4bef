import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Email, Id, Language, Password, PersonName, ProfileShape, Time } from './shapes.ts'

/** A professional in reach of a record or group, as professionals see them. */
export const Stakeholder = z.strictObject({
  professionalId: Id,
  name: z.string(),
  company: z.string(),
  profile: ProfileShape,
  colleague: z.boolean(),
  you: z.boolean(),
  /** Null for administrators and managers who are in reach by their scope alone. */
  since: Time.nullable(),
  addedBy: z.string().nullable(),
  canArchive: z.boolean(),
})
export type Stakeholder = z.infer<typeof Stakeholder>

/** An external who was invited and hasn't answered; looks the same whoever has the address. */
export const InvitedExternal = z.strictObject({
  id: Id,
  email: z.string(),
  invitedBy: z.string(),
  since: Time,
  /** The link and the invitation end here; it can be sent again. */
  expired: z.boolean(),
})
export type InvitedExternal = z.infer<typeof InvitedExternal>

const Stakeholders = z.strictObject({
  stakeholders: z.array(Stakeholder),
  /** Shown to who manages the stakeholders. */
  invited: z.array(InvitedExternal),
  can: z.strictObject({
    add: z.boolean(),
    /** Invite a professional of another company: never into a group. */
    invite: z.boolean(),
    /** Become a stakeholder oneself, who reaches it by one's profile. */
    join: z.boolean(),
  }),
})
export type Stakeholders = z.infer<typeof Stakeholders>

/** A professional involved with a client, as the client sees them. */
export const MyProfessional = z.strictObject({
  professionalId: Id,
  name: z.string(),
  company: z.string(),
  /** Null for who is involved by their profile in a practice that follows the client. */
  since: Time.nullable(),
  addedBy: z.string().nullable(),
  /** Of a company that doesn't follow the client itself: the client may end it. */
  external: z.boolean(),
})
export type MyProfessional = z.infer<typeof MyProfessional>

/** Something to accept or to refuse. */
export const Request = z.discriminatedUnion('kind', [
  /** To a professional: be involved with a client of a practice, as an external. */
  z.strictObject({
    kind: z.literal('external'),
    id: Id,
    practice: z.string(),
    by: z.string(),
    client: z.string(),
    at: Time,
    until: Time,
    /** The professionals as whom one could accept. */
    as: z.array(z.strictObject({ id: Id, company: z.string() })),
  }),
  /** To a client: be followed by a practice. What was refused can still be accepted. */
  z.strictObject({
    kind: z.literal('client'),
    id: Id,
    practice: z.string(),
    by: z.string(),
    at: Time,
    refused: z.boolean(),
  }),
])
export type Request = z.infer<typeof Request>

const Token = z.string().min(20).max(200)
const Done = z.strictObject({ ok: z.literal(true) })
const space = z.strictObject({ spaceId: Id })
const tags = ['involvement']

export const involvement = {
  listStakeholders: oc
    .route({
      method: 'GET',
      path: '/spaces/{spaceId}/stakeholders',
      summary: 'The professionals involved, and those invited',
      tags,
    })
    .input(space)
    .output(Stakeholders),
  listColleagues: oc
    .route({
      method: 'GET',
      path: '/spaces/{spaceId}/colleagues',
      summary: 'Colleagues who could be added as stakeholders',
      tags,
    })
    .input(space)
    .output(
      z.array(
        z.strictObject({
          professionalId: Id,
          name: z.string(),
          profile: ProfileShape,
          branches: z.array(z.string()),
        }),
      ),
    ),
  addStakeholder: oc
    .route({
      method: 'POST',
      path: '/spaces/{spaceId}/stakeholders',
      successStatus: 201,
      summary: 'Add a colleague as stakeholder, at once',
      tags,
    })
    .input(z.strictObject({ spaceId: Id, professionalId: Id }))
    .output(Stakeholders),
  join: oc
    .route({
      method: 'POST',
      path: '/spaces/{spaceId}/join',
      successStatus: 201,
      summary: 'Become a stakeholder oneself, as an administrator or manager',
      tags,
    })
    .input(space)
    .output(Stakeholders),
  archiveStakeholder: oc
    .route({
      method: 'DELETE',
      path: '/spaces/{spaceId}/stakeholders/{professionalId}',
      summary: 'Archive a stakeholder: their access ends at once, what they added stays',
      tags,
    })
    .input(z.strictObject({ spaceId: Id, professionalId: Id }))
    .output(Done),
  inviteExternal: oc
    .route({
      method: 'POST',
      path: '/spaces/{spaceId}/invitations',
      successStatus: 201,
      summary: 'Invite a professional of another company; the answer is the same whoever has the address',
      tags,
    })
    .input(
      z.strictObject({
        spaceId: Id,
        email: Email,
        /** Said by the inviter: health data leaves the practice, and the client agrees. */
        understood: z.literal(true),
      }),
    )
    .output(InvitedExternal),
  inviteExternalAgain: oc
    .route({
      method: 'POST',
      path: '/spaces/{spaceId}/invitations/{invitationId}',
      summary: 'Send an external’s invitation again; the earlier link ends',
      tags,
    })
    .input(z.strictObject({ spaceId: Id, invitationId: Id }))
    .output(InvitedExternal),
  withdrawExternal: oc
    .route({
      method: 'DELETE',
      path: '/spaces/{spaceId}/invitations/{invitationId}',
      summary: 'Withdraw an external’s invitation: its link ends at once',
      tags,
    })
    .input(z.strictObject({ spaceId: Id, invitationId: Id }))
    .output(Done),
  listMyProfessionals: oc
    .route({
      method: 'GET',
      path: '/my/professionals',
      summary: 'For a client: the professionals involved with them',
      tags,
    })
    .output(z.array(MyProfessional)),
  endExternal: oc
    .route({
      method: 'DELETE',
      path: '/my/professionals/{professionalId}',
      summary: 'For a client: end an external’s involvement, at once; what they added stays',
      tags,
    })
    .input(z.strictObject({ professionalId: Id }))
    .output(Done),
  listRequests: oc
    .route({ method: 'GET', path: '/requests', summary: 'What waits for one’s answer, newest first', tags })
    .output(z.array(Request)),
  answerRequest: oc
    .route({
      method: 'POST',
      path: '/requests/{requestId}',
      summary:
        'Accept or refuse; an external accepts as one of the professionals that they are, or opens a practice',
      tags,
    })
    .input(
      z.strictObject({
        requestId: Id,
        accept: z.boolean(),
        /** Of an external who accepts, one of these: the professional, or the name of a practice to open. */
        as: Id.optional(),
        practice: PersonName.optional(),
      }),
    )
    /** As whom an external accepted. */
    .output(z.strictObject({ hat: Id.nullable() })),
  readRequest: oc
    .route({ method: 'POST', path: '/request/read', summary: 'What the link in a letter asks', tags })
    .input(z.strictObject({ token: Token }))
    .output(
      z.strictObject({
        id: Id,
        kind: z.enum(['external', 'client']),
        email: z.string(),
        practice: z.string(),
        by: z.string(),
        /** Somebody signs in with this address already. */
        account: z.boolean(),
      }),
    ),
  answerByLink: oc
    .route({
      method: 'POST',
      path: '/request/answer',
      summary: 'Answer by the link in a letter, once; an external accepts signed in',
      tags,
    })
    .input(z.strictObject({ token: Token, accept: z.boolean() }))
    .output(Done),
  openPractice: oc
    .route({
      method: 'POST',
      path: '/request/practice',
      summary: 'Accept as an external without an account: opens one’s own practice; signs in',
      tags,
    })
    .input(
      z.strictObject({
        token: Token,
        practice: PersonName,
        name: PersonName,
        password: Password,
        language: Language.optional(),
      }),
    )
    .output(Done),
}
