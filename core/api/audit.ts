import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Cursor, Id, Time } from './shapes.ts'

/**
 * Everything that the audit log records, by what it is about. Each has a sentence, `audit_action_<action>`, of `who`
 * did it, of `item`, of `whose` record or group it is, and of the `person` (a professional), `client` and `group`.
 */
export const AUDIT_ACTIONS = {
  opening: ['file_opened', 'file_downloaded'],
  files: [
    'file_added',
    'file_copied',
    'folder_added',
    'item_renamed',
    'item_moved',
    'item_deleted',
    'deletion_undone',
    'malware_found',
    'file_damaged',
    'file_mended',
  ],
  visibility: ['level_changed', 'audience_changed'],
  sign_in: [
    'signed_in',
    'signed_out',
    'second_step_failed',
    'session_ended',
    'password_reset',
    'password_changed',
    'second_factor_added',
    'second_factor_removed',
    'second_factors_reset',
    'recovery_codes_made',
    'joined',
    'name_changed',
    'account_erased',
  ],
  people: [
    'client_created',
    'client_changed',
    'client_invited',
    'client_archived',
    'client_restored',
    'client_branches_changed',
    'app_access_ended',
    'app_access_restored',
    'clients_merged',
    'group_created',
    'group_changed',
    'group_deleted',
    'member_added',
    'member_removed',
    'stakeholder_added',
    'stakeholder_archived',
    'external_invited',
    'external_withdrawn',
    'external_accepted',
    'client_accepted',
  ],
  administration: [
    'company_set_up',
    'company_changed',
    'branch_added',
    'branch_changed',
    'branch_archived',
    'branch_restored',
    'professional_invited',
    'invitation_withdrawn',
    'professional_changed',
    'professional_archived',
    'professional_transferred',
    'ownership_transferred',
    'ownership_taken',
    'space_taken_over',
    'deletion_restored',
    'audit_exported',
  ],
} as const

export type AuditKind = keyof typeof AUDIT_ACTIONS
export type AuditAction = (typeof AUDIT_ACTIONS)[AuditKind][number]
const AUDIT_KINDS = Object.keys(AUDIT_ACTIONS) as [AuditKind, ...AuditKind[]]
const Action = z.enum(Object.values(AUDIT_ACTIONS).flat() as [AuditAction, ...AuditAction[]])

/** Somebody or a group, by the name they have now; null where the reader may not be told it, or there is none. */
const Named = z.strictObject({ id: Id, name: z.string().nullable() })
const Party = z.strictObject({ kind: z.enum(['professional', 'client']), ...Named.shape })

export const AuditEntry = z.strictObject({
  id: z.number().int(),
  at: Time,
  action: Action,
  /** Null: the software. */
  by: Party.nullable(),
  /** Null where it isn't this company's to know. */
  address: z.string().nullable(),
  /** `name` is null for what isn't shared with the reader. */
  item: z.strictObject({ kind: z.enum(['file', 'folder']), name: z.string().nullable() }).nullable(),
  /** Whom it is about: a file's client or group, say, or the professional who was invited. */
  client: Named.nullable(),
  group: Named.nullable(),
  person: Named.nullable(),
  /** By action: `from` and `to` (names, levels, profiles), `changed`, `reason` … Empty beside an item not shared. */
  details: z.record(z.string(), z.union([z.string(), z.number(), z.null(), z.array(z.string())])),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** At most one of the three persons; `from` included, `until` not. */
export const AuditFilter = z.strictObject({
  professionalId: Id.optional(),
  clientId: Id.optional(),
  groupId: Id.optional(),
  kind: z.enum(AUDIT_KINDS).optional(),
  from: Time.optional(),
  until: Time.optional(),
})
export type AuditFilter = z.infer<typeof AuditFilter>

export const AuditSubject = z.strictObject({
  kind: z.enum(['professional', 'client', 'group']),
  id: Id,
  name: z.string(),
})
export type AuditSubject = z.infer<typeof AuditSubject>

const Opening = z.strictObject({
  id: z.number().int(),
  at: Time,
  action: z.enum(AUDIT_ACTIONS.opening),
  professional: z.strictObject({ name: z.string(), company: z.string() }),
  item: z.strictObject({ id: Id, name: z.string() }),
})
export type Opening = z.infer<typeof Opening>

const tags = ['audit']

export const audit = {
  listEntries: oc
    .route({
      method: 'GET',
      path: '/audit',
      summary: 'What was done in the company, or in one’s branches of it, newest first',
      tags,
    })
    .input(z.strictObject({ ...AuditFilter.shape, cursor: Cursor.optional() }))
    .output(z.strictObject({ entries: z.array(AuditEntry), next: Cursor.nullable() })),
  listSubjects: oc
    .route({
      method: 'GET',
      path: '/audit/subjects',
      summary: 'Professionals, clients and groups by whom the log can be filtered: the first twenty by name',
      tags,
    })
    .input(z.strictObject({ search: z.string().max(200).optional() }))
    .output(z.array(AuditSubject)),
  listOpenings: oc
    .route({
      method: 'GET',
      path: '/my/openings',
      summary: 'For a client: which professional opened which of the files that they see, newest first',
      tags,
    })
    .input(z.strictObject({ cursor: Cursor.optional() }))
    .output(z.strictObject({ openings: z.array(Opening), next: Cursor.nullable() })),
}
