import { arrayBuffer } from 'node:stream/consumers'
import { type Insertable, type Kysely, type RawBuilder, type Selectable, sql } from 'kysely'
import { hasPreview, kindOf } from '../../core/kinds.ts'
import { isFree } from '../access.ts'
import { type Blobs, nameOf } from '../blobs/blobs.ts'
import { BlobDamaged } from '../blobs/port.ts'
import type { Database, Preview as PreviewTable } from '../db/schema.ts'
import type { Jobs } from '../jobs.ts'
import { PreviewFailed } from '../previews/failures.ts'
import { areBlanks, type Blanks, type Variant } from '../previews/messages.ts'
import type { createPreviews } from '../previews/previews.ts'
import type { Content } from './contents.ts'

/** `pages` are those of an office file, as a PDF; `blanks` what others get of a film as nothing. */
export type Kept = Variant | 'pages' | 'blanks'
/** Without a key, there is none: `problem` says why. */
export type KeptPreview = Pick<Selectable<PreviewTable>, 'key' | 'type' | 'size' | 'problem'>
/** What is kept of a blob, as it was when it was asked for. */
export type KeptPreviews = Partial<Record<Kept, KeptPreview>>
type Blob = Pick<Content, 'blobId' | 'key' | 'size' | 'type'>
/** `missed`: none was kept just now. */
type How = { urgent: boolean; signal?: AbortSignal; missed?: boolean }

export type PreviewJobs = ReturnType<typeof createPreviewJobs>

/** Small images of blobs, made once and kept: soon after an upload or, should somebody look sooner, then. */
export function createPreviewJobs({
  db,
  blobs,
  jobs,
  previews,
  now,
}: {
  db: Kysely<Database>
  blobs: Blobs
  jobs: Jobs
  previews: Pick<ReturnType<typeof createPreviews>, 'make' | 'convert' | 'findBlanks'>
  now: () => Date
}) {
  const storing = new Map<string, Promise<KeptPreview | undefined>>()

  async function find(blobId: string): Promise<KeptPreviews> {
    const found = await db
      .selectFrom('blob')
      .select(keptOf('blob', now()).as('kept'))
      .where('id', '=', blobId)
      .executeTakeFirst()
    return found?.kept ?? {}
  }

  /** Unless somebody else was first, or the blob has gone: what is known of it from here on. */
  async function keep(row: Insertable<PreviewTable> & { variant: Kept }): Promise<KeptPreview | undefined> {
    const kept = await db
      .insertInto('preview')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['blob_id', 'variant'])
          .doUpdateSet((excluded) => ({
            key: excluded.ref('excluded.key'),
            type: excluded.ref('excluded.type'),
            size: excluded.ref('excluded.size'),
            width: excluded.ref('excluded.width'),
            height: excluded.ref('excluded.height'),
            hash: excluded.ref('excluded.hash'),
            original_width: excluded.ref('excluded.original_width'),
            original_height: excluded.ref('excluded.original_height'),
            duration: excluded.ref('excluded.duration'),
            problem: excluded.ref('excluded.problem'),
            created_at: excluded.ref('excluded.created_at'),
          }))
          .where('preview.key', 'is', null),
      )
      .returning(['key', 'type', 'size', 'problem'])
      .executeTakeFirst()
      .catch((error) => {
        if (error.code !== FOREIGN_KEY_VIOLATION) throw error
      })
    return kept ?? (await find(row.blob_id))[row.variant]
  }

  async function produce(blob: Blob, variant: Kept, how: How) {
    if (variant === 'pages')
      return { type: 'application/pdf', bytes: await previews.convert({ ...how, ...blob }) }
    if (variant === 'blanks') {
      const { buffer, byteOffset, byteLength } = await previews.findBlanks({ ...how, ...blob })
      return { type: BLANKS_TYPE, bytes: new Uint8Array(buffer, byteOffset, byteLength) }
    }
    const { original, ...made } = await previews.make({ ...how, ...(await pictured(blob, how)), variant })
    return { ...made, original_width: original.width, original_height: original.height }
  }

  /** What a picture is made of: an office file's pages stand for it. */
  async function pictured(blob: Blob, how: How): Promise<Pick<Blob, 'key' | 'size' | 'type'>> {
    if (kindOf(blob.type) !== 'office') return blob
    const pages = await make(blob, 'pages', { ...how, missed: false })
    if (!pages?.key || pages.size === null)
      throw new PreviewFailed((pages?.problem as PreviewFailed['reason'] | null) ?? 'unreadable')
    return { key: pages.key, size: pages.size, type: 'application/pdf' }
  }

  /** The preview, made now unless one is kept. @throws {PreviewsBusy} not now */
  async function make(blob: Blob, variant: Kept, how: How) {
    const kept = how.missed ? undefined : (await find(blob.blobId))[variant]
    if (kept) return kept
    const row = { blob_id: blob.blobId, variant, created_at: now() }
    try {
      const { bytes, ...made } = await produce(blob, variant, how)
      return await storeOnce(`${variant} ${blob.blobId}`, async () => {
        const key = await blobs.newKeyBeside(blob.key)
        const { size } = await blobs.put(key, bytes)
        let kept: KeptPreview | undefined
        try {
          kept = await keep({ ...row, ...made, key, size, problem: null })
          return kept
        } finally {
          // Even a row that was there for a moment only may be in a backup that has begun; and one that was never heard
          // of may be there.
          if (kept?.key !== key) await jobs.add(db, 'erase', { keys: [nameOf(key)] })
        }
      })
    } catch (error) {
      if (!(error instanceof PreviewFailed)) throw error
      return keep({ ...row, key: null, problem: error.reason })
    }
  }

  /** Of what several have asked for, and one has made for them all. */
  function storeOnce(
    name: string,
    store: () => Promise<KeptPreview | undefined>,
  ): Promise<KeptPreview | undefined> {
    const stored = storing.get(name) ?? store().finally(() => storing.delete(name))
    storing.set(name, stored)
    return stored
  }

  return {
    make,
    drop: (kept: { blobId: string; variant: Kept; key: string }) => dropPreview(db, jobs, kept),

    /** What of a film goes to nobody but its owner, as it is kept. */
    async readBlanks({ key, type, size }: KeptPreview & { key: string }): Promise<Blanks> {
      // Former versions kept them otherwise, and without bounds: they are found again.
      if (type !== BLANKS_TYPE || size === null) throw new BlobDamaged(nameOf(key))
      const bytes = await arrayBuffer(await blobs.openWhole(key, size))
      const blanks = new Float64Array(bytes, 0, Math.floor(bytes.byteLength / Float64Array.BYTES_PER_ELEMENT))
      // Of fewer than there are, or of others, more would go out than may.
      if (bytes.byteLength !== size || blanks.byteLength !== size || !areBlanks(blanks))
        throw new BlobDamaged(nameOf(key))
      return blanks
    },

    /** The task `preview`: everything that will be looked at. */
    async makeAll({ blobId }: { blobId: string }): Promise<void> {
      const blob = await db
        .selectFrom('blob')
        .select(['id as blobId', 'key', 'size', 'type'])
        .where('id', '=', blobId)
        .where(sql<boolean>`${isFree('blob')}`)
        .executeTakeFirst()
      if (!blob || !hasPreview(blob.type)) return
      const variants: Kept[] = kindOf(blob.type) === 'image' ? ['thumb', 'view'] : ['thumb']
      for (const variant of variants) await make(blob, variant, { urgent: false })
    },
  }
}

