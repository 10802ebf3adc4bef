import type { FormResults } from '../files/form-upload.ts'
import type { Log } from '../log.ts'
import { describeProblem } from './problems.ts'

/** Tells what became of each file of a form, in its order: 201 where all were added, 207 where some weren't. */
export function answerForm(results: FormResults, log: Log): Response {
  const files = results.map(({ name, added }) =>
    added.status === 'fulfilled'
      ? { name, item: added.value }
      : { name, problem: describeProblem(added.reason, log) },
  )
  const status = results.every(({ added }) => added.status === 'fulfilled') ? 201 : 207
  return Response.json({ files }, { status, headers: { 'Cache-Control': 'no-store' } })
}
