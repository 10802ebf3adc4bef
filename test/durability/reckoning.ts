import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { nameOf } from '../../server/blobs/blobs.ts'
import { sealedSize } from '../../server/blobs/seal.ts'
import type { Database } from '../../server/db/schema.ts'
import type { Browser } from '../world.ts'
import type { Phones, Sending } from './phones.ts'

type Db = Kysely<Database>

/** The dead hold leases and jobs until they run out: so long has passed, and the hourly jobs are due. */
export async function letTimePass(db: Db): Promise<void> {
  await sql`update upload set held_until = now() where held_by is not null`.execute(db)
  await sql`update graphile_worker._private_jobs set locked_at = null, locked_by = null, run_at = least(run_at, now())`.execute(
    db,
  )
  for (const task of ['purge', 'expire-uploads'])
    await sql`select graphile_worker.add_job(${task}, job_key => ${`hourly ${task}`})`.execute(db)
}

/**
 * Compares what people were told with what there is, and lets them learn what became of what was never answered.
 * Resolves with the files that have come since.
 */
export async function reckon(
  phones: Phones,
  { at, db, spaceId }: { at: Browser; db: Db; spaceId: string },
): Promise<Sending[]> {
  const { sendings } = phones
  const before = new Set(sendings.filter(({ fate }) => fate === 'there'))
  await findUnanswered(db, sendings)
  for (const sending of sendings)
    if (sending.fate === 'dropping') await phones.giveUp(at, sending)
    else if (sending.fate === 'coming' && sending.path) await phones.askHowFar(at, sending)

  const listed = new Map<string, { name: string; size: number | null }>()
  let cursor: string | undefined
  do {
    const page = await at.api.files.listItems({ spaceId, ...(cursor && { cursor }) })
    for (const { id, name, size } of page.items) listed.set(id, { name, size })
    cursor = page.next ?? undefined
  } while (cursor)

  for (const sending of sendings) {
    const { name, itemId, size, fate } = sending
    const seen = itemId === null ? undefined : listed.get(itemId)
    if (itemId !== null) listed.delete(itemId)
    if (fate === 'there') assert.ok(seen, `${name} was acknowledged and is lost`)
    if (fate === 'gone') assert.equal(seen, undefined, `${name} was deleted and is back`)
    if (seen) assert.deepEqual(seen, { name, size }, 'a file is partly there')
    if (fate === 'leaving' || fate === 'returning') sending.fate = seen ? 'there' : 'gone'
  }
  for (const sending of sendings.filter(({ fate }) => fate === 'putting')) {
    const [id] = [...listed].find(([, { name }]) => name === sending.name) ?? []
    sending.fate = id ? 'there' : 'dropped'
    if (!id) continue
    assert.equal(listed.get(id)?.size, sending.size, 'a file is partly there')
    sending.itemId = id
    listed.delete(id)
  }
  assert.deepEqual([...listed.values()], [], 'files that nobody sent to the end')
  return sendings.filter((sending) => sending.fate === 'there' && !before.has(sending))
}

/** An upload that was begun without an answer: whoever began it never learns where, but we look. */
async function findUnanswered(db: Db, sendings: Sending[]) {
  const unanswered = new Map(
    sendings.filter(({ fate, path }) => fate === 'coming' && !path).map((sending) => [sending.name, sending]),
  )
  if (unanswered.size === 0) return
  const rows = await db
    .selectFrom('upload')
    .select(['id', 'name'])
    .where('name', 'in', [...unanswered.keys()])
    // What was refused half-way is given up at once, or at least marked so.
    .where('expires_at', '>', sql<Date>`now()`)
    .execute()
  for (const { id, name } of rows) {
    const sending = unanswered.get(name)
    if (sending) sending.path = `/api/uploads/${id}`
    unanswered.delete(name)
  }
  // Sent whole, it may be a file already, whose upload is forgotten.
  for (const sending of unanswered.values())
    sending.fate = sending.sent === sending.size ? 'putting' : 'dropped'
}

/** Between requests: every row has its bytes, all bytes have their row, and room is counted right. */
export async function takeStock(
  { db, dataDir }: { db: Db; dataDir: string },
  sendings: readonly Sending[] = [],
): Promise<{ blobs: number; uploads: number }> {
  const blobs = await db.selectFrom('blob').select(['key', 'size', 'sha256']).execute()
  const previews = await db
    .selectFrom('preview')
    .select(['key', 'size'])
    .where('key', 'is not', null)
    .execute()
  const uploads = await db.selectFrom('upload').selectAll().where('item_id', 'is', null).execute()
  const { rows: erasing } = await sql<{ keys: string[] }>`
    select array(select json_array_elements_text(payload->'keys')) as keys from graphile_worker._private_jobs j
    where payload->'keys' is not null`.execute(db)

  const stored = new Map<string, number>()
  for (const entry of await readdir(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'belongs-to') continue
    // What was given up is removed meanwhile; a row that still refers to it will miss it below.
    const found = await stat(join(entry.parentPath, entry.name)).catch((error) => {
      if (error.code !== 'ENOENT') throw error
    })
    if (found) stored.set(`${entry.parentPath.slice(-2)}/${entry.name}`, found.size)
  }
  const staged = new Set(await readdir(join(dataDir, 'uploads')))

  const sent = new Set(sendings.filter(({ fate }) => fate !== 'dropped').map(({ sha256 }) => sha256))
  for (const { key, size, sha256 } of blobs) {
    assert.equal(stored.get(nameOf(key)), sealedSize(size), `the bytes of ${key}`)
    if (sendings.length > 0) assert.ok(sent.has(sha256.toString('hex')), 'a hash of something else')
  }
  for (const { key, size } of previews)
    assert.equal(stored.get(nameOf(key ?? '')), sealedSize(size ?? 0), `the bytes of ${key}`)

  const known = new Set([
    ...[...blobs, ...previews].map(({ key }) => nameOf(key ?? '')),
    ...uploads.map(({ staging }) => nameOf(staging)),
    ...erasing.flatMap(({ keys }) => keys),
  ])
  const extra = [...stored.keys()].filter((name) => !known.has(name))
  assert.deepEqual(extra, [], 'bytes that nothing refers to')
  const coming = new Set(uploads.map(({ staging }) => nameOf(staging).replace('/', '')))
  assert.deepEqual(
    [...staged].filter((name) => !coming.has(name)),
    [],
    'staged for nobody',
  )

  const { rows: use } = await sql<{ counted: number; truth: number }>`
    select u.bytes as counted, (select coalesce(sum(b.size), 0)::bigint from blob b where b.id in (
      select i.blob_id from item i where i.quota_company_id = u.company_id)) as truth
    from company_use u`.execute(db)
  for (const { counted, truth } of use) assert.equal(counted, truth, 'room taken')
  return { blobs: blobs.length, uploads: uploads.length }
}
