import { type RawBuilder, sql } from 'kysely'

/**
 * Conditions under which a name holds all the words of a search, accents, case and wildcards apart; none without
 * words. Folding costs the most, and anybody may send many words: a name is folded for the longest one, which the
 * index finds, then once for all the others.
 */
export function holdsWords(name: string, search: string | undefined): RawBuilder<unknown>[] {
  const words = new Set(search?.split(/\s+/).filter(Boolean))
  const [longest, ...others] = [...words].sort((a, b) => b.length - a.length).map(pattern)
  const folded = sql`folded(${sql.ref(name)})`
  if (!longest) return []
  if (others.length === 0) return [sql`${folded} like ${longest}`]
  return [sql`${folded} like ${longest}`, sql`${folded} like all(array[${sql.join(others)}])`]
}

/** Folded first: it makes wildcards of their wide forms. */
function pattern(word: string): RawBuilder<unknown> {
  return sql`'%' || regexp_replace(folded(${word}), '([\\\\%_])', '\\\\\\1', 'g') || '%'`
}
