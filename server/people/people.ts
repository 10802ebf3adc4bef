import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import type { Log } from '../log.ts'
import type { Mail } from '../notify/mail.ts'
import { createAccounts } from './accounts.ts'
import { createClients } from './clients.ts'
import { createCompany } from './company.ts'
import { type ContactQuery, listContacts } from './contacts.ts'
import { createGroups } from './groups.ts'
import { createInvitations } from './invitations.ts'
import { createJoining } from './joining.ts'
import { createLimits } from './limits.ts'
import { createPasswords, type Passwords } from './passwords.ts'
import { createProfessionals } from './professionals.ts'
import type { Professional } from './reach.ts'
import { createSessions } from './sessions.ts'
import { createSetUp } from './set-up.ts'
import { createSignIn } from './sign-in.ts'
import { readSpace } from './spaces.ts'
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
  const signIn = createSignIn({ ...parts, limits, passwords })
  const joining = createJoining({ ...parts, limits })
  const invitations = createInvitations({ ...parts, limits, passwords, signIn, joining })
  const { createSetupLink, readSetup, setUp } = createSetUp({ ...parts, limits, passwords, signIn })

  return {
    createSetupLink,
    sessions: createSessions({ db, signIn }),
    signIn: { signIn: signIn.signIn, signOut: signIn.signOut },
    /** The operations of core/api/account.ts. */
    account: {
      readSetup,
      setUp,
      readInvitation: invitations.readInvitation,
      acceptInvitation: invitations.acceptInvitation,
      joinCompany: invitations.joinCompany,
      ...createAccounts(parts),
    },
    /** The operations of core/api/people.ts. */
    people: {
      listContacts: (actor: Professional, query: ContactQuery) => listContacts(db, actor, query),
      readSpace: (actor: Professional, input: Parameters<typeof readSpace>[2]) => readSpace(db, actor, input),
      ...createClients({ db, invitations }),
      ...createGroups(parts),
      ...createStakeholders(parts),
    },
    /** The operations of core/api/administration.ts. */
    administration: { ...createCompany({ db }), ...createProfessionals({ ...parts, joining }) },
    /** Handlers of jobs. */
    tasks: {
      mail: (payload: Record<string, unknown>) =>
        typeof payload.joining === 'string' ? joining.deliver(payload.joining) : invitations.deliver(payload),
    },
  }
}
