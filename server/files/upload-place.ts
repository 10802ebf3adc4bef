import { z } from 'zod'
import { Id, LevelShape } from '../../core/api/shapes.ts'
import { Problem } from '../../core/errors.ts'
import type { PlaceInput } from './items.ts'

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

/** One set of fields for every way of sending a file. @throws unknown_field, bad_request */
export function readPlace(metadata: Record<string, string | null>): PlaceInput {
  const result = Metadata.safeParse(metadata)
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
