import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Branch, Cursor, Email, Id, LevelShape, PersonName, Time } from './shapes.ts'

export const Contact = z.strictObject({
  kind: z.enum(['client', 'group']),
  /** The client's or the group's. */
  id: Id,
  spaceId: Id,
  name: z.string(),
  /** Of the branches, those of the caller's company. */
  branches: z.array(z.string()),
  /** Names of the stakeholders, the caller first. */
  stakeholders: z.array(z.string()),
  /** Members of a group; null for a client. */
  members: z.number().int().nullable(),
  since: Time,
})
export type Contact = z.infer<typeof Contact>

export const ClientRecord = z.strictObject({
  id: Id,
  spaceId: Id,
  name: z.string(),
  email: z.string().nullable(),
  /** `none`: no account and no invitation; `invited`: has not chosen a password yet; `ended`: their access was removed. */
  app: z.enum(['none', 'invited', 'active', 'ended']),
  branches: z.array(Branch),
  since: Time,
  can: z.strictObject({
    edit: z.boolean(),
    manageStakeholders: z.boolean(),
    /** Give the client an e-mail address, or another: as long as there is no account. */
    address: z.boolean(),
    invite: z.boolean(),
    /** Archive it, change its branches, merge it with another. */
    manage: z.boolean(),
    endApp: z.boolean(),
    restoreApp: z.boolean(),
  }),
})
export type ClientRecord = z.infer<typeof ClientRecord>

export const GroupRecord = z.strictObject({
  id: Id,
  spaceId: Id,
  name: z.string(),
  branches: z.array(Branch),
  /** By name; who works with the group knows them, and reaches not all their records: docs/decisions/0018. */
  members: z.array(z.strictObject({ id: Id, name: z.string(), reached: z.boolean() })),
  since: Time,
  can: z.strictObject({
    manageStakeholders: z.boolean(),
    /** Rename it, change its branches, delete it, add members and remove them. */
    manage: z.boolean(),
  }),
})
export type GroupRecord = z.infer<typeof GroupRecord>

const NotInApp = z.strictObject({ id: Id, name: z.string(), reached: z.boolean() })

/** What keeps a client, or members of a group, from seeing an item; none: they see it. `mend`: what the caller may do. */
export const ClientSight = z.strictObject({
  causes: z.array(
    z.discriminatedUnion('code', [
      /** Its level leaves them out. `owner`: whom to ask, where the caller may not change it. */
      z.strictObject({
        code: z.literal('level'),
        level: LevelShape,
        owner: z.string().nullable(),
        mend: LevelShape.nullable(),
      }),
      /** The software made it: its template leaves them out. */
      z.strictObject({ code: z.literal('template') }),
      /** A folder in which they see nothing, as far as the caller sees. */
      z.strictObject({ code: z.literal('empty_folder') }),
      /** `mend`: the group to which the caller may add some. */
      z.strictObject({ code: z.literal('no_members'), mend: Id.nullable() }),
      /** They have no way into the app: no address yet, an invitation not accepted, or access that was removed. */
      z.strictObject({
        code: z.literal('app'),
        app: z.enum(['none', 'invited', 'ended']),
        clients: z.array(NotInApp),
        mend: z.enum(['address', 'invite', 'restore']).nullable(),
      }),
    ]),
  ),
})
export type ClientSight = z.infer<typeof ClientSight>

/** Files of the group to be copied into the records of those who leave it, as far as the caller may add there. */
const Copies = z.array(Id).max(100)

