import { Problem } from '../../core/errors.ts'
import { type Actor, hatOf } from '../access.ts'

/**
 * Who may call a route at all: anybody; anybody signed in; those who act as a professional or a client; only
 * professionals; only clients. What they find there is decided by the rule in server/access.ts.
 */
export type Access = 'public' | 'session' | 'actor' | 'professional' | 'client'

/** Where a request comes from, and the headers to answer it with: cookies. */
export type Visit = { headers: Headers; ip: string; reply: Headers }

/** Whom a verb of this class is given. */
export type WhoOf<A extends Access> = A extends 'public'
  ? Visit
  : A extends 'session'
    ? Session
    : A extends 'actor'
      ? Actor
      : Extract<Actor, { kind: A }>

/** Every operation of the contract; what is missing here doesn't compile, and doesn't start. */
export const OPERATIONS = {
  account: {
    readSetup: 'public',
    setUp: 'public',
    readInvitation: 'public',
    acceptInvitation: 'public',
    joinCompany: 'session',
    readMe: 'session',
    changeMe: 'session',
    changeHat: 'session',
    eraseAccount: 'session',
  },
  people: {
    listContacts: 'professional',
    createClient: 'professional',
    readClient: 'professional',
    changeClient: 'professional',
    inviteClient: 'professional',
    readGroup: 'professional',
    createGroup: 'professional',
    changeGroup: 'professional',
    deleteGroup: 'professional',
    listCandidates: 'professional',
    addMembers: 'professional',
    removeMember: 'professional',
    readClientSight: 'professional',
  },
  lives: {
    listArchived: 'professional',
    archiveClient: 'professional',
    restoreClient: 'professional',
    changeBranches: 'professional',
    endAppAccess: 'professional',
    restoreAppAccess: 'professional',
    listMergeable: 'professional',
    readMerge: 'professional',
    mergeClients: 'professional',
  },
  involvement: {
    listStakeholders: 'professional',
    listColleagues: 'professional',
    addStakeholder: 'professional',
    join: 'professional',
    archiveStakeholder: 'professional',
    inviteExternal: 'professional',
    inviteExternalAgain: 'professional',
    withdrawExternal: 'professional',
    listMyProfessionals: 'client',
    endExternal: 'client',
    listRequests: 'session',
    answerRequest: 'session',
    readRequest: 'public',
    answerByLink: 'public',
    openPractice: 'public',
  },
  inbox: {
    readInbox: 'actor',
    markRead: 'actor',
  },
  administration: {
    listBranches: 'professional',
    addBranch: 'professional',
    changeBranch: 'professional',
    archiveBranch: 'professional',
    restoreBranch: 'professional',
    listProfessionals: 'professional',
    inviteProfessional: 'professional',
    inviteAgain: 'professional',
    withdrawInvitation: 'professional',
    changeProfessional: 'professional',
    archiveProfessional: 'professional',
    readScanner: 'professional',
    readCheck: 'professional',
    readCompany: 'professional',
    changeCompany: 'professional',
  },
  custody: {
    takeOverItem: 'professional',
    takeOverSpace: 'professional',
    readTransfer: 'professional',
    transferProfessional: 'professional',
    listDeletions: 'professional',
    restoreDeletion: 'professional',
  },
  foresight: { foresee: 'professional' },
  audit: {
    listEntries: 'professional',
    listSubjects: 'professional',
    listOpenings: 'client',
  },
  files: {
    readSpace: 'professional',
    listItems: 'actor',
    readItem: 'actor',
    createFolder: 'professional',
    renameItem: 'actor',
    moveItems: 'actor',
    changeLevel: 'professional',
    changeAudience: 'client',
    readAudience: 'client',
    readLevels: 'professional',
    foresee: 'actor',
    deleteItems: 'actor',
    undoDeletion: 'actor',
  },
  security: {
    signIn: 'public',
    signInWithCode: 'public',
    askForPasskey: 'public',
    signInWithPasskey: 'public',
    mailLink: 'public',
    signInWithLink: 'public',
    resetPassword: 'public',
    signOut: 'public',
    readSecurity: 'session',
    listSessions: 'session',
    endSession: 'session',
    endOtherSessions: 'session',
    changePassword: 'session',
    beginApp: 'session',
    confirmApp: 'session',
    removeApp: 'session',
    askToMakePasskey: 'session',
    addPasskey: 'session',
    renamePasskey: 'session',
    removePasskey: 'session',
    makeRecoveryCodes: 'session',
  },
} as const

export type Session = { id: string; personId: string; address: string | null }

export type Sessions = {
  /** Read afresh on every request, so that whatever has ended has ended now. `cookies` prolong the session. */
  actorOf(
    headers: Headers,
    address: string,
  ): Promise<{
    session: Session
    actor: Actor | null
    /** The session may do nothing as that actor before it has a second factor. */
    secondFactorNeeded: boolean
    cookies: string[]
  } | null>
}

/** Who calls, as far as the class of the route asks. */
export type Caller = { visit: Visit; session: Session | null; actor: Actor | null }

/**
 * Lets a request in, or refuses it: without a session `not_signed_in`; with the wrong hat `not_found`, as if the
 * route weren't there; from a tab that was opened under another hat `stale_tab`; where the
 * company requires a second factor and the session has none `second_factor_needed`.
 */
export async function admit(access: Access, visit: Visit, sessions: Sessions): Promise<Caller> {
  if (access === 'public') return { visit, session: null, actor: null }
  const found = await sessions.actorOf(visit.headers, visit.ip)
  if (!found) throw new Problem('not_signed_in')
  const { session, actor, secondFactorNeeded, cookies } = found
  for (const cookie of cookies) visit.reply.append('Set-Cookie', cookie)
  if (access === 'session') return { visit, session, actor }
  const as = visit.headers.get('Carnet-As')
  if (as && as !== (actor && hatOf(actor))) throw new Problem('stale_tab')
  if (secondFactorNeeded) throw new Problem('second_factor_needed')
  if (!actor || (access !== 'actor' && access !== actor.kind)) throw new Problem('not_found')
  return { visit, session, actor }
}
