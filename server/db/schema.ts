// Generated from the migrated database by `npm run schema`.

import type { ColumnType } from "kysely";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = JsonValue;

export type JsonArray = JsonValue[];

export type JsonObject = {
  [x: string]: JsonValue | undefined;
};

export type JsonPrimitive = boolean | number | string | null;

export type JsonValue = JsonArray | JsonObject | JsonPrimitive;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export interface AuditEntry {
  action: string;
  address: string | null;
  at: Generated<Timestamp>;
  client_id: string | null;
  company_id: string;
  details: Generated<Json>;
  id: Generated<number>;
  item: Json | null;
  item_id: string | null;
  professional_id: string | null;
  space_id: string | null;
  subject_client_id: string | null;
  subject_group_id: string | null;
  subject_professional_id: string | null;
}

export interface Authenticator {
  confirmed_at: Timestamp | null;
  created_at: Timestamp;
  last_step: Generated<number>;
  person_id: string;
  secret: string;
}

export interface Blob {
  created_at: Generated<Timestamp>;
  damage: string | null;
  id: Generated<string>;
  key: string;
  malware: string | null;
  scan: Generated<string>;
  scan_after: Timestamp | null;
  sha256: Buffer;
  size: number;
  type: string;
}

export interface Branch {
  archived_at: Timestamp | null;
  company_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  name: string;
}

export interface CheckRun {
  after: Generated<string>;
  by: string;
  bytes: Generated<number>;
  ended_at: Timestamp | null;
  files: Generated<number>;
  found: Generated<Json>;
  id: Generated<number>;
  previews: Generated<number>;
  started_at: Timestamp;
  step: string;
}

export interface CheckRunCompany {
  company_id: string;
  files: number;
  run_id: number;
}

export interface Client {
  access_ended_at: Timestamp | null;
  addressed_at: Timestamp | null;
  addressed_by: string | null;
  created_at: Generated<Timestamp>;
  email: string | null;
  id: Generated<string>;
  name: string;
  person_id: string | null;
}

export interface ClientBranch {
  branch_id: string;
  client_id: string;
  company_id: string;
}

export interface ClientCompany {
  archived_at: Timestamp | null;
  client_id: string;
  company_id: string;
  created_at: Generated<Timestamp>;
}

export interface ClientGroup {
  company_id: string;
  created_at: Generated<Timestamp>;
  deleted_at: Timestamp | null;
  id: Generated<string>;
  name: string;
}

export interface ClientRequest {
  asked_at: Generated<Timestamp>;
  asked_by: string;
  client_id: string;
  email: string;
  expires_at: Timestamp | null;
  refused_at: Timestamp | null;
  token_hash: Buffer | null;
}

export interface Company {
  created_at: Generated<Timestamp>;
  default_level: Generated<string>;
  id: Generated<string>;
  name: string;
  quota_bytes: number | null;
  retention_days: Generated<number>;
  second_factor_required: Generated<boolean>;
}

export interface CompanyKey {
  company_id: string | null;
  created_at: Generated<Timestamp>;
  id: Generated<number>;
  master: string;
  wrapped: Buffer;
}

export interface CompanyUse {
  bytes: Generated<number>;
  company_id: string;
}

export interface Credential {
  access_token: string | null;
  access_token_expires_at: Timestamp | null;
  account_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  id_token: string | null;
  password: string | null;
  person_id: string;
  provider_id: string;
  refresh_token: string | null;
  refresh_token_expires_at: Timestamp | null;
  scope: string | null;
  updated_at: Generated<Timestamp>;
}

export interface Deletion {
  at: Generated<Timestamp>;
  client_id: string | null;
  id: Generated<string>;
  professional_id: string | null;
  purge_after: Timestamp;
  space_id: string;
  undo_until: Timestamp;
}

export interface Device {
  person_id: string;
  token_hash: Buffer;
  used_at: Timestamp;
}

export interface ExtraName {
  name: string;
  seen_at: Timestamp;
}

export interface FolderContent {
  audience: string[] | null;
  branch_id: string | null;
  company_id: string | null;
  count: number;
  folder_id: string;
  kind: string;
  level: string;
  owner_client_id: string | null;
  owner_professional_id: string | null;
  protected: boolean;
}

export interface GroupBranch {
  branch_id: string;
  company_id: string;
  group_id: string;
}

export interface GroupMember {
  client_id: string;
  group_id: string;
  since: Generated<Timestamp>;
}

export interface Installation {
  id: Generated<string>;
  marked: Generated<boolean>;
  one: Generated<boolean>;
}

export interface Invitation {
  company_id: string | null;
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  id: Generated<string>;
  invited_by: string | null;
  person_id: string | null;
  purpose: string;
  token_hash: Buffer;
  used_at: Timestamp | null;
}

export interface Item {
  audience: string[] | null;
  blob_id: string | null;
  branch_id: string | null;
  changed_at: Generated<Timestamp>;
  company_id: string | null;
  created_at: Generated<Timestamp>;
  deletion_id: string | null;
  holds_for_client: Generated<boolean>;
  id: Generated<string>;
  kind: string;
  level: string;
  name: string;
  of_another: Generated<boolean>;
  owner_client_id: string | null;
  owner_professional_id: string | null;
  parent_id: string | null;
  place_id: Generated<string>;
  protected: Generated<boolean>;
  quota_company_id: string | null;
  reaches_client: Generated<boolean>;
  space_id: string;
}

export interface MergedClient {
  at: Generated<Timestamp>;
  id: string;
  into_client_id: string;
  name: string;
  space_id: string;
}

