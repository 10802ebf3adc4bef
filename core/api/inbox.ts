import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Cursor, Id, Time } from './shapes.ts'

/** Everything that people are told of in the app. Each has a sentence, `inbox_<kind>`. */
export const INBOX_KINDS = [
  /** To a colleague: somebody made them a stakeholder. */
  'stakeholder_added',
  /** To a former stakeholder: somebody ended their involvement. */
  'stakeholder_ended',
  /** To who invited an external. */
  'stakeholder_accepted',
  'stakeholder_declined',
  /** To an external: the client ended their involvement. */
  'external_ended',
  /** To a client: an external whom a practice invited is involved from now on. */
  'external_involved',
  /** To who entered the address of somebody with an account. */
  'client_accepted',
  /** To the other stakeholders of a client without an account, and to the administrators. */
  'client_address_given',
  'client_address_changed',
  'client_address_removed',
  /** To the former owner of an item, or of all that they made in a client's or group's files. */
  'item_taken_over',
  'space_taken_over',
  /** To the owner of a file: that it is blocked, or that its check is not possible. */
  'own_file_infected',
  'own_file_uncheckable',
  /** To administrators: of a file that they see, and of one that they don't. */
  'file_infected',
  'hidden_file_infected',
  /** To whom a colleague's work was handed over, and to that colleague. */
  'work_received',
  'work_handed_over',
] as const
export type InboxKind = (typeof INBOX_KINDS)[number]

/** Something that somebody was told. Names are as they are now. */
export const Note = z.strictObject({
  id: Id,
  kind: z.enum(INBOX_KINDS),
  at: Time,
  read: z.boolean(),
  professional: z.string().nullable(),
  company: z.string().nullable(),
  client: z.string().nullable(),
  group: z.string().nullable(),
  item: z.string().nullable(),
  /** What it leads to, where the reader may go there. */
  place: z
    .strictObject({
      clientId: Id.nullable(),
      groupId: Id.nullable(),
      itemId: Id.nullable(),
      /** Of an item: the folder that it lies in. */
      folderId: Id.nullable(),
    })
    .nullable(),
  details: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type Note = z.infer<typeof Note>

export const inbox = {
  readInbox: oc
    .route({ method: 'GET', path: '/inbox', summary: 'What one was told, newest first', tags: ['inbox'] })
    .input(z.strictObject({ cursor: Cursor.optional() }))
    .output(
      z.strictObject({
        notes: z.array(Note),
        unread: z.number().int(),
        next: Cursor.nullable(),
      }),
    ),
  markRead: oc
    .route({
      method: 'POST',
      path: '/inbox/read',
      summary: 'Mark as read all that came up to a moment',
      tags: ['inbox'],
    })
    .input(z.strictObject({ until: Time }))
    .output(z.strictObject({ ok: z.literal(true) })),
}
