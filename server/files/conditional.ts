import { Problem } from '../../core/errors.ts'

/** What never changes under its address, as its validators say it. */
type Validators = { etag: string; modified?: Date; size: number }

/** The part from `start` to `end`, both included. */
type Part = { start: number; end: number }

/**
 * What a conditional or ranged request (RFC 9110, section 13.2.2) is to be given: nothing, since it has it already;
 * one part; or, undefined, the whole. @throws precondition_failed, range_unsatisfiable
 */
export function judge(
  method: string,
  asked: Headers,
  { etag, modified, size }: Validators,
): 'not_modified' | Part | undefined {
  const ifMatch = asked.get('If-Match')
  const unmodifiedSince = dateOf(asked, 'If-Unmodified-Since')
  if (ifMatch !== null ? !lists(ifMatch, etag) : modified && isAfter(modified, unmodifiedSince))
    throw new Problem('precondition_failed')

  const ifNoneMatch = asked.get('If-None-Match')
  const modifiedSince = dateOf(asked, 'If-Modified-Since')
  if (
    ifNoneMatch !== null
      ? lists(ifNoneMatch.replaceAll('W/"', '"'), etag)
      : modified && modifiedSince !== undefined && !isAfter(modified, modifiedSince)
  )
    return 'not_modified'

  // A date is too coarse to join the parts of a file by.
  const ifRange = asked.get('If-Range')
  const range = method === 'GET' && (ifRange === null || ifRange === etag) ? asked.get('Range') : null
  return range === null ? undefined : readRange(range, size)
}

function lists(header: string, etag: string): boolean {
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim() === etag)
}

function dateOf(asked: Headers, name: string): number | undefined {
  const time = Date.parse(asked.get(name) ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** In seconds, as these dates are. */
function isAfter(modified: Date, time: number | undefined): boolean {
  return time !== undefined && Math.floor(modified.getTime() / 1000) * 1000 > time
}

/** The one range asked for; undefined, which means all, for several or for what is no range. @throws range_unsatisfiable */
function readRange(header: string, size: number): Part | undefined {
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header) ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  // A range that ends before it begins is no range; one that begins after the end can't be satisfied.
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  if (start >= size) throw new Problem('range_unsatisfiable', { size })
  return { start, end }
}
