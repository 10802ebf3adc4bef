import type { Insertable, Kysely } from 'kysely'
import { hasPreview, kindOf } from '../../core/kinds.ts'
import { type Blobs, newKey } from '../blobs/port.ts'
import type { Database, Preview as PreviewTable } from '../db/schema.ts'
import { PreviewFailed } from '../previews/failures.ts'
import type { Variant } from '../previews/messages.ts'
import type { createPreviews } from '../previews/previews.ts'

type Blob = { id: string; key: string; type: string }
type How = { urgent: boolean; signal?: AbortSignal }

export type PreviewJobs = ReturnType<typeof createPreviewJobs>

/** Small images of blobs, made once and kept: soon after an upload or, should somebody look sooner, then. */
export function createPreviewJobs({
  db,
  blobs,
  previews,
}: {
  db: Kysely<Database>
  blobs: Blobs
  previews: Pick<ReturnType<typeof createPreviews>, 'make'>
}) {
  const find = (blobId: string, variant: Variant) =>
    db
      .selectFrom('preview')
      .select(['key', 'type', 'size'])
      .where('blob_id', '=', blobId)
      .where('variant', '=', variant)
      .executeTakeFirst()

  /** Unless somebody else was first, or the blob has gone. */
  async function keep(row: Insertable<PreviewTable>): Promise<void> {
    await db
      .insertInto('preview')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
      .catch((error) => {
        if (error.code !== FOREIGN_KEY_VIOLATION) throw error
      })
  }

  /**
   * The preview, made now unless it was made before; without a key where this blob has none.
   * @throws {PreviewsBusy} not now
   */
  async function make(blob: Blob, variant: Variant, how: How) {
    const found = await find(blob.id, variant)
    if (found) return found
    const row = { blob_id: blob.id, variant }
    const key = newKey()
    try {
      const { bytes, width, height } = await previews.make({
        ...how,
        key: blob.key,
        type: blob.type,
        variant,
      })
      const { size } = await blobs.put(key, bytes)
      await keep({ ...row, key, type: 'image/webp', size, width, height })
    } catch (error) {
      if (!(error instanceof PreviewFailed)) throw error
      await keep({ ...row, problem: error.reason })
    }
    const kept = await find(blob.id, variant)
    if (kept?.key !== key) await blobs.remove(key)
    return kept
  }

  return {
    make,

    /** The task `preview`: everything that will be looked at. */
    async makeAll({ blobId }: { blobId: string }): Promise<void> {
      const blob = await db
        .selectFrom('blob')
        .select(['id', 'key', 'type'])
        .where('id', '=', blobId)
        .executeTakeFirst()
      if (!blob || !hasPreview(blob.type)) return
      await make(blob, 'thumb', { urgent: false })
      if (kindOf(blob.type) === 'image') await make(blob, 'view', { urgent: false })
    },
  }
}

const FOREIGN_KEY_VIOLATION = '23503'
