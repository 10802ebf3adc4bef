import { isUtf8 } from 'node:buffer'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { Id, LevelShape } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import type { Upload } from '../db/schema.ts'
import type { Place, PlaceInput } from './items.ts'

export type UploadRow = Selectable<Upload>

/** What an upload's maker may say of it; its owner, company, size and type are never theirs to say. */
const Metadata = z.strictObject({
  filename: z
    .string()
    .nullable()
    .transform((name) => name ?? ''),
  spaceId: Id.optional(),
  parentId: Id.optional(),
  level: LevelShape.optional(),
  branchId: Id.optional(),
  audience: z
    .string()
    .transform((ids) => ids.split(','))
    .pipe(z.array(Id).max(200))
    .optional(),
})

/** Values of tus are UTF-8 by our choice: of other bytes, something else would be kept than was sent. @throws bad_request */
export function refuseOtherText(metadata: string): void {
  for (const pair of metadata.split(',')) {
    const [field = '', value = ''] = pair.split(' ')
    if (!isUtf8(Buffer.from(value, 'base64'))) throw new Problem('bad_request', { field })
  }
}

/** Of an address, what its sender says of a file beside its name. */
export type PlaceFields = Record<string, string>

/** @throws unknown_field, bad_request for what is said twice: one would be meant, and the other taken */
export function readPlaceFields(url: string): PlaceFields {
  const query = new URL(url).searchParams
  if (query.has('filename')) throw new Problem('unknown_field', { field: 'filename' })
  for (const field of query.keys())
    if (query.getAll(field).length > 1) throw new Problem('bad_request', { field })
  return Object.fromEntries(query)
}

/** One set of fields for every way of sending a file. @throws unknown_field, bad_request */
export function readPlace(fields: Record<string, string | null>, filename?: string): PlaceInput {
  const result = Metadata.safeParse(filename === undefined ? fields : { ...fields, filename })
  if (result.success) {
    const { filename, parentId = null, ...place } = result.data
    return { ...place, name: filename, parentId }
  }
  const unknown = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [],
  )
  if (unknown.length > 0) throw new Problem('unknown_field', { field: unknown.join(', ').slice(0, 200) })
  throw new Problem('bad_request', { field: String(result.error.issues[0]?.path[0]) })
}

/** Where an upload was allowed to go when it began. */
export function placeOf(row: UploadRow): Place {
  return {
    spaceId: row.space_id,
    parentId: row.parent_id,
    name: row.name,
    level: row.level as Place['level'],
    // Known from the actor when the file is added.
    companyId: null,
    branchId: row.branch_id,
    audience: row.audience,
  }
}
