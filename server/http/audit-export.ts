import { Readable } from 'node:stream'
import { z } from 'zod'
import { AuditFilter } from '../../core/api/audit.ts'
import { Problem } from '../../core/errors.ts'
import type { Actor } from '../access.ts'
import type { AuditLog } from '../audit/log.ts'
import type { Answer } from '../files/outgoing.ts'

const Query = z.strictObject(AuditFilter.shape)

/** The log as a CSV file, as far as the query's filter lets it through. @throws bad_request, read_only, forbidden */
export async function answerExport(
  url: string,
  actor: Actor,
  readActor: () => Promise<Actor>,
  { exportEntries }: AuditLog,
): Promise<Answer> {
  const query = Query.safeParse(Object.fromEntries(new URL(url).searchParams))
  if (!query.success)
    throw new Problem('bad_request', { field: String(query.error.issues[0]?.path[0] ?? 'query') })
  const pieces = await exportEntries(professional(actor), query.data, async () =>
    professional(await readActor()),
  )
  const name = `carnet-audit-${new Date().toISOString().slice(0, 10)}.csv`
  const headers = {
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
  }
  return { status: 200, headers, body: Readable.from(pieces) }
}

function professional(actor: Actor) {
  if (actor.kind === 'client') throw new Problem('not_found')
  return actor
}
