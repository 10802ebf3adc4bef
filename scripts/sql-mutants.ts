/** A change to the text of a source file that ought to make some test fail. */
export type Mutant = { line: number; what: string; text: string }

type Token = { text: string; at: number; end: number; depth: number }

const LEVELS = ['me', 'branch', 'company', 'me_client', 'company_client', 'everybody', 'client']
const PROFILES = ['super_admin', 'branch_admin', 'manager', 'employee', 'read_only']
const ENDS = new Set(
  'or where on group order union from join left cross then else end when case as limit select ,'.split(' '),
)
const SWAPS: Record<string, string[]> = {
  and: ['or'],
  or: ['and'],
  '=': ['<>'],
  '<>': ['='],
  '>': ['>='],
  true: ['false'],
  false: ['true'],
  bool_or: ['bool_and'],
  any: ['all'],
}

/** Mutants of the SQL in the sql`…` templates of a source file: the rest of it is left alone. */
export function mutateSql(source: string): Mutant[] {
  const mutants: Mutant[] = []
  const replace = (at: number, end: number, by: string, why: string) => {
    const text = source.slice(0, at) + by + source.slice(end)
    const line = source.slice(0, at).split('\n').length
    const was = source.slice(at, end).replace(/\s+/g, ' ').trim()
    if (!mutants.some((one) => one.text === text))
      mutants.push({ line, what: `${why}: ${was} → ${by.trim() || '∅'}`, text })
  }
  for (const tokens of templates(source)) {
    for (const [i, token] of tokens.entries()) {
      const [before, next] = [tokens[i - 1]?.text, tokens[i + 1]]
      for (const by of SWAPS[token.text] ?? []) replace(token.at, token.end, by, 'swapped')
      if (token.text === 'and' || token.text === 'or') dropOperands(tokens, i, replace)
      if (token.text === 'is' && next?.text === 'null') replace(token.at, next.end, 'is not null', 'negated')
      if (token.text === 'is' && next?.text === 'not')
        replace(token.at, tokens[i + 2]?.end ?? next.end, 'is null', 'negated')
      if (token.text === 'not' && before !== 'is') replace(token.at, token.end, '', 'negated')
      if (token.text === 'exists' && before !== 'not') replace(token.at, token.end, 'not exists', 'negated')
      if (token.text === 'left') replace(token.at, token.end, '', 'joined for good')
      if (token.text === 'union') dropArms(tokens, i, replace)
      if (/^\$\{\w+\(/.test(token.text))
        for (const by of ['true', 'false']) replace(token.at, token.end, by, 'fixed')
      changeList(tokens, i, replace)
    }
  }
  return mutants
}

type Replace = (at: number, end: number, by: string, why: string) => void

/** `x and y` becomes `x`, and `y`. */
function dropOperands(tokens: Token[], i: number, replace: Replace): void {
  const here = tokens[i] as Token
  const ends = (one: Token) =>
    one.depth < here.depth ||
    (one.depth === here.depth && (ENDS.has(one.text) || (one.text === 'and' && here.text === 'and')))
  const after = tokens.slice(i + 1)
  const stop = after.findIndex(ends)
  const right = stop < 0 ? after : after.slice(0, stop)
  replace(here.at, right.at(-1)?.end ?? here.end, '', 'dropped')
  const reversed = tokens.slice(0, i).reverse()
  const start = reversed.findIndex(ends)
  const first = tokens[start < 0 ? 0 : i - start]
  if (first && first.at < here.at) replace(first.at, here.end, '', 'dropped')
}

/** Each arm of a union goes; and what occurs twice counts once, or twice. */
function dropArms(tokens: Token[], i: number, replace: Replace): void {
  const here = tokens[i] as Token
  const all = tokens[i + 1]?.text === 'all' ? (tokens[i + 1] as Token) : undefined
  const same = (one: Token) => one.depth < here.depth || (one.depth === here.depth && one.text === 'union')
  const after = tokens.findIndex((one, k) => k > i && same(one))
  const end = tokens[(after < 0 ? tokens.length : after) - 1] as Token
  replace(here.at, end.end, '', 'arm dropped')
  const before = tokens.slice(0, i).findLastIndex(same)
  // The first arm, up to the first union; the others go with the union before them.
  if (tokens[before]?.text !== 'union')
    replace((tokens[before + 1] as Token).at, (all ?? here).end, '', 'arm dropped')
  replace(here.at, (all ?? here).end, all ? 'union' : 'union all', 'swapped')
}

/** Each level or profile that a list or a comparison names is left out, and each other one let in. */
function changeList(tokens: Token[], i: number, replace: Replace): void {
  const here = tokens[i] as Token
  const open = here.text === 'in' && tokens[i + 1]?.text === '('
  const close = open ? tokens.findIndex((one, k) => k > i && one.text === ')') : i + 1
  const names = tokens
    .slice(open ? i + 2 : i + 1, open ? close : close + 1)
    .filter(({ text }) => text.startsWith("'"))
  const words = names.map(({ text }) => text.slice(1, -1))
  const known = [LEVELS, PROFILES].find(
    (list) => words.length > 0 && words.every((word) => list.includes(word)),
  )
  if (!known || !(open || here.text === '=')) return
  const write = (list: string[]) => `in (${list.map((word) => `'${word}'`).join(', ')})`
  const end = tokens[close]?.end ?? here.end
  for (const word of known)
    if (!words.includes(word)) replace(here.at, end, write([...words, word]), 'let in')
    else if (words.length > 1) replace(here.at, end, write(words.filter((one) => one !== word)), 'left out')
}

/** The tokens of each sql`…`, an interpolation being one; those within interpolations have lists of their own. */
function templates(source: string): Token[][] {
  const found: Token[][] = []
  /** Reads from after the opening backtick; gives where the closing one is. */
  function read(from: number): number {
    const tokens: Token[] = []
    found.push(tokens)
    let depth = 0
    let at = from
    while (source[at] !== '`') {
      const rest = source.slice(at)
      const space = /^\s+/.exec(rest)?.[0]
      if (space) {
        at += space.length
        continue
      }
      const text = rest.startsWith('${')
        ? source.slice(at, skip(at + 2))
        : (/^(?:'[^']*'|[\w.]+(?:::[\w[\]]+)?|<>|>=|<=|::[\w[\]]+)/.exec(rest)?.[0] ?? rest[0] ?? '')
      if (text === ')') depth--
      tokens.push({ text, at, end: at + text.length, depth })
      if (text === '(') depth++
      at += text.length
    }
    return at
  }
  /** From within an interpolation to after its end. */
  function skip(from: number): number {
    let depth = 1
    let at = from
    for (; depth > 0; at++) {
      if (source.startsWith('sql`', at)) at = read(at + 4)
      else if (source[at] === '{') depth++
      else if (source[at] === '}') depth--
    }
    return at
  }
  for (let at = source.indexOf('sql`'); at >= 0; at = source.indexOf('sql`', at)) at = read(at + 4) + 1
  return found
}
