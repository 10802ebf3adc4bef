/** Everything that the audit log records, by what it is about. Each has a sentence: `audit_action_<action>`. */
export const AUDIT_ACTIONS = {
  opening: ['file_opened', 'file_downloaded'],
  files: ['file_added', 'folder_added', 'item_renamed', 'item_moved', 'item_deleted', 'deletion_undone'],
  visibility: ['level_changed', 'audience_changed'],
  sign_in: ['signed_in', 'signed_out', 'password_reset', 'joined', 'name_changed'],
  people: [
    'client_created',
    'client_changed',
    'client_invited',
    'group_created',
    'group_changed',
    'group_deleted',
    'member_added',
    'member_removed',
    'stakeholder_added',
    'stakeholder_archived',
  ],
  administration: [
    'company_set_up',
    'company_changed',
    'branch_added',
    'branch_changed',
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
