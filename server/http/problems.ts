import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import { type ErrorCode, Problem } from '../../core/errors.ts'
import { isUnreadable, StorageFailed, StorageFull } from '../blobs/port.ts'
import type { Log } from '../log.ts'

/** Seconds after which it is worth asking again. */
const RETRY_AFTER = '5'

/** What tus calls its own status, 460. */
const CHECKSUM_MISMATCH = 'Checksum Mismatch'

/** Answers an error with a problem document (RFC 9457). What its author may not read stays in the log. */
export function answerProblem(error: unknown, log: Log): Response {
  const document = describeProblem(error, log)
  const { code, status, data = {} } = document
  return new Response(JSON.stringify(document), {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(code === 'range_unsatisfiable' && { 'Content-Range': `bytes */${data.size}` }),
      ...(status === 503 && { 'Retry-After': RETRY_AFTER }),
      ...(status === 429 && { 'Retry-After': String(data.seconds ?? RETRY_AFTER) }),
    },
  })
}

/** The problem document of an error, which is logged where nobody foresaw it. */
export function describeProblem(error: unknown, log: Log) {
  const problem = asProblem(error)
  const { code, status, data } = problem ?? new Problem('internal')
  const instance = `urn:uuid:${randomUUID()}`
  if (!problem) log.error({ err: withoutValues(error), instance }, 'a request failed')
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? CHECKSUM_MISMATCH,
    status,
    code,
    ...(Object.keys(data).length > 0 && { data }),
    ...(!problem && { instance }),
  }
}

/** What failed and where, without what it was done to: rows and requests are health data. */
export function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error
  const { name, message, stack, code } = error as Error & { code?: unknown }
  return { type: name, message, stack, code }
}

/** The refusal behind an error, however deep; undefined where nobody foresaw it. */
function asProblem(error: unknown): Problem | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Problem) return cause
    const code = codeOf(cause)
    if (code) return new Problem(code)
  }
  return undefined
}

function codeOf(error: Error): ErrorCode | undefined {
  if (error instanceof StorageFull) return 'disk_full'
  // Before a check has told everybody.
  if (isUnreadable(error)) return 'file_damaged'
  if (error instanceof StorageFailed) return 'unavailable'
  const code = 'code' in error ? String(error.code) : ''
  if (code === '53100') return 'disk_full'
  if (NOT_A_VALUE.has(code)) return 'bad_request'
  if (GONE_MEANWHILE.has(code)) return 'conflict'
  return code === TOOK_TOO_LONG || isDatabaseGone(error, code) ? 'unavailable' : undefined
}

/** Text with a NUL, and cursors that somebody made up: the database says best what it can't read, by SQLSTATE. */
const NOT_A_VALUE = new Set(['22003', '22007', '22008', '22021', '22P02'])

/** What a change refers to was merged into another since it was looked up, or two changes waited for each other. */
const GONE_MEANWHILE = new Set(['23503', '40P01'])

/** The SQLSTATE of a statement that the database gave up after its time. */
const TOOK_TOO_LONG = '57014'

/** Whether the database can't be reached or is going down, by SQLSTATE, system call or the driver's own words. */
function isDatabaseGone(error: Error, code: string): boolean {
  if (/^(?:08...|57P0[123]|53300|ECONN(?:REFUSED|RESET)|EPIPE)$/.test(code)) return true
  if (code === 'ENOENT') return 'syscall' in error && error.syscall === 'connect'
  return /^(?:Connection terminated|timeout (?:exceeded when trying to connect|expired)|Client (?:was closed|has encountered a connection error)|Cannot use a pool after|Postgres connection has been discarded)/.test(
    error.message,
  )
}
