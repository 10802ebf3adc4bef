import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import type { Log } from '../log.ts'
import type { Mail } from '../notify/mail.ts'
import { createAccounts } from './accounts.ts'
import { createAnswers } from './answers.ts'
import { createBranches } from './branches.ts'
import { readClientSight } from './client-sight.ts'
import { createClients } from './clients.ts'
import { createCompany } from './company.ts'
import { type ContactQuery, listContacts } from './contacts.ts'
import { createExternals } from './externals.ts'
import { createGroups } from './groups.ts'
import { createInvitations } from './invitations.ts'
import { createJoining } from './joining.ts'
import { createLimits } from './limits.ts'
import { createLinks } from './links.ts'
import { createErasing } from './lives/erasing.ts'
import { createLives } from './lives/lives.ts'
import { createMyProfessionals } from './my-professionals.ts'
import { createPasswords, type Passwords } from './passwords.ts'
import { createProfessionals } from './professionals.ts'
import type { Professional } from './reach.ts'
import { createRequests } from './requests.ts'
import { createSecurity } from './security.ts'
import { createSessions } from './sessions.ts'
import { createSetUp } from './set-up.ts'
import { createDevices } from './sign-in/devices.ts'
import { createEntryLinks } from './sign-in/entry-links.ts'
import { createFactorReset } from './sign-in/factor-reset.ts'
import { createFactors } from './sign-in/factors.ts'
import { createNotices } from './sign-in/notices.ts'
import { createOneTime } from './sign-in/one-time.ts'
import { createPasskeys } from './sign-in/passkeys.ts'
import { createSessionCookies } from './sign-in/session-cookies.ts'
import { createStrong } from './sign-in/strong.ts'
import { createSignIn } from './sign-in.ts'
import { createStakeholders } from './stakeholders.ts'

/** Everything about people: who they are, how they come in, whom they follow. */
export function createPeople(parts: {
  db: Kysely<Database>
  jobs: Jobs
  mail: Mail
  log: Log
  now: () => Date
  publicUrl: string
  secret: string
  passwords?: Passwords
}) {
  const { db } = parts
  const passwords = parts.passwords ?? createPasswords()
  const limits = createLimits(parts)
  const cookies = createSessionCookies(parts)
  const sessions = createSessions({ ...parts, cookies })
  const oneTime = createOneTime(parts)
  const devices = createDevices(parts)
  const factors = createFactors(parts)
  const strong = createStrong({ db, sessions, factors })
  const passkeys = createPasskeys({ ...parts, oneTime })
  const notices = createNotices(parts)
  const entryLinks = createEntryLinks({ ...parts, limits, devices, oneTime })
  const means = { limits, passwords, cookies, devices, factors, passkeys, entryLinks, oneTime, notices }
  const signIn = createSignIn({ ...parts, ...means })
  const links = createLinks({ ...parts, limits })
  const joining = createJoining({ ...parts, links })
  const requests = createRequests({ ...parts, links })
  const externals = createExternals({ ...parts, links })
  const invitations = createInvitations({ ...parts, links, limits, passwords, signIn, joining, requests })
  const { createSetupLink, readSetup, setUp } = createSetUp({ ...parts, limits, passwords, signIn })

  const clients = createClients({ ...parts, invitations })
  const groupsOn = (on: Kysely<Database>) => createGroups({ ...parts, db: on })
  const livesOn = (on: Kysely<Database>) => createLives({ ...parts, db: on, readClient: clients.readClient })
  const stakeholdersOn = (on: Kysely<Database>) => createStakeholders({ ...parts, db: on, externals })
  const professionalsOn = (on: Kysely<Database>) => createProfessionals({ ...parts, db: on, joining })

  return {
    /** The verbs that change who reaches what, on any database: for foresight. */
    changesOn: (on: Kysely<Database>) => ({
      ...groupsOn(on),
      ...livesOn(on),
      ...stakeholdersOn(on),
      ...professionalsOn(on),
    }),
    createSetupLink,
    sessions,
    /** For whoever lost theirs; asked of the operator. */
    resetSecondFactors: createFactorReset({ db, factors, notices }),
    /** The operations of core/api/security.ts. */
    security: { ...signIn.ways, ...createSecurity({ ...parts, ...means, sessions, signIn, strong }) },
    /** The operations of core/api/account.ts. */
    account: {
      readSetup,
      setUp,
      readInvitation: invitations.readInvitation,
      acceptInvitation: invitations.acceptInvitation,
      joinCompany: invitations.joinCompany,
      ...createAccounts(parts),
      ...createErasing({ ...parts, limits, passwords, strong }),
    },
    /** The operations of core/api/people.ts. */
    people: {
      listContacts: (actor: Professional, query: ContactQuery) => listContacts(db, actor, query),
      ...clients,
      ...groupsOn(db),
      readClientSight: (actor: Professional, { itemId }: { itemId: string }) =>
        readClientSight(db, actor, itemId, clients.readClient),
    },
    /** The operations of core/api/lives.ts. */
    lives: livesOn(db),
    /** The operations of core/api/involvement.ts. */
    involvement: {
      ...stakeholdersOn(db),
      inviteExternal: externals.inviteExternal,
      inviteExternalAgain: externals.inviteExternalAgain,
      withdrawExternal: externals.withdrawExternal,
      ...createMyProfessionals(parts),
      ...createAnswers({ ...parts, externals, requests, limits, passwords, signIn }),
    },
    /** The operations of core/api/administration.ts. */
    administration: { ...createCompany({ db }), ...createBranches(parts), ...professionalsOn(db) },
    /** Handlers of jobs. */
    tasks: {
      mail: (payload: Record<string, unknown>) =>
        typeof payload.notice === 'string'
          ? notices.deliver(payload)
          : typeof payload.link === 'string'
            ? entryLinks.deliver(payload)
            : typeof payload.joining === 'string'
              ? joining.deliver(payload.joining)
              : typeof payload.external === 'string'
                ? externals.deliver(payload.external)
                : invitations.deliver(payload),
    },
  }
}
