import { Problem } from '../../core/errors.ts'
import { nameProblem, tidyName } from '../../core/names.ts'

/**
 * The name of a person, practice or group as it is kept. Unlike an item's it may hold slashes.
 * @throws name_empty, name_too_long, name_characters
 */
export function legalPersonName(raw: string): string {
  const name = tidyName(raw)
  const problem = nameProblem(name.replace(/[/\\]/g, '-'))
  if (problem) throw new Problem(problem)
  return name
}
