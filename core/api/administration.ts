import { oc } from '@orpc/contract'
import { z } from 'zod'
import { Branch, Email, Id, LevelShape, PersonName, ProfileShape, Time } from './shapes.ts'

/** A professional of the caller's company, as its administrators see them. */
export const Colleague = z.strictObject({
  id: Id,
  name: z.string(),
  /** Null where the account was erased. */
  email: z.string().nullable(),
  profile: ProfileShape,
  branches: z.array(Branch),
  archived: z.boolean(),
  you: z.boolean(),
  can: z.strictObject({
    change: z.boolean(),
    archive: z.boolean(),
    /** Their work to a colleague; of who is archived too. */
    handOver: z.boolean(),
    /** What they made in a client's or group's files, as far as that is in the branches that one administers. */
    takeOver: z.boolean(),
  }),
})
export type Colleague = z.infer<typeof Colleague>

/** Somebody asked to join, who hasn't accepted; looks the same whoever has the address. */
export const Invited = z.strictObject({
  id: Id,
  name: z.string(),
  email: z.string(),
  profile: ProfileShape,
  branches: z.array(Branch),
  since: Time,
  can: z.strictObject({ change: z.boolean() }),
})
export type Invited = z.infer<typeof Invited>

export const Company = z.strictObject({
  name: z.string(),
  /** Of a new file, unless the uploader chooses otherwise. */
  defaultLevel: LevelShape,
  /** Days during which what was deleted can be restored. */
  retentionDays: z.number().int(),
  /** Its professionals get nothing of it without a second factor. */
  secondFactorRequired: z.boolean(),
  /** Room for the company's files, in bytes; null: as much as there is. */
  quotaBytes: z.number().int().nullable(),
  /** What they take of it, and of that what was deleted and can still be restored; rounded up to whole megabytes. */
  use: z.strictObject({ bytes: z.number().int(), deleted: z.number().int() }),
})
export type Company = z.infer<typeof Company>

/** A branch, and how much there is in it: all that keeps it from being archived. */
export const BranchUse = z.strictObject({
  ...Branch.shape,
  professionals: z.number().int(),
  /** Asked to join, and not yet here. */
  invited: z.number().int(),
  clients: z.number().int(),
  groups: z.number().int(),
})
export type BranchUse = z.infer<typeof BranchUse>

/** Whether the company's files are whole, as the last check found them. */
export const CheckResult = z.strictObject({
  /** When the last check of everything ended, and how many of the company's files it read; null before the first. */
  last: z.strictObject({ at: Time, files: z.number().int() }).nullable(),
  underWay: z.boolean(),
  /** What is damaged now, as far as the caller sees it: the first by name. */
  damaged: z.array(
    z.strictObject({
      id: Id,
      name: z.string(),
      damage: z.enum(['missing', 'damaged', 'unreadable', 'locked']),
      /** In whose files it is. */
      contact: z.strictObject({ id: Id, kind: z.enum(['client', 'group']), name: z.string() }),
    }),
  ),
  /** How many more there are of these. */
  more: z.number().int(),
  /** How many are damaged that aren't shared with the caller. */
  hidden: z.number().int(),
})
export type CheckResult = z.infer<typeof CheckResult>

/** A petabyte: beyond it, somebody slipped. */
const MAX_QUOTA = 1e15

const BranchIds = z.array(Id).max(200)
const Done = z.strictObject({ ok: z.literal(true) })
const tags = ['administration']

