import type { Language } from '../../web/format.ts'
import en from '../../web/messages/en.json' with { type: 'json' }
import es from '../../web/messages/es.json' with { type: 'json' }
import fr from '../../web/messages/fr.json' with { type: 'json' }

/** What the screens say, by its key. */
export type Words = typeof en

export const WORDS: Record<Language, Words> = { en, fr, es }
