import { type Kysely, sql } from 'kysely'
import type { BlobStore, StoredBlob } from '../blobs/port.ts'
import type { Database } from '../db/schema.ts'

const BATCH = 500
const DAY = 86_400_000
/** Bytes without a row may be on their way to it for so long. */
const UNDER_WAY_MS = DAY
/** Time for somebody to notice that a database is older than its files: these may be a month old when it is put back. */
const NOTICED_MS = 7 * DAY

/** Bytes that no row refers to. */
export type Extra = StoredBlob & { staged: boolean }

type Needs = { db: Kysely<Database>; store: BlobStore; now: () => Date }

/**
 * What the store holds and nobody refers to: bytes of a process that died between writing them and their row, or after
 * their row had gone.
 */
export function createExtras({ db, store, now }: Needs) {
  /** Every one, looked at twice. */
  async function* find(): AsyncGenerator<Extra, void> {
    for (const which of ['committed', 'staged'] as const)
      for await (const batch of batches(aged(which))) yield* verified(batch, which)
  }

  async function* aged(which: 'committed' | 'staged') {
    for await (const blob of store.list(which)) if (isAged(blob)) yield blob
  }

  const isAged = ({ modified }: Pick<StoredBlob, 'modified'>) =>
    modified.getTime() < now().getTime() - UNDER_WAY_MS

  /** Remembers since when these are known; the others are none any more. */
  async function note(all: readonly Extra[]): Promise<void> {
    const names = sql`${sql.val(all.map(({ name }) => name))}::text[]`
    await sql`with gone as (delete from extra_name where name <> all(${names}))
      insert into extra_name (name, seen_at) select distinct name, ${now()}::timestamptz from unnest(${names}) n(name)
      on conflict do nothing`.execute(db)
  }

  /** Whether it has been known for so long that nobody is going to miss it. */
  async function isKnownForLong({ name }: Extra): Promise<boolean> {
    const since = new Date(now().getTime() - NOTICED_MS)
    const known = db
      .selectFrom('extra_name')
      .select('name')
      .where('name', '=', name)
      .where('seen_at', '<=', since)
    return (await known.executeTakeFirst()) !== undefined
  }

  async function* verified(batch: StoredBlob[], which: 'committed' | 'staged') {
    const unknown = new Set(
      await unreferenced(
        db,
        batch.map(({ name }) => name),
        which,
      ),
    )
    if (unknown.size === 0) return
    // Removed between the list and the question: bytes go after their rows, or before, and both are as it should be.
    const there = new Set<string>()
    if (which === 'staged') for await (const { name } of store.list('staged')) there.add(name)
    else for (const name of unknown) if (await store.stat(name)) there.add(name)
    for (const blob of batch)
      if (unknown.has(blob.name) && there.has(blob.name)) yield { ...blob, staged: which === 'staged' }
  }

  /** False where something refers to it by now, or it is written anew: then it is left alone. */
  async function remove({ name, staged }: Extra): Promise<boolean> {
    if (staged) {
      // The row of an upload comes before its bytes: what has none will never have one.
      const [unknown] = await unreferenced(db, [name], 'staged')
      if (unknown) await store.discard(name)
      return unknown !== undefined
    }
    const found = await store.stat(name)
    if (found && !isAged(found)) return false
    const removed = await db.transaction().execute(async (trx) => {
      // Whoever writes a row with this name has done so when we are through, or is refused from then on.
      await sql`select lock_name(${name}, true)`.execute(trx)
      if ((await unreferenced(trx, [name], 'committed')).length === 0) return false
      await sql`insert into removed_name (name) values (${name}) on conflict do nothing`.execute(trx)
      return true
    })
    if (removed) await store.remove(name)
    return removed
  }

  return { find, note, isKnownForLong, remove }
}

/** Of these names, those that no row refers to, and no job is about to remove. */
async function unreferenced(
  on: Kysely<Database>,
  names: string[],
  which: 'committed' | 'staged',
): Promise<string[]> {
  const committed = sql`and not exists (select from blob b where split_part(b.key, '.', 1) = n.name)
    and not exists (select from preview p where split_part(p.key, '.', 1) = n.name)`
  const { rows } = await sql<{ name: string }>`
    select n.name from unnest(${sql.val(names)}::text[]) n(name)
    where not exists (select from upload u where split_part(u.staging, '.', 1) = n.name)
      ${which === 'committed' ? committed : sql``}`.execute(on)
  const found = rows.map(({ name }) => name)
  if (found.length === 0 || which === 'staged') return found
  // The queue tells what it was given in no view of its own.
  const { rows: waiting } = await sql<{ name: string }>`
    select distinct name from graphile_worker._private_jobs j
    join graphile_worker._private_tasks t on t.id = j.task_id and t.identifier = 'erase'
    cross join json_array_elements_text(j.payload -> 'keys') name
    where (j.attempts < j.max_attempts or j.locked_at is not null) and name = any(${sql.val(found)}::text[])`.execute(
    on,
  )
  const erased = new Set(waiting.map(({ name }) => name))
  return found.filter((name) => !erased.has(name))
}

/** Some hundreds at once. */
export async function* batches(all: AsyncIterable<StoredBlob>): AsyncGenerator<StoredBlob[], void> {
  let batch: StoredBlob[] = []
  for await (const one of all) {
    if (batch.push(one) < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
