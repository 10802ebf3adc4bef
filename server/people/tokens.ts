import { createHash, randomBytes } from 'node:crypto'

/** How long a link to set up or to join may be used. */
export const LINK_DAYS = 7

/** A secret for a link, and what is kept of it. */
export function createToken(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString('base64url')
  return { token, hash: hashToken(token) }
}

/** The token is random and long: a plain hash can't be reversed, and finds its row by index. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

export function linkExpiry(now: Date): Date {
  return new Date(now.getTime() + LINK_DAYS * 24 * 60 * 60 * 1000)
}
