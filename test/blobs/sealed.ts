import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { type Cursor, createBlobs, nameOf, type Vault } from '../../server/blobs/blobs.ts'
import type { BlobStore } from '../../server/blobs/port.ts'
import type { Tried } from './suite.ts'

export const START: Cursor = { offset: 0, state: null }

/** Wraps nothing: what a secret is wrapped with is the vault's own business, and tested there. */
export const openVault: Vault = {
  newSecret: async () => randomBytes(32).toString('hex'),
  newSecretBeside: async () => randomBytes(32).toString('hex'),
  async unwrap(wrapped) {
    if (!/^[0-9a-f]{64}$/.test(wrapped)) throw new TypeError('not a secret')
    return Buffer.from(wrapped, 'hex')
  },
}

/** Brings along the cursors that uploads would keep in their rows. */
export function tried(store: BlobStore, seal: boolean, kept = new Map<string, Cursor>()): Tried {
  const blobs = createBlobs({ store, vault: openVault, seal })
  return {
    ...blobs,
    list: store.list,
    newKey: () => blobs.newKey(null),
    nameOf,
    async append(key, offset, bytes, options) {
      const from = offset === 0 ? START : (kept.get(`${key} ${offset}`) ?? { offset, state: null })
      const to = await blobs.append(key, from, bytes, options)
      kept.set(`${key} ${to.offset}`, to)
      kept.set(key, to)
      return to.offset
    },
    async commit(key) {
      const at = kept.get(key) ?? START
      // The suite never says where a blob ends.
      const ended =
        Buffer.from(at.state ?? []).length > 16
          ? await blobs.append(key, at, Readable.from([]), { max: at.offset })
          : at
      kept.set(key, ended)
      return blobs.commit(key, ended)
    },
    async discard(key) {
      kept.delete(key)
      await blobs.discard(key)
    },
  }
}
