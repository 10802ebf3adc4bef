import { type Kysely, sql } from 'kysely'
import { Problem } from '../../../core/errors.ts'
import type { Database } from '../../db/schema.ts'
import type { Jobs } from '../../jobs.ts'
import type { Language } from '../../notify/letters.ts'
import type { Mail } from '../../notify/mail.ts'
import { type Limits, networkOf } from '../limits.ts'
import { isActive } from '../persons.ts'
import type { Devices } from './devices.ts'
import { LINK_MINUTES, type OneTime } from './one-time.ts'
import type { Visit } from './session-cookies.ts'

type Db = Kysely<Database>

/** `link` signs in, `reset` lets choose another password. */
export type LinkPurpose = 'link' | 'reset'

const PER_NETWORK = { max: 30, seconds: 15 * 60 }
/**
 * Mails to one address, whoever asks. The window is shorter than a link's life: whoever has others ask in vain for
 * links to somebody fills that mailbox with links that work.
 */
const PER_ADDRESS = { max: 3, seconds: 10 * 60 }

/** Passwords that may be refused before one is chosen that will do. */
const TRIES = 20

const PAGES: Record<LinkPurpose, string> = { link: 'sign-in/link', reset: 'sign-in/reset' }

export type EntryLinks = ReturnType<typeof createEntryLinks>

/** Links that are mailed to whoever says they can't or won't use their password. */
export function createEntryLinks(needs: {
  db: Db
  jobs: Jobs
  mail: Mail
  limits: Limits
  devices: Devices
  oneTime: OneTime
  publicUrl: string
}) {
  const { db, jobs, mail, limits, devices, oneTime, publicUrl } = needs

  return {
    /** Asks for a link; nothing tells whether the address is anybody's. @throws too_many_requests */
    async request(visit: Visit, purpose: LinkPurpose, email: string): Promise<void> {
      await limits.count(`link ${networkOf(visit.ip)}`, PER_NETWORK)
      const device = await devices.find(visit.headers, email)
      try {
        await limits.count(`link ${purpose} ${device ?? ''} ${email}`, PER_ADDRESS)
      } catch (error) {
        if (error instanceof Problem) return
        throw error
      }
      // Whose it is, is looked up by the job: the answer takes as long for nobody's.
      await jobs.add(db, 'mail', { link: purpose, email })
    },

    /** The task `mail`. Nothing is sent to an address that nobody signs in with. */
    async deliver(payload: Record<string, unknown>): Promise<void> {
      const { link: purpose, email } = payload as { link: LinkPurpose; email: string }
      const { rows } = await sql<{ id: string; name: string; language: Language }>`
        select p.id, p.name, p.language from person p where p.email = ${email} and ${isActive}`.execute(db)
      const person = rows[0]
      if (!person) return
      const token = await oneTime.issue(db, purpose, person.id)
      await mail.send({
        to: email,
        language: person.language,
        template: purpose,
        data: { name: person.name, minutes: LINK_MINUTES, link: `${publicUrl}/${PAGES[purpose]}#${token}` },
      })
    },

    /** Whether it may still be used. @throws link_used, too_many_requests */
    async require(visit: Visit, purpose: LinkPurpose, token: string): Promise<void> {
      const network = `use ${networkOf(visit.ip)}`
      await limits.count(network, PER_NETWORK)
      if (!(await oneTime.tryAt(db, purpose, token, TRIES))) throw new Problem('link_used')
      await limits.restore(network)
    },

    /** Uses a link up. @throws link_used */
    async take(on: Db, purpose: LinkPurpose, token: string): Promise<string> {
      const taken = await oneTime.take(on, purpose, token)
      if (!taken?.personId) throw new Problem('link_used')
      return taken.personId
    },
  }
}
