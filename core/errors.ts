/**
 * Everything that can go wrong, as a closed list of codes with their HTTP status. Each answer is a problem
 * document (RFC 9457) with `code`; screens have a sentence for each code in each language.
 */
export const ERRORS = {
  bad_request: 400,
  unknown_field: 400,
  name_empty: 400,
  name_too_long: 400,
  name_characters: 400,
  empty_file: 400,
  email_invalid: 400,
  password_too_short: 400,
  password_too_long: 400,
  not_signed_in: 401,
  wrong_credentials: 401,
  code_wrong: 401,
  second_step_over: 401,
  passkey_refused: 401,
  present_password_wrong: 403,
  sign_in_again: 403,
  second_factor_needed: 403,
  forbidden: 403,
  wrong_origin: 403,
  read_only: 403,
  folder_holds_others: 403,
  file_unchecked: 403,
  file_uncheckable: 403,
  file_infected: 403,
  not_found: 404,
  invitation_used: 404,
  link_used: 404,
  invitation_of_another: 403,
  branch_needed: 400,
  archive_yourself: 409,
  last_super_admin: 409,
  branch_used: 409,
  last_branch: 409,
  works_here_already: 409,
  followed_elsewhere: 409,
  merge_itself: 409,
  merge_two_accounts: 409,
  company_left_alone: 409,
  email_of_colleague: 409,
  second_factor_first: 409,
  last_second_factor: 409,
  conflict: 409,
  not_involved: 409,
  stale_tab: 409,
  folder_into_itself: 409,
  folder_too_deep: 409,
  too_late: 409,
  email_taken: 409,
  already_set_up: 409,
  upload_changed: 409,
  length_required: 411,
  precondition_failed: 412,
  upload_busy: 423,
  too_large: 413,
  file_damaged: 410,
  no_preview: 404,
  image_kept_back: 403,
  film_kept_back: 403,
  zip_too_large: 413,
  range_unsatisfiable: 416,
  too_many_requests: 429,
  too_many_uploads: 429,
  checksum_mismatch: 460,
  internal: 500,
  unavailable: 503,
  disk_full: 507,
  quota_full: 507,
} as const

export type ErrorCode = keyof typeof ERRORS

/** A refusal that its author may read: `code` says what, `data` holds numbers or names for the sentence. */
export class Problem extends Error {
  readonly code: ErrorCode
  readonly data: Record<string, string | number>

  constructor(code: ErrorCode, data: Record<string, string | number> = {}) {
    super(code)
    this.code = code
    this.data = data
  }

  get status(): number {
    return ERRORS[this.code]
  }
}
