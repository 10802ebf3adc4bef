/**
 * Names of items as people write them. A name is display data: it never reaches a path on the disk, so
 * everything a person may want is allowed but what would break a listing, a download or a ZIP.
 */
const NAME_LENGTH = 255

/** The name of a professional whose account was erased; screens say it in their reader's language. */
export const FORMER_MEMBER = 'former member'

export type NameProblem = 'name_empty' | 'name_too_long' | 'name_characters'

/** Unicode NFC, one line, no white space at the ends. */
export function tidyName(raw: string): string {
  return raw.normalize('NFC').replace(/\s+/gu, ' ').trim()
}

/**
 * Why a tidied name is refused, or null. `.` and `..` mean folders to every file system; slashes separate them;
 * control characters, lone surrogates and direction overrides make a name look like another.
 */
export function nameProblem(name: string): NameProblem | null {
  if (name === '') return 'name_empty'
  if ([...name].length > NAME_LENGTH) return 'name_too_long'
  if (name === '.' || name === '..') return 'name_characters'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[/\\\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(name))
    return 'name_characters'
  return name.isWellFormed() ? null : 'name_characters'
}

/** Splits "Plan v2.pdf" into its stem and its ending, the dot included; "" where there is none. */
export function splitName(name: string): { stem: string; ending: string } {
  const dot = name.lastIndexOf('.')
  return dot > 0 && name.length - dot <= 12
    ? { stem: name.slice(0, dot), ending: name.slice(dot) }
    : { stem: name, ending: '' }
}

/** What Windows, macOS or Linux would not take as the name of a file is replaced by `_`. */
export function portableName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  const { stem, ending } = splitName(name.replace(/[<>:"/\\|?*\u0000-\u001f]/g, '_'))
  let short = stem
  while (new TextEncoder().encode(short + ending).length > 200) short = [...short].slice(0, -1).join('')
  const whole = `${short}${ending}`.replace(/[. ]+$/, '_')
  return /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])\s*(\.|$)/i.test(whole) ? `_${whole}` : whole
}

/**
 * The name, or the next one free such as "Plan (2).pdf". `taken`, to which it is added, is blind to case; of each name
 * it holds the number to try next.
 */
export function freeName(name: string, taken: Map<string, number>): string {
  const { stem, ending } = splitName(name)
  const key = name.toLowerCase()
  let next = taken.get(key) ?? 1
  let free = name
  if (taken.has(key)) {
    do free = `${stem} (${++next})${ending}`
    while (taken.has(free.toLowerCase()))
    taken.set(free.toLowerCase(), 1)
  }
  taken.set(key, next)
  return free
}
