import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { Problem } from '../../core/errors.ts'

const MIN_LENGTH = 12
const MAX_LENGTH = 256

/** OWASP's first choice. Each hash holds 46 MiB; scrypt of the same strength holds 128 MiB and takes six times as long. */
const COST = { memory: 47_104, passes: 1, parallelism: 1 }

/** Hashes at once, so that a rush of sign-ins takes neither the memory nor all threads that files are read with. */
const AT_ONCE = 2

const derive = promisify(argon2)

export type Passwords = ReturnType<typeof createPasswords>

/** Password hashes in the PHC format: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export function createPasswords() {
  const turn = createTurns(AT_ONCE)
  const key = (password: string, nonce: Buffer, cost: typeof COST) =>
    turn(() => derive('argon2id', { message: password.normalize('NFKC'), nonce, tagLength: 32, ...cost }))

  return {
    async hash(password: string): Promise<string> {
      const salt = randomBytes(16)
      const tag = await key(password, salt, COST)
      const { memory, passes, parallelism } = COST
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`
    },

    async verify({ hash, password }: { hash: string; password: string }): Promise<boolean> {
      const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]{43})$/.exec(hash)
      if (!parts) throw new Error('a stored password hash is malformed')
      const [, m, t, p, salt = '', tag = ''] = parts
      const cost = { memory: Number(m), passes: Number(t), parallelism: Number(p) }
      const found = await key(password, Buffer.from(salt, 'base64'), cost)
      return timingSafeEqual(found, Buffer.from(tag, 'base64'))
    },
  }
}

/** Length is what protects; nothing else is asked of a password. @throws password_too_short, password_too_long */
export function requireLegalPassword(password: string): void {
  const { length } = [...password.normalize('NFKC')]
  if (length < MIN_LENGTH) throw new Problem('password_too_short', { min: MIN_LENGTH })
  if (length > MAX_LENGTH) throw new Problem('password_too_long', { max: MAX_LENGTH })
}

function createTurns(atOnce: number) {
  const waiting: (() => void)[] = []
  let free = atOnce
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free--
    else await new Promise<void>((go) => waiting.push(go))
    try {
      return await work()
    } finally {
      // The place goes straight to the next in line, so that nobody who comes later slips in.
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
