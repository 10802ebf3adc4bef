import {
  type CipherKey,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Vault } from './blobs/blobs.ts'
import { SecretLost } from './blobs/port.ts'
import type { Database } from './db/schema.ts'
import { fingerprintOf } from './master-key.ts'

/** AES key wrap as in RFC 3394, with its own initial value: 32 bytes become 40 that can't be altered unnoticed. */
const WRAP = 'id-aes256-wrap'
const INITIAL = Buffer.alloc(8, 0xa6)

type CompanyKey = { id: number; key: KeyObject }

/**
 * A company's key that the master key doesn't unwrap, or whose row is gone, and nobody knows whose it was: what it
 * sealed can't be read.
 */
export type LostKey = { id: number; companyId: string | null } | { id: number; companyId?: undefined }

/** Gives the master key that has this fingerprint; where nothing is sealed yet, whichever there is. */
type ReadMasterKey = (wanted: string | undefined) => Promise<Uint8Array>

/**
 * The secrets of sealed blobs: each wrapped by the key of its company, as `N.…` where N is that key's number; those
 * keys wrapped by the master key. A company's key never changes, so what is known of it stays true in every process.
 * @throws {StartError} the master key is not the one that wrapped them
 */
export async function createVault({
  db,
  readMasterKey,
}: {
  db: Kysely<Database>
  readMasterKey: ReadMasterKey
}): Promise<Vault & { lostKeys(): Promise<LostKey[]> }> {
  const byNumber = new Map<number, KeyObject>()
  const byCompany = new Map<string | null, CompanyKey>()
  let lost: LostKey[] = []

  await learn(db)

  async function learn(on: Kysely<Database>): Promise<Uint8Array> {
    const rows = await on.selectFrom('company_key').selectAll().execute()
    const masterKey = await readMasterKey(rows[0]?.master)
    lost = []
    for (const { id, company_id, wrapped } of rows) {
      // One that is damaged costs its company its files, nobody else theirs.
      const key = byNumber.get(id) ?? tryUnwrapping(masterKey, wrapped)
      if (!key) {
        lost.push({ id, companyId: company_id })
        continue
      }
      byNumber.set(id, key)
      byCompany.set(company_id, { id, key })
    }
    return masterKey
  }

  async function keyOf(companyId: string | null): Promise<CompanyKey> {
    const known = byCompany.get(companyId)
    if (known) return known
    // In a transaction of its own: were it rolled back with somebody's, we would know a key that doesn't exist.
    await db.transaction().execute(async (trx) => {
      await lockKeys(trx)
      const masterKey = await learn(trx)
      if (byCompany.has(companyId)) return
      if (lost.some((one) => one.companyId === companyId)) refuse('the key of this company is damaged')
      // It may have been this company's: with another in its place it could not be put back.
      if ((await missingKeys(trx)).length > 0) refuse('the row of a company’s key is missing')
      const values = { company_id: companyId, wrapped: wrapKey(masterKey, randomBytes(32)) }
      await trx
        .insertInto('company_key')
        .values({ ...values, master: fingerprintOf(masterKey) })
        .execute()
    })
    await learn(db)
    return byCompany.get(companyId) ?? refuse('no key for this company')
  }

  async function keyNumbered(number: number): Promise<KeyObject> {
    // Another process made it.
    if (!byNumber.has(number)) await learn(db)
    return byNumber.get(number) ?? refuse(`no company key has the number ${number}`)
  }

  const newSecretOf = ({ id, key }: CompanyKey) =>
    `${id}.${wrapKey(key, randomBytes(32)).toString('base64url')}`

  return {
    async lostKeys() {
      const rows = await db.selectFrom('company_key').selectAll().execute()
      const masterKey = await readMasterKey(rows[0]?.master)
      // Even those that this process unwrapped before: they may be damaged by now.
      const damaged = rows
        .filter(({ wrapped }) => !tryUnwrapping(masterKey, wrapped))
        .map(({ id, company_id }) => ({ id, companyId: company_id }))
      return [...damaged, ...(await missingKeys(db)).map((id) => ({ id }))]
    },

    newSecret: async (companyId) => newSecretOf(await keyOf(companyId)),

    async newSecretBeside(wrapped) {
      const { id } = readWrapped(wrapped)
      return newSecretOf({ id, key: await keyNumbered(id) })
    },

    async unwrap(wrapped) {
      const { id, secret } = readWrapped(wrapped)
      const key = await keyNumbered(id)
      try {
        return unwrapKey(key, secret)
      } catch {
        return refuse('it was wrapped by another key')
      }
    },
  }
}

/** Numbers of company keys that sealed blobs name, and that have no row. */
async function missingKeys(on: Kysely<Database>): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select n.id from (select distinct substring(key from '\\.(\\d{1,9})\\.')::integer as id from blob) n
    where n.id is not null and not exists (select from company_key k where k.id = n.id) order by 1`.execute(
    on,
  )
  return rows.map(({ id }) => id)
}

/** The fingerprint of the master key that wrapped the companies' keys; undefined while nothing is sealed. */
export async function readFingerprint(db: Kysely<Database>): Promise<string | undefined> {
  return (await db.selectFrom('company_key').select('master').limit(1).executeTakeFirst())?.master
}

/** Wraps all companies' keys by another master key, at once. Resolves with how many. */
export async function rewrapCompanyKeys(
  db: Kysely<Database>,
  { from, to }: { from: Uint8Array; to: Uint8Array },
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await lockKeys(trx)
    const rows = await trx.selectFrom('company_key').select(['id', 'wrapped']).execute()
    const master = fingerprintOf(to)
    for (const { id, wrapped } of rows) {
      const rewrapped = wrapKey(to, unwrapKey(from, wrapped))
      await trx.updateTable('company_key').set({ wrapped: rewrapped, master }).where('id', '=', id).execute()
    }
    return rows.length
  })
}

/** All keys are wrapped by one master key: nobody adds one while it changes. */
async function lockKeys(trx: Kysely<Database>): Promise<void> {
  await sql`lock table company_key in share row exclusive mode`.execute(trx)
}

function readWrapped(text: string): { id: number; secret: Buffer } {
  const [, number, secret] = /^(\d{1,9})\.([\w-]{54})$/.exec(text) ?? refuse('not a wrapped secret')
  return { id: Number(number), secret: Buffer.from(secret ?? '', 'base64url') }
}

function wrapKey(by: CipherKey, key: Uint8Array): Buffer {
  const cipher = createCipheriv(WRAP, by, INITIAL)
  return Buffer.concat([cipher.update(key), cipher.final()])
}

function tryUnwrapping(by: Uint8Array, wrapped: Uint8Array): KeyObject | undefined {
  try {
    return createSecretKey(unwrapKey(by, wrapped))
  } catch {
    return undefined
  }
}

/** @throws unless `by` wrapped it */
function unwrapKey(by: CipherKey, wrapped: Uint8Array): Buffer {
  const cipher = createDecipheriv(WRAP, by, INITIAL)
  return Buffer.concat([cipher.update(wrapped), cipher.final()])
}

function refuse(why: string): never {
  throw new SecretLost(why)
}
