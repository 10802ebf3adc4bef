import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS } from '../../core/errors.ts'
import { LANGUAGES, type Language } from '../../web/format.ts'
import en from '../../web/messages/en.json' with { type: 'json' }
import es from '../../web/messages/es.json' with { type: 'json' }
import fr from '../../web/messages/fr.json' with { type: 'json' }

const messages: Record<Language, Record<string, string>> = { en, fr, es }
const PLURAL = /_(zero|one|two|few|many|other)$/

/** Stems of plurals, and whole keys of the rest. */
function stems(language: Language): string[] {
  return [...new Set(Object.keys(messages[language]).map((key) => key.replace(PLURAL, '')))].sort()
}

function placeholders(sentence: string): string[] {
  return [...sentence.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)].map((match) => match[1] ?? '').sort()
}

for (const language of LANGUAGES) {
  test(`${language} has the messages of English`, () => {
    assert.deepEqual(stems(language), stems('en'))
  })

  test(`${language} has each plural in each form that it needs, and no other`, () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted()
    const plurals = Object.keys(messages[language]).filter((key) => PLURAL.test(key))
    for (const stem of new Set(plurals.map((key) => key.replace(PLURAL, '')))) {
      const found = plurals.filter((key) => key.replace(PLURAL, '') === stem)
      assert.deepEqual(found.map((key) => key.slice(stem.length + 1)).toSorted(), forms, stem)
    }
  })

  test(`${language} fills in what English fills in`, () => {
    for (const [key, sentence] of Object.entries(messages[language])) {
      const english = messages.en[key] ?? messages.en[key.replace(/_many$/, '_other')] ?? ''
      // "One colleague" may leave the number to the word.
      const count = (name: string) => !(key.endsWith('_one') && name.startsWith('count'))
      assert.deepEqual(placeholders(sentence).filter(count), placeholders(english).filter(count), key)
    }
  })

  test(`${language} has a sentence for every error, and says nothing twice over`, () => {
    for (const code of Object.keys(ERRORS)) assert.ok(messages[language][`error_${code}`], code)
    for (const [key, sentence] of Object.entries(messages[language])) {
      assert.equal(sentence, sentence.trim(), key)
      assert.notEqual(sentence, '', key)
    }
  })
}
