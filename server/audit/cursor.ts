import { Problem } from '../../core/errors.ts'

/** Where a page of entries ends: the instant as the database writes it, to the microsecond, and the entry. */
export function writeCursor({ key, id }: { key: string; id: number }): string {
  return Buffer.from(JSON.stringify([key, id])).toString('base64url')
}

/** @throws bad_request */
export function readCursor(text: string): { at: string; id: number } {
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (
      typeof at === 'string' &&
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[\d.]*\+\d\d(:\d\d)?$/.test(at) &&
      Number.isSafeInteger(id)
    )
      return { at, id }
  } catch {}
  throw new Problem('bad_request', { field: 'cursor' })
}
