import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Branch, Cursor, Id, Item, LevelShape, NameInput, Person, Reach, Time } from './shapes.ts'

const Ids = z.array(Id).min(1).max(500)

/** Who comes to see something and who sees it no longer, besides the caller; in both, who does of different files. */
const Difference = { gain: z.array(Person), lose: z.array(Person) }

/** What a change would do to those who see the items, told before it is confirmed; all of it as far as the caller sees. */
export const Consequences = z.strictObject({
  ...Difference,
  /** Folders that somebody comes to see, or sees no longer, because of what lies inside. */
  folders: z.array(z.strictObject({ name: z.string(), ...Difference })),
  /** Files the caller sees among the items and inside them. */
  files: z.number().int(),
})
export type Consequences = z.infer<typeof Consequences>

/** What a professional needs to know of a space in order to add to it. */
export const Space = z.strictObject({
  id: Id,
  kind: z.enum(['client', 'group']),
  name: z.string(),
  can: z.strictObject({ add: z.boolean() }),
  defaultLevel: LevelShape,
  /** The branches that a new item may belong to; more than one: the uploader chooses. */
  branches: z.array(Branch),
  /** Whom each level would reach, in the branch asked for or else the first. */
  levels: z.array(z.strictObject({ level: LevelShape, reach: Reach })),
})
export type Space = z.infer<typeof Space>

export const files = {
  readSpace: oc
    .route({
      method: 'GET',
      path: '/spaces/{spaceId}',
      summary: 'What adding to a client’s or group’s files takes',
      tags: ['files'],
    })
    .input(z.strictObject({ spaceId: Id, branchId: Id.optional() }))
    .output(Space),
  listItems: oc
    .route({
      method: 'GET',
      path: '/items',
      summary:
        'What the caller sees in a folder or at the root, folders first; a professional names the space',
      tags: ['files'],
    })
    .input(
      z.strictObject({
        /** For professionals; a client's own is known. */
        spaceId: Id.optional(),
        folderId: Id.optional(),
        /** `flat`: everything below, without folders. */
        scope: z.enum(['tree', 'flat']).default('tree'),
        /** Words in the name, accents and case apart; looks everywhere below. */
        search: z.string().max(200).optional(),
        /** Of what the caller sees, only what this space's client sees too. */
        viewAs: z.enum(['client']).optional(),
        sort: z.enum(['name', 'owner', 'visibility', 'size', 'added']).default('name'),
        order: z.enum(['asc', 'desc']).default('asc'),
        cursor: Cursor.optional(),
      }),
    )
    .output(
      z.strictObject({
        items: z.array(Item),
        next: Cursor.nullable(),
        /** The folders from the root down to and with the one listed. */
        path: z.array(z.strictObject({ id: Id, name: z.string() })),
        can: z.strictObject({ addInside: z.boolean() }),
      }),
    ),
  readItem: oc
    .route({ method: 'GET', path: '/items/{itemId}', summary: 'One item', tags: ['files'] })
    .input(z.strictObject({ itemId: Id }))
    .output(Item),
  createFolder: oc
    .route({ method: 'POST', path: '/folders', successStatus: 201, summary: 'Add a folder', tags: ['files'] })
    .input(z.strictObject({ spaceId: Id, parentId: Id.nullable(), name: NameInput, branchId: Id.optional() }))
    .output(Item),
  renameItem: oc
    .route({ method: 'PATCH', path: '/items/{itemId}', summary: 'Rename an item', tags: ['files'] })
    .input(z.strictObject({ itemId: Id, name: NameInput }))
    .output(Item),
  moveItems: oc
    .route({
      method: 'POST',
      path: '/items/move',
      summary: 'Move items to a folder of the same space, or to its root; all or none',
      tags: ['files'],
    })
    .input(z.strictObject({ ids: Ids, folderId: Id.nullable() }))
    .output(z.array(Item)),
  changeLevel: oc
    .route({
      method: 'POST',
      path: '/items/level',
      summary: 'Change the visibility of files; all or none',
      tags: ['files'],
    })
    .input(z.strictObject({ ids: Ids, level: LevelShape }))
    .output(z.array(Item)),
  changeAudience: oc
    .route({
      method: 'POST',
      path: '/items/audience',
      summary: 'For a client: which professionals see one’s files; null means all',
      tags: ['files'],
    })
    .input(z.strictObject({ ids: Ids, audience: z.array(Id).min(1).max(200).nullable() }))
    .output(z.array(Item)),
  readAudience: oc
    .route({
      method: 'GET',
      path: '/items/{itemId}/audience',
      summary:
        'For a client: the professionals chosen for one’s own file, null means all; and who has left since',
      tags: ['files'],
    })
    .input(z.strictObject({ itemId: Id }))
    .output(z.strictObject({ audience: z.array(Id).nullable(), left: z.array(z.string()) })),
  readLevels: oc
    .route({
      method: 'GET',
      path: '/items/{itemId}/levels',
      summary: 'Whom each level reaches or would reach for this file, by name',
      tags: ['files'],
    })
    .input(z.strictObject({ itemId: Id }))
    .output(
      z.array(
        z.strictObject({
          level: LevelShape,
          current: z.boolean(),
          reach: Reach,
          ...Consequences.omit({ files: true }).shape,
        }),
      ),
    ),
  foresee: oc
    .route({
      method: 'POST',
      path: '/items/foresee',
      summary: 'Who would gain and lose sight of the items by a change, without making it',
      tags: ['files'],
    })
    .input(
      z.strictObject({
        ids: Ids,
        change: z.discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('level'), level: LevelShape }),
          z.strictObject({ kind: z.literal('move'), folderId: Id.nullable() }),
          z.strictObject({ kind: z.literal('delete') }),
        ]),
      }),
    )
    .output(Consequences),
  deleteItems: oc
    .route({
      method: 'POST',
      path: '/items/delete',
      summary: 'Delete items with all inside them, all or none; can be undone for 10 seconds',
      tags: ['files'],
    })
    .input(z.strictObject({ ids: Ids }))
    .output(z.strictObject({ deletionId: Id, undoUntil: Time })),
  undoDeletion: oc
    .route({
      method: 'POST',
      path: '/deletions/{deletionId}/undo',
      summary: 'Undo one’s own deletion in time',
      tags: ['files'],
    })
    .input(z.strictObject({ deletionId: Id }))
    .output(z.strictObject({ ok: z.literal(true) })),
}
