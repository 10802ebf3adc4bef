import { oc } from '@orpc/contract'
import { z } from 'zod'
import { ClientRecord } from './people.ts'
import { Id, Time } from './shapes.ts'

const tags = ['lives']
const client = z.strictObject({ clientId: Id })
const Done = z.strictObject({ ok: z.literal(true) })
const search = z.string().max(200).optional()

/** One of two records, as far as the caller sees: of files and folders, groups too, there may be more. */
const Side = z.strictObject({
  id: Id,
  name: z.string(),
  email: z.string().nullable(),
  app: ClientRecord.shape.app,
  branches: z.array(z.string()),
  since: Time,
  stakeholders: z.array(z.string()),
  groups: z.array(z.string()),
  files: z.number().int(),
  folders: z.number().int(),
})
export type MergeSide = z.infer<typeof Side>

export const Merge = z.strictObject({
  /** The record that stays: the one with an account, or else the one that was asked about first. */
  stays: Side,
  goes: Side,
  /** Who, involved in one of them until now, reaches all of it, and sees there what each level says. */
  gain: z.array(z.string()),
  /** Who no longer reaches what they did. */
  lose: z.array(z.string()),
})
export type Merge = z.infer<typeof Merge>

export const lives = {
  listArchived: oc
    .route({
      method: 'GET',
      path: '/archived-clients',
      summary: 'Clients in scope whom the company no longer follows: the first hundred by name',
      tags,
    })
    .input(z.strictObject({ search }))
    .output(
      z.strictObject({
        clients: z.array(
          z.strictObject({ id: Id, name: z.string(), branches: z.array(z.string()), archivedAt: Time }),
        ),
        /** There are more: search for them. */
        more: z.boolean(),
      }),
    ),
  archiveClient: oc
    .route({
      method: 'POST',
      path: '/clients/{clientId}/archive',
      summary: 'End the link of one’s company with a client, and nobody else’s',
      tags,
    })
    .input(client)
    .output(Done),
  restoreClient: oc
    .route({
      method: 'POST',
      path: '/clients/{clientId}/restore',
      summary: 'Follow an archived client again, with those who were involved',
      tags,
    })
    .input(client)
    .output(ClientRecord),
  changeBranches: oc
    .route({
      method: 'PUT',
      path: '/clients/{clientId}/branches',
      summary: 'Change in which of the caller’s branches a client is',
      tags,
    })
    .input(
      z.strictObject({
        clientId: Id,
        /** Of the caller's branches, those that the client is to be in; other branches stay as they are. */
        branchIds: z.array(Id).max(200),
      }),
    )
    .output(ClientRecord),
  endAppAccess: oc
    .route({
      method: 'DELETE',
      path: '/clients/{clientId}/app',
      summary: 'Remove a client’s access to the app; their account, record and files stay',
      tags,
    })
    .input(client)
    .output(ClientRecord),
  restoreAppAccess: oc
    .route({
      method: 'POST',
      path: '/clients/{clientId}/app',
      summary: 'Give a client access to the app again',
      tags,
    })
    .input(client)
    .output(ClientRecord),
  listMergeable: oc
    .route({
      method: 'GET',
      path: '/clients/{clientId}/mergeable',
      summary: 'Other records in scope, those that look alike first: the first hundred',
      tags,
    })
    .input(z.strictObject({ clientId: Id, search }))
    .output(
      z.strictObject({
        clients: z.array(
          z.strictObject({
            id: Id,
            name: z.string(),
            email: z.string().nullable(),
            branches: z.array(z.string()),
            /** The name or the e-mail is the same. */
            alike: z.boolean(),
          }),
        ),
        /** There are more: search for them. */
        more: z.boolean(),
      }),
    ),
  readMerge: oc
    .route({
      method: 'GET',
      path: '/clients/{clientId}/merge/{otherId}',
      summary: 'What merging two records of one client would do',
      tags,
    })
    .input(z.strictObject({ clientId: Id, otherId: Id }))
    .output(Merge),
  mergeClients: oc
    .route({
      method: 'POST',
      path: '/clients/{clientId}/merge/{otherId}',
      summary: 'Merge two records of one client for good; answers the one that stays',
      tags,
    })
    .input(z.strictObject({ clientId: Id, otherId: Id }))
    .output(ClientRecord),
}