/** Gives up what is kept and can't be read, unless another is kept by now; what its file still gives is made again. */
export function dropPreview(
  db: Kysely<Database>,
  jobs: Jobs,
  { blobId, variant, key }: { blobId: string; variant: string; key: string },
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql`delete from preview
      where blob_id = ${blobId}::uuid and variant = ${variant} and key = ${key} returning 1`.execute(trx)
    if (rows.length === 0) return false
    await jobs.add(trx, 'erase', { keys: [nameOf(key)] })
    const { rows: whole } = await sql`select from blob where id = ${blobId}::uuid and damage is null`.execute(
      trx,
    )
    if (whole.length > 0) await jobs.add(trx, 'preview', { blobId })
    return true
  })
}

/** What is kept of the blob `b`: `KeptPreviews`, or null where there is nothing. */
export function keptOf(b: string, now: Date): RawBuilder<KeptPreviews | null> {
  return sql<KeptPreviews | null>`(
    select json_object_agg(k.variant, json_build_object('key', k.key, 'type', k.type, 'size', k.size, 'problem', k.problem))
    from preview k where k.blob_id = ${sql.ref(`${b}.id`)} and (k.problem is null or ${stands('k', sql`${now}::timestamptz`)}))`
}

/** Whether there is no preview by now. Whatever was too slow or crashed may have had a bad day: no answer for long. */
export function stands(preview: string, now: RawBuilder<unknown>): RawBuilder<boolean> {
  const p = sql.ref(preview)
  return sql`(${p}.problem not in ('timeout', 'crashed', 'unconverted')
    or ${p}.created_at > ${now} - make_interval(mins => ${TRY_AGAIN_MINUTES}))`
}

/** Of `Blanks`, as they lie in memory. */
const BLANKS_TYPE = 'application/octet-stream'
const TRY_AGAIN_MINUTES = 10
const FOREIGN_KEY_VIOLATION = '23503'
