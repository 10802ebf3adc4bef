import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { PasskeyAnswer } from '../../core/api/security.ts'

type Question = Record<string, unknown>
type Odd = { verified?: boolean; origin?: string }

/** A passkey in software (ES256, no attestation), as a browser at `origin` would use it. */
export function createSoftPasskey(origin: string) {
  const id = randomBytes(16)
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  let count = 0

  function authenticatorData(extra: Buffer, verified: boolean): Buffer {
    const rpId = createHash('sha256').update(new URL(origin).hostname).digest()
    // Present; verified; with a key.
    const flags = 1 | (verified ? 4 : 0) | (extra.length > 0 ? 64 : 0)
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(++count)
    return Buffer.concat([rpId, Buffer.from([flags]), counter, extra])
  }

  const clientData = (type: string, { challenge }: Question, at: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: at, crossOrigin: false }))

  const answer = (response: PasskeyAnswer['response']): PasskeyAnswer => ({
    id: id.toString('base64url'),
    rawId: id.toString('base64url'),
    type: 'public-key',
    response,
    clientExtensionResults: {},
  })

  return {
    /** Answers what is asked to make a passkey. */
    make(question: Question, { verified = true, origin: at = origin }: Odd = {}): PasskeyAnswer {
      const length = Buffer.from([0, id.length])
      const key = Buffer.concat([
        Buffer.from('a5010203262001215820', 'hex'),
        Buffer.from(x, 'base64url'),
        Buffer.from('225820', 'hex'),
        Buffer.from(y, 'base64url'),
      ])
      const data = authenticatorData(Buffer.concat([Buffer.alloc(16), length, id, key]), verified)
      const size = Buffer.from([0x58, data.length])
      const attestation = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
        size,
        data,
      ])
      return answer({
        clientDataJSON: clientData('webauthn.create', question, at).toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      })
    },

    /** Answers what is asked to sign in. */
    sign(question: Question, { verified = true, origin: at = origin }: Odd = {}): PasskeyAnswer {
      const client = clientData('webauthn.get', question, at)
      const data = authenticatorData(Buffer.alloc(0), verified)
      const signed = Buffer.concat([data, createHash('sha256').update(client).digest()])
      return answer({
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign('sha256', signed, privateKey).toString('base64url'),
      })
    },
  }
}
