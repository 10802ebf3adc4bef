import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Language } from '../web/format.ts'
import type { MessageKey } from '../web/i18n.ts'

const folder = join(import.meta.dirname, '../web/messages')

/** The sentences of each part of the app, by part and language. */
export const PARTS: Record<string, Record<Language, Record<string, string>>> = {}
for (const file of (await readdir(folder)).toSorted()) {
  const [part = '', language = ''] = file.split('.')
  PARTS[part] ??= { en: {}, fr: {}, es: {} }
  PARTS[part][language as Language] = JSON.parse(await readFile(join(folder, file), 'utf8'))
}

/** What the screens say, by its key; plurals by key and form. */
export type Words = Record<MessageKey | `${MessageKey}_${'one' | 'other'}`, string>

function all(language: Language): Words {
  return Object.assign({}, ...Object.values(PARTS).map((part) => part[language]))
}

export const WORDS: Record<Language, Words> = { en: all('en'), fr: all('fr'), es: all('es') }
