import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Cursor, Id, Item, Time } from './shapes.ts'

/** Why something becomes one's own; it is logged. */
const Reason = z.string().trim().min(1).max(500)

/** What handing somebody's work over to a colleague does, or did. */
export const Transfer = z.strictObject({
  /** Of which the colleague becomes a stakeholder. */
  clients: z.number().int(),
  groups: z.number().int(),
  /** Clients and groups that the caller doesn't administer, of other companies or branches: nobody goes on with them. */
  elsewhere: z.number().int(),
  /** Files and folders that become the colleague's. */
  items: z.number().int(),
  /** Files among them that no other professional sees: the colleague will. */
  hidden: z.number().int(),
  /** Files and folders where the colleague isn't involved: they stay as they are. */
  left: z.number().int(),
})
export type Transfer = z.infer<typeof Transfer>

/** Something deleted that can still be restored. */
export const Deletion = z.strictObject({
  id: Id,
  at: Time,
  /** When it goes for good. */
  until: Time,
  by: z.string(),
  space: z.strictObject({ id: Id, kind: z.enum(['client', 'group']), name: z.string() }),
  /** What was deleted, as far as the caller would see it: the first by name. What lay inside isn't repeated. */
  items: z.array(z.strictObject({ id: Id, kind: z.enum(['file', 'folder']), name: z.string() })),
  /** How many more there are of these. */
  more: z.number().int(),
  /** Files that the caller would see, those inside folders too. */
  files: z.number().int(),
  /** Something else went with it, or all of it is such: what isn't shared with the caller. */
  hidden: z.boolean(),
})
export type Deletion = z.infer<typeof Deletion>

const tags = ['custody']

export const custody = {
  takeOverItem: oc
    .route({
      method: 'POST',
      path: '/items/{itemId}/ownership',
      summary: 'Become the owner of what a professional of one’s company made; logged, and its owner is told',
      tags,
    })
    .input(z.strictObject({ itemId: Id, reason: Reason }))
    .output(Item),
  takeOverSpace: oc
    .route({
      method: 'POST',
      path: '/spaces/{spaceId}/ownership',
      summary: 'Become the owner of all that a professional made in a client’s or group’s files, seen or not',
      tags,
    })
    .input(z.strictObject({ spaceId: Id, professionalId: Id, reason: Reason }))
    .output(z.strictObject({ items: z.number().int() })),
  readTransfer: oc
    .route({
      method: 'GET',
      path: '/professionals/{professionalId}/transfer',
      summary: 'What handing a professional’s clients and items over to a colleague would do',
      tags,
    })
    .input(z.strictObject({ professionalId: Id, colleagueId: Id }))
    .output(Transfer),
  transferProfessional: oc
    .route({
      method: 'POST',
      path: '/professionals/{professionalId}/transfer',
      summary: 'Hand a professional’s clients and items over to a colleague, and archive the professional',
      tags,
    })
    .input(z.strictObject({ professionalId: Id, colleagueId: Id }))
    .output(Transfer),
  listDeletions: oc
    .route({
      method: 'GET',
      path: '/deletions',
      summary: 'What professionals of the company deleted and can still be restored, newest first',
      tags,
    })
    .input(z.strictObject({ cursor: Cursor.optional() }))
    .output(z.strictObject({ deletions: z.array(Deletion), next: Cursor.nullable() })),
  restoreDeletion: oc
    .route({
      method: 'POST',
      path: '/deletions/{deletionId}/restore',
      summary: 'Bring back all of a deletion, where it was or, where that is gone too, at the root',
      tags,
    })
    .input(z.strictObject({ deletionId: Id }))
    .output(z.strictObject({ ok: z.literal(true) })),
}
