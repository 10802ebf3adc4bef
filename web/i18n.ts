import { createInstance } from 'i18next'
import { useMemo, useSyncExternalStore } from 'react'
import { recall, remember } from './device.ts'
import { createFormat, type Format, LANGUAGES, type Language } from './format.ts'
import type administration from './messages/administration.en.json'
import type changes from './messages/changes.en.json'
import type client from './messages/client.en.json'
import type common from './messages/common.en.json'
import type involvement from './messages/involvement.en.json'
import type lives from './messages/lives.en.json'
import type openings from './messages/openings.en.json'
import type professional from './messages/professional.en.json'
import type security from './messages/security.en.json'
import type sheets from './messages/sheets.en.json'
import type uploads from './messages/uploads.en.json'
import type viewer from './messages/viewer.en.json'
import type welcome from './messages/welcome.en.json'

/** Sentences come in parts: the common ones at once, the others with the pages that say them (`withMessages`). */
type Messages = {
  common: typeof common
  changes: typeof changes
  client: typeof client
  professional: typeof professional
  involvement: typeof involvement
  administration: typeof administration
  lives: typeof lives
  openings: typeof openings
  security: typeof security
  sheets: typeof sheets
  uploads: typeof uploads
  viewer: typeof viewer
  welcome: typeof welcome
}
type Part = keyof Messages

type Stem<Key> = Key extends `${infer Base}_${'one' | 'many' | 'other'}` ? Base : Key

/** A key of web/messages; of a plural, its stem: pass `count`, written with `{{count, number}}`. */
export type MessageKey = { [P in Part]: Stem<keyof Messages[P] & string> }[Part]
export type Translate = (key: MessageKey, params?: Record<string, string | number>) => string

const files = import.meta.glob<Record<string, string>>('./messages/*.json', { import: 'default' })

const i18n = createInstance()
const started = i18n.init({
  fallbackLng: false,
  keySeparator: false,
  nsSeparator: false,
  // React escapes by itself.
  interpolation: { escapeValue: false },
})

function isLanguage(value: unknown): value is Language {
  return (LANGUAGES as readonly unknown[]).includes(value)
}

function savedLanguage(): Language | null {
  const saved = recall('language')
  return isLanguage(saved) ? saved : null
}

/** The language to begin in, before one knows who it is: the one chosen here before, else the browser's. */
export function firstLanguage(): Language {
  const wished = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage)
  return savedLanguage() ?? wished ?? 'en'
}

let shown: Language | null = null
const needed = new Set<Part>(['common'])
const fetched = new Map<string, Promise<void>>()

function fetchPart(part: Part, language: Language): Promise<void> {
  const file = `./messages/${part}.${language}.json`
  const fetching = fetched.get(file) ?? addPart(file, language)
  fetched.set(file, fetching)
  // Tried again by whoever needs it next.
  fetching.catch(() => fetched.delete(file))
  return fetching
}

async function addPart(file: string, language: Language): Promise<void> {
  const [sentences] = await Promise.all([files[file]?.(), started])
  i18n.addResourceBundle(language, 'translation', sentences, true)
}

/** A part of the app together with the sentences that it says, in whatever language is shown by then. */
export async function withMessages<Module>(module: Promise<Module>, ...parts: Part[]): Promise<Module> {
  for (const part of parts) needed.add(part)
  const language = shown
  const sentences = language ? parts.map((part) => fetchPart(part, language)) : []
  // Both at once: should the sentences be late, a module that fails is still waited for.
  const [loaded] = await Promise.all([module, Promise.all(sentences)])
  return loaded
}

/** Shows the app in a language, fetching the sentences needed so far, and remembers it on this device. */
export async function showLanguage(language: Language): Promise<void> {
  const before = shown
  // Parts that are asked for meanwhile come in this language too.
  shown = language
  try {
    await Promise.all([...needed].map((part) => fetchPart(part, language)))
  } catch (error) {
    shown = before
    throw error
  }
  remember('language', language)
  document.documentElement.lang = language
  await i18n.changeLanguage(language)
}

/** The sentence of a key in the language shown now; components take it from `useT`, so as to follow a change. */
export const t: Translate = (key, params) => i18n.t(key, params ?? {}) as string

/** Whether a key exists, for keys made from data such as error codes. */
export function isMessageKey(key: string): key is MessageKey {
  return i18n.exists(key)
}

function subscribe(changed: () => void): () => void {
  i18n.on('languageChanged', changed)
  return () => i18n.off('languageChanged', changed)
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, () => i18n.language as Language)
}

export function useT(): Translate {
  const language = useLanguage()
  return useMemo(() => i18n.getFixedT(language) as unknown as Translate, [language])
}

const formats = new Map<Language, Format>()

/** One for all who ask: a list asks for each of its rows, and the browser takes long to make one. */
export function useFormat(): Format {
  const language = useLanguage()
  const format = formats.get(language) ?? createFormat(language)
  formats.set(language, format)
  return format
}