export const administration = {
  listBranches: oc
    .route({ method: 'GET', path: '/branches', summary: 'The branches that one administers', tags })
    .output(
      z.strictObject({
        branches: z.array(BranchUse),
        /** Of the whole company, for whoever may restore them. */
        archived: z.array(Branch),
        can: z.strictObject({ add: z.boolean(), archive: z.boolean() }),
      }),
    ),
  addBranch: oc
    .route({ method: 'POST', path: '/branches', successStatus: 201, summary: 'Add a branch', tags })
    .input(z.strictObject({ name: PersonName }))
    .output(Branch),
  changeBranch: oc
    .route({ method: 'PATCH', path: '/branches/{branchId}', summary: 'Rename a branch', tags })
    .input(z.strictObject({ branchId: Id, name: PersonName }))
    .output(Branch),
  archiveBranch: oc
    .route({
      method: 'POST',
      path: '/branches/{branchId}/archive',
      summary: 'Archive a branch that nobody and nothing uses any more',
      tags,
    })
    .input(z.strictObject({ branchId: Id }))
    .output(Done),
  restoreBranch: oc
    .route({
      method: 'POST',
      path: '/branches/{branchId}/restore',
      summary: 'Use an archived branch again',
      tags,
    })
    .input(z.strictObject({ branchId: Id }))
    .output(Done),
  listProfessionals: oc
    .route({
      method: 'GET',
      path: '/professionals',
      summary: 'The professionals whom one administers, and those invited',
      tags,
    })
    .output(
      z.strictObject({
        professionals: z.array(Colleague),
        invited: z.array(Invited),
        /** What the caller may give: profiles, and branches. */
        may: z.strictObject({ profiles: z.array(ProfileShape), branches: z.array(Branch) }),
      }),
    ),
  inviteProfessional: oc
    .route({
      method: 'POST',
      path: '/professionals/invitations',
      successStatus: 201,
      summary: 'Invite somebody to work for the company; the answer is the same whoever has the address',
      tags,
    })
    .input(z.strictObject({ name: PersonName, email: Email, profile: ProfileShape, branchIds: BranchIds }))
    .output(Invited),
  inviteAgain: oc
    .route({
      method: 'POST',
      path: '/professionals/invitations/{invitationId}',
      summary: 'Send the invitation again; the earlier link ends',
      tags,
    })
    .input(z.strictObject({ invitationId: Id }))
    .output(Done),
  withdrawInvitation: oc
    .route({
      method: 'DELETE',
      path: '/professionals/invitations/{invitationId}',
      summary: 'Withdraw an invitation: its link ends at once',
      tags,
    })
    .input(z.strictObject({ invitationId: Id }))
    .output(Done),
  changeProfessional: oc
    .route({
      method: 'PATCH',
      path: '/professionals/{professionalId}',
      summary: 'Change a professional’s profile or branches, at once',
      tags,
    })
    .input(
      z.strictObject({
        professionalId: Id,
        profile: ProfileShape.optional(),
        branchIds: BranchIds.optional(),
      }),
    )
    .output(Done),
  archiveProfessional: oc
    .route({
      method: 'DELETE',
      path: '/professionals/{professionalId}',
      summary: 'Archive a professional: their access ends at once, what they added stays',
      tags,
    })
    .input(z.strictObject({ professionalId: Id }))
    .output(Done),
  readScanner: oc
    .route({
      method: 'GET',
      path: '/scanner',
      summary: 'Whether files are scanned for malware, and whether the scanner answers',
      tags,
    })
    .output(z.strictObject({ scanner: z.enum(['none', 'ok', 'failing']) })),
  readCheck: oc
    .route({ method: 'GET', path: '/check', summary: 'Whether the files of the company are whole', tags })
    .output(CheckResult),
  readCompany: oc
    .route({ method: 'GET', path: '/company', summary: 'The settings of the company', tags })
    .output(Company),
  changeCompany: oc
    .route({ method: 'PATCH', path: '/company', summary: 'Change the settings of the company', tags })
    .input(
      z.strictObject({
        name: PersonName.optional(),
        defaultLevel: LevelShape.optional(),
        retentionDays: z.number().int().min(0).max(3650).optional(),
        secondFactorRequired: z.boolean().optional(),
        quotaBytes: z.number().int().min(0).max(MAX_QUOTA).nullable().optional(),
      }),
    )
    .output(Company),
}