export const people = {
  listContacts: oc
    .route({ method: 'GET', path: '/contacts', summary: 'Clients and groups in reach', tags: ['people'] })
    .input(
      z.strictObject({
        kind: z.enum(['client', 'group']).optional(),
        search: z.string().max(200).optional(),
        sort: z.enum(['name', 'since']).default('name'),
        order: z.enum(['asc', 'desc']).default('asc'),
        cursor: Cursor.optional(),
      }),
    )
    .output(z.strictObject({ contacts: z.array(Contact), next: Cursor.nullable() })),
  createClient: oc
    .route({
      method: 'POST',
      path: '/clients',
      successStatus: 201,
      summary: 'Create a client; an e-mail gets an invitation',
      tags: ['people'],
    })
    .input(
      z.strictObject({
        name: PersonName,
        email: Email.optional(),
        /** Of the caller's; the first of them unless said. */
        branchId: Id.optional(),
      }),
    )
    .output(ClientRecord),
  readClient: oc
    .route({ method: 'GET', path: '/clients/{clientId}', summary: 'A client’s record', tags: ['people'] })
    .input(z.strictObject({ clientId: Id }))
    .output(ClientRecord),
  changeClient: oc
    .route({
      method: 'PATCH',
      path: '/clients/{clientId}',
      summary: 'Change a client’s name or, until the account exists, e-mail',
      tags: ['people'],
    })
    .input(z.strictObject({ clientId: Id, name: PersonName.optional(), email: Email.nullable().optional() }))
    .output(ClientRecord),
  inviteClient: oc
    .route({
      method: 'POST',
      path: '/clients/{clientId}/invitation',
      summary: 'Send the invitation (again); earlier ones end',
      tags: ['people'],
    })
    .input(z.strictObject({ clientId: Id }))
    .output(ClientRecord),
  readGroup: oc
    .route({ method: 'GET', path: '/groups/{groupId}', summary: 'A group', tags: ['people'] })
    .input(z.strictObject({ groupId: Id }))
    .output(GroupRecord),
  createGroup: oc
    .route({
      method: 'POST',
      path: '/groups',
      successStatus: 201,
      summary: 'Create a group, without members yet',
      tags: ['people'],
    })
    .input(
      z.strictObject({
        name: PersonName,
        /** Of the caller's; the first of them unless said. */
        branchId: Id.optional(),
      }),
    )
    .output(GroupRecord),
  changeGroup: oc
    .route({
      method: 'PATCH',
      path: '/groups/{groupId}',
      summary: 'Rename a group, or change in which of the caller’s branches it is',
      tags: ['people'],
    })
    .input(
      z.strictObject({
        groupId: Id,
        name: PersonName.optional(),
        /** Of the caller's branches; the group's others stay. */
        branchIds: z.array(Id).max(200).optional(),
      }),
    )
    .output(GroupRecord),
  deleteGroup: oc
    .route({
      method: 'POST',
      path: '/groups/{groupId}/delete',
      summary: 'Delete a group: at once nobody sees its files any more; chosen ones are copied first',
      tags: ['people'],
    })
    .input(z.strictObject({ groupId: Id, copies: Copies.optional() }))
    .output(z.strictObject({ copiedTo: z.number().int() })),
  listCandidates: oc
    .route({
      method: 'GET',
      path: '/groups/{groupId}/candidates',
      summary: 'Clients in reach who could be added to a group: the first hundred by name',
      tags: ['people'],
    })
    .input(z.strictObject({ groupId: Id, search: z.string().max(200).optional() }))
    .output(
      z.strictObject({
        clients: z.array(z.strictObject({ id: Id, name: z.string(), branches: z.array(z.string()) })),
        /** There are more: search for them. */
        more: z.boolean(),
      }),
    ),
  addMembers: oc
    .route({
      method: 'POST',
      path: '/groups/{groupId}/members',
      successStatus: 201,
      summary: 'Add clients to a group: they see its files at once',
      tags: ['people'],
    })
    .input(z.strictObject({ groupId: Id, clientIds: z.array(Id).min(1).max(200) }))
    .output(GroupRecord),
  removeMember: oc
    .route({
      method: 'POST',
      path: '/groups/{groupId}/members/{clientId}/remove',
      summary: 'Remove a client from a group: they see its files no longer; chosen ones are copied first',
      tags: ['people'],
    })
    .input(z.strictObject({ groupId: Id, clientId: Id, copies: Copies.optional() }))
    .output(GroupRecord),
  readClientSight: oc
    .route({
      method: 'GET',
      path: '/items/{itemId}/client-sight',
      summary: 'Why the client can’t see an item, and what can be done about it',
      tags: ['people'],
    })
    .input(z.strictObject({ itemId: Id }))
    .output(ClientSight),
}
