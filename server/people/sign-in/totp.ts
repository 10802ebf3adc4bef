import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Codes of an authenticator app: TOTP (RFC 6238) as every app knows it, six digits by SHA-1, anew every 30 seconds. */
const STEP_MS = 30_000
const DIGITS = 6

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** As long as the hash, as RFC 4226 asks. */
export function createSecret(): Buffer {
  return randomBytes(20)
}

export function stepAt(at: Date): number {
  return Math.floor(at.getTime() / STEP_MS)
}

export function codeOf(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac('sha1', secret).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 15
  const number = hash.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The step whose code this is, of the present one and its neighbours: clocks differ, and people type slowly. */
export function findStep(secret: Buffer, code: string, at: Date): number | null {
  const given = Buffer.from(code)
  const now = stepAt(at)
  const steps = [now - 1, now, now + 1].filter((step) => {
    const right = Buffer.from(codeOf(secret, step))
    return right.length === given.length && timingSafeEqual(right, given)
  })
  return steps.at(-1) ?? null
}

/** RFC 4648, without padding: how apps take a secret that is typed. */
export function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('')
}

/** What the QR code says. */
export function addressOf(secret: Buffer, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?${new URLSearchParams({ secret: toBase32(secret), issuer })}`
}