export interface Migration {
  applied_at: Generated<Timestamp>;
  name: string;
  number: number;
  sha256: string;
}

export interface Notification {
  client_id: string | null;
  company_id: string | null;
  created_at: Generated<Timestamp>;
  details: Generated<Json>;
  group_id: string | null;
  id: Generated<string>;
  item_id: string | null;
  kind: string;
  person_id: string;
  professional_id: string | null;
  read_at: Timestamp | null;
  space_id: string | null;
  to_client_id: string | null;
  to_professional_id: string | null;
}

export interface Passkey {
  counter: number;
  created_at: Timestamp;
  credential_id: string;
  id: Generated<string>;
  name: string;
  person_id: string;
  public_key: Buffer;
  transports: string[];
  used_at: Timestamp | null;
}

export interface Person {
  created_at: Generated<Timestamp>;
  email: string;
  email_verified: Generated<boolean>;
  id: Generated<string>;
  image: string | null;
  language: Generated<string>;
  name: string;
  theme: Generated<string>;
  updated_at: Generated<Timestamp>;
}

export interface Preview {
  blob_id: string;
  created_at: Generated<Timestamp>;
  duration: number | null;
  hash: string | null;
  height: number | null;
  key: string | null;
  original_height: number | null;
  original_width: number | null;
  problem: string | null;
  size: number | null;
  type: string | null;
  variant: string;
  width: number | null;
}

export interface Professional {
  archived_at: Timestamp | null;
  company_id: string;
  created_at: Generated<Timestamp>;
  id: Generated<string>;
  name: string;
  person_id: string | null;
  profile: string;
}

export interface ProfessionalBranch {
  branch_id: string;
  company_id: string;
  professional_id: string;
}

export interface ProfessionalInvitation {
  company_id: string;
  created_at: Generated<Timestamp>;
  email: string;
  expires_at: Timestamp | null;
  id: Generated<string>;
  invited_by: string;
  name: string;
  profile: string;
  token_hash: Buffer | null;
}

export interface ProfessionalInvitationBranch {
  branch_id: string;
  company_id: string;
  invitation_id: string;
}

export interface RateLimit {
  count: number;
  key: string;
  resets_at: Timestamp;
}

export interface RecoveryCode {
  hash: Buffer;
  person_id: string;
  used_at: Timestamp | null;
}

export interface RemovedName {
  at: Generated<Timestamp>;
  name: string;
}

export interface Session {
  acting_as: string | null;
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  id: Generated<string>;
  ip_address: string | null;
  person_id: string;
  token: string;
  two_factors: Generated<boolean>;
  updated_at: Generated<Timestamp>;
  used_at: Generated<Timestamp>;
  user_agent: string | null;
}

export interface SignInToken {
  expires_at: Timestamp;
  hash: Buffer;
  person_id: string | null;
  purpose: string;
  tries: Generated<number>;
}

export interface Space {
  client_id: string | null;
  created_at: Generated<Timestamp>;
  group_id: string | null;
  id: Generated<string>;
  professional_id: string | null;
}

export interface Stakeholder {
  added_by: string | null;
  ended_at: Timestamp | null;
  professional_id: string;
  since: Generated<Timestamp>;
  space_id: string;
  status: Generated<string>;
}

export interface StakeholderInvitation {
  company_id: string;
  created_at: Generated<Timestamp>;
  email: string;
  expires_at: Timestamp;
  id: Generated<string>;
  invited_by: string;
  space_id: string;
  token_hash: Buffer | null;
}

export interface Upload {
  audience: string[] | null;
  branch_id: string | null;
  bytes: Generated<number>;
  client_id: string | null;
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  held_by: string | null;
  held_until: Timestamp | null;
  id: Generated<string>;
  item_id: string | null;
  level: string;
  name: string;
  parent_id: string | null;
  professional_id: string | null;
  quota_company_id: string | null;
  size: number;
  space_id: string;
  staging: string;
  state: Buffer | null;
}

export interface Verification {
  created_at: Generated<Timestamp>;
  expires_at: Timestamp;
  id: Generated<string>;
  identifier: string;
  updated_at: Generated<Timestamp>;
  value: string;
}

export interface Viewing {
  action: string;
  actor_id: string;
  at: Timestamp;
  item_id: string;
}

export interface Database {
  audit_entry: AuditEntry;
  authenticator: Authenticator;
  blob: Blob;
  branch: Branch;
  check_run: CheckRun;
  check_run_company: CheckRunCompany;
  client: Client;
  client_branch: ClientBranch;
  client_company: ClientCompany;
  client_group: ClientGroup;
  client_request: ClientRequest;
  company: Company;
  company_key: CompanyKey;
  company_use: CompanyUse;
  credential: Credential;
  deletion: Deletion;
  device: Device;
  extra_name: ExtraName;
  folder_content: FolderContent;
  group_branch: GroupBranch;
  group_member: GroupMember;
  installation: Installation;
  invitation: Invitation;
  item: Item;
  merged_client: MergedClient;
  migration: Migration;
  notification: Notification;
  passkey: Passkey;
  person: Person;
  preview: Preview;
  professional: Professional;
  professional_branch: ProfessionalBranch;
  professional_invitation: ProfessionalInvitation;
  professional_invitation_branch: ProfessionalInvitationBranch;
  rate_limit: RateLimit;
  recovery_code: RecoveryCode;
  removed_name: RemovedName;
  session: Session;
  sign_in_token: SignInToken;
  space: Space;
  stakeholder: Stakeholder;
  stakeholder_invitation: StakeholderInvitation;
  upload: Upload;
  verification: Verification;
  viewing: Viewing;
}
