import type { Language, Letters } from '../notify/letters.ts'
import type { Letter, Mail } from '../notify/mail.ts'
import type { Limits } from './limits.ts'
import { createToken, LINK_DAYS, linkExpiry } from './tokens.ts'

/** Mails that a company may cause to one address. */
const PER_ADDRESS = { max: 5, seconds: 60 * 60 }

/** The letters whose link is a secret that works once. */
type Linked = {
  [Name in keyof Letters]: Letters[Name] extends { days: number } ? Name : never
}[keyof Letters]

export type Links = ReturnType<typeof createLinks>

/** Letters with a link that works once. It is made as the letter goes out, so that it is in clear nowhere else. */
export function createLinks(parts: { mail: Mail; limits: Limits; publicUrl: string; now: () => Date }) {
  const { mail, limits, publicUrl, now } = parts
  return {
    /** Counts a mail to this address. @throws too_many_requests */
    countMail: (companyId: string, email: string) =>
      limits.count(`invite ${companyId} ${email}`, PER_ADDRESS),

    /** Has the caller keep the hash of a new link, in the place of any earlier, then sends the letter. */
    async send<Name extends Linked>(
      letter: {
        to: string
        language: Language
        template: Name
        data: Omit<Letters[Name], 'days' | 'link'>
        /** The page that the link opens, below the origin. */
        page: string
      },
      keep: (link: { token_hash: Buffer; expires_at: Date }) => Promise<unknown>,
    ): Promise<void> {
      const { page, data, ...rest } = letter
      const { token, hash } = createToken()
      await keep({ token_hash: hash, expires_at: linkExpiry(now()) })
      // Behind the # it reaches no server log and no Referer.
      const link = `${publicUrl}/${page}#${token}`
      await mail.send({ ...rest, data: { ...data, days: LINK_DAYS, link } } as unknown as Letter)
    },
  }
}
