import { z } from 'zod'
import { PROFILES } from '../profiles.ts'
import { LEVELS } from '../visibility.ts'

/** Shapes that several nouns of the contract share. Times are ISO 8601 in UTC, sizes are bytes. */

export const Id = z.uuid()
export const Time = z.iso.datetime()
export const LevelShape = z.enum(LEVELS)
export const ProfileShape = z.enum(PROFILES)
export const Language = z.enum(['en', 'fr', 'es'])
export const Theme = z.enum(['system', 'light', 'dark'])
/** Longer than any legal name, so that a name that is too long is answered by its own code. */
export const NameInput = z.string().max(10_000)
export const PersonName = z.string().trim().min(1).max(120)
export const Email = z.string().trim().toLowerCase().max(254).pipe(z.email())
export const Password = z.string().min(1).max(1000)

export const Branch = z.strictObject({ id: Id, name: z.string() })

/** A page of a long list: pass `cursor` back as it came to get the next; null at the end. */
export const Cursor = z.string().max(2000)

const Owner = z.strictObject({
  kind: z.enum(['professional', 'client']),
  id: Id.nullable(),
  name: z.string(),
  you: z.boolean(),
})

export const Item = z.strictObject({
  id: Id,
  kind: z.enum(['file', 'folder']),
  name: z.string(),
  /** Null at the root. */
  parentId: Id.nullable(),
  /** Media type found in the bytes, never what was claimed; null for a folder. */
  type: z.string().nullable(),
  /** Bytes of a file; null for a folder. */
  size: z.number().int().nullable(),
  /** How many files the caller sees anywhere inside a folder; null for a file. */
  files: z.number().int().nullable(),
  /** Null where it is protected: the software made it. */
  owner: Owner.nullable(),
  protected: z.boolean(),
  /** Null for folders and for what a client made, which have none. */
  level: LevelShape.nullable(),
  /** For what a client made: whether all involved professionals see it, or those that the client chose. */
  audience: z.enum(['all', 'chosen']).nullable(),
  /** The client sees it; of a folder, that the client sees something inside that the caller sees too. */
  clientSees: z.boolean(),
  addedAt: Time,
  /** `pending` until it is made; `failed` where the bytes are damaged, or odd. */
  preview: z.enum(['none', 'pending', 'ready', 'failed']),
  /** What stands for the preview until it is there: its ThumbHash in base64, and the size of the whole. */
  picture: z.strictObject({ hash: z.string(), width: z.number().int(), height: z.number().int() }).nullable(),
  /** Seconds, of what plays. */
  duration: z.number().nullable(),
  /**
   * What the malware scanner said, where that keeps it from somebody: `waiting` until it was asked, `unscannable` where
   * it can't look, `infected`. Null for a folder, and for a file that nothing is held against.
   */
  scan: z.enum(['waiting', 'unscannable', 'infected']).nullable(),
  /** A check found its bytes gone or altered: nobody can have them until they are restored from a backup. */
  damaged: z.boolean(),
  can: z.strictObject({
    /** Have its bytes or, of a folder, as many of those inside it as one may. */
    download: z.boolean(),
    /** Rename, move, change its level or audience. */
    modify: z.boolean(),
    delete: z.boolean(),
    addInside: z.boolean(),
    /** Become its owner, giving a reason. */
    takeOver: z.boolean(),
  }),
})
export type Item = z.infer<typeof Item>

/** Somebody, as the caller knows them: a colleague or an external; to a client, simply a professional. */
export const Person = z.strictObject({
  as: z.enum(['you', 'colleague', 'external', 'client', 'professional']),
  name: z.string(),
})
export type Person = z.infer<typeof Person>

/** Whom something reaches, by name. `you` is the caller. */
export const Reach = z.strictObject({
  you: z.boolean(),
  colleagues: z.array(z.string()),
  externals: z.array(z.string()),
  /** The client, or the members of the group. */
  clients: z.array(z.string()),
  /** Name of the item's branch, where all these colleagues are in it. */
  branch: z.string().nullable(),
})
export type Reach = z.infer<typeof Reach>
