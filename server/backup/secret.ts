import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'

/** A key of its own for this: the master key itself wraps keys only. */
function keyFrom(masterKey: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, '', 'carnet backup secret', 32))
}

export function sealSecret(masterKey: Uint8Array, secret: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv(CIPHER, keyFrom(masterKey), nonce)
  const sealed = [nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat(sealed).toString('base64')
}

/** @throws unless it was sealed by this master key */
export function openSecret(masterKey: Uint8Array, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64')
  const decipher = createDecipheriv(CIPHER, keyFrom(masterKey), bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')
}
