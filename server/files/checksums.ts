import { createHash } from 'node:crypto'
import { Problem } from '../../core/errors.ts'

/** What bytes come to, as their sender says, by an algorithm as node:crypto calls it. */
export type Checksum = { algorithm: string; digest: Buffer }

const DIGEST_BYTES: Record<string, number> = { md5: 16, sha1: 20, sha256: 32, sha512: 64 }

/** As tus calls them. */
export const TUS_ALGORITHMS = ['sha1', 'sha256', 'md5']

/** As RFC 9530 calls them. */
const RFC_ALGORITHMS: Record<string, string> = {
  'sha-512': 'sha512',
  'sha-256': 'sha256',
  sha: 'sha1',
  md5: 'md5',
}

/** The `Upload-Checksum` of tus, such as "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=". @throws bad_request */
export function readUploadChecksum(headers: Headers): Checksum[] {
  const header = headers.get('Upload-Checksum')
  if (header === null) return []
  const [algorithm = '', base64 = '', ...more] = header.trim().split(' ')
  if (!TUS_ALGORITHMS.includes(algorithm) || more.length > 0) throw malformed('Upload-Checksum')
  return [readDigest('Upload-Checksum', algorithm, base64)]
}

/**
 * `Content-Digest` and `Repr-Digest` (RFC 9530), such as "sha-256=:d435Qo+nKZ+gLcUHn7GQtQ72hiBVAgqoLsZnZPiTGPk=:".
 * Other algorithms are left out, unless there is nothing else to check by. @throws bad_request
 */
export function readDigests(headers: Headers): Checksum[] {
  return ['Content-Digest', 'Repr-Digest'].flatMap((name) => {
    const header = headers.get(name)
    if (header === null) return []
    const known = header.split(',').flatMap((member) => {
      const [, key = '', base64] = /^\s*([a-z][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]*):\s*$/.exec(member) ?? []
      if (base64 === undefined) throw malformed(name)
      const algorithm = RFC_ALGORITHMS[key]
      return algorithm ? [readDigest(name, algorithm, base64)] : []
    })
    if (known.length === 0) throw malformed(name)
    return known
  })
}

function readDigest(field: string, algorithm: string, base64: string): Checksum {
  const digest = Buffer.from(base64, 'base64')
  if (digest.length !== DIGEST_BYTES[algorithm] || digest.toString('base64') !== base64)
    throw malformed(field)
  return { algorithm, digest }
}

function malformed(field: string): Problem {
  return new Problem('bad_request', { field })
}

/** Passes bytes on as they come, and counts and hashes them. */
export function inspect(stream: AsyncIterable<Uint8Array>, checksums: readonly Checksum[]) {
  const hashes = checksums.map(({ algorithm, digest }) => ({ hash: createHash(algorithm), digest }))
  let size = 0
  let broken = false
  async function* pass() {
    try {
      for await (const chunk of stream) {
        size += chunk.length
        for (const { hash } of hashes) hash.update(chunk)
        yield chunk
      }
    } catch (error) {
      broken = true
      throw error
    }
  }
  return {
    bytes: pass(),
    size: () => size,
    /** Whether their sender broke off. */
    isBroken: () => broken,
    /** Once, at the end. @throws checksum_mismatch */
    verify() {
      if (!hashes.every(({ hash, digest }) => hash.digest().equals(digest)))
        throw new Problem('checksum_mismatch')
    },
  }
}
