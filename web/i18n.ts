import { createInstance } from 'i18next'
import { useMemo, useSyncExternalStore } from 'react'
import { recall, remember } from './device.ts'
import { createFormat, type Format, LANGUAGES, type Language } from './format.ts'
import type en from './messages/en.json'

type Stem<Key> = Key extends `${infer Base}_${'one' | 'many' | 'other'}` ? Base : Key

/** A key of web/messages; of a plural, its stem: pass `count`, written with `{{count, number}}`. */
export type MessageKey = Stem<keyof typeof en>
export type Translate = (key: MessageKey, params?: Record<string, string | number>) => string

const messages = {
  en: () => import('./messages/en.json', { with: { type: 'json' } }),
  fr: () => import('./messages/fr.json', { with: { type: 'json' } }),
  es: () => import('./messages/es.json', { with: { type: 'json' } }),
} satisfies Record<Language, () => Promise<{ default: Record<string, string> }>>

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

/** Shows the app in a language, loading its messages if need be, and remembers it on this device. */
export async function showLanguage(language: Language): Promise<void> {
  await started
  if (!i18n.hasResourceBundle(language, 'translation')) {
    i18n.addResourceBundle(language, 'translation', (await messages[language]()).default)
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
