import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { AUDIT_ACTIONS } from '../../core/api/audit.ts'
import { ERRORS } from '../../core/errors.ts'
import { LANGUAGES, type Language } from '../../web/format.ts'
import { PARTS, WORDS } from '../messages.ts'

const messages: Record<Language, Record<string, string>> = WORDS
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
    for (const action of Object.values(AUDIT_ACTIONS).flat())
      assert.ok(messages[language][`audit_action_${action}`], action)
    for (const [key, sentence] of Object.entries(messages[language])) {
      assert.equal(sentence, sentence.trim(), key)
      assert.notEqual(sentence, '', key)
    }
  })
}

test('a full storage is told in words for clients too, who know no administrator', () => {
  for (const language of LANGUAGES) assert.doesNotMatch(messages[language].error_quota_full ?? '', /admin/)
})

test('French punctuation stands apart, and no line ends before it', () => {
  for (const [key, whole] of Object.entries(WORDS.fr)) {
    const sentence = whole.replace(/\{\{.*?\}\}/g, 'x')
    assert.doesNotMatch(sentence, /[^\u202f][?!;](?=\s|$|\u00a0»)/u, key)
    assert.doesNotMatch(sentence, /[^\u00a0]:(?=\s|$)|«[^\u00a0]|[^\u00a0]»/u, key)
  }
})

test('no sentence stands in two parts, and each part has the same keys in each language', () => {
  const seen = new Map<string, string>()
  for (const [part, languages] of Object.entries(PARTS)) {
    for (const key of Object.keys(languages.en)) {
      assert.equal(seen.get(key), undefined, `${key} of ${part}`)
      seen.set(key, part)
    }
    const stemsOf = (language: Language) => [
      ...new Set(Object.keys(languages[language]).map((key) => key.replace(PLURAL, ''))),
    ]
    for (const language of LANGUAGES) assert.deepEqual(stemsOf(language).sort(), stemsOf('en').sort(), part)
  }
})

/** The parts that are surely there when a file of the web runs: those fetched on every way to it. */
function partsAtHand(): Map<string, Set<string>> {
  const web = join(import.meta.dirname, '../../web')
  const found = new Map<string, Set<string>>()
  const visit = (file: string, parts: Set<string>) => {
    const before = found.get(file)
    const now = before ? before.intersection(parts) : parts
    if (before && before.size === now.size) return
    found.set(file, now)
    const text = readFileSync(file, 'utf8').replace(/^import type .*$/gm, '')
    const follow = (path: string, more: string[]) => {
      const target = join(dirname(file), path)
      if (/\.tsx?$/.test(target) && existsSync(target)) visit(target, now.union(new Set(more)))
    }
    for (const [, path = ''] of text.matchAll(/(?:from|import) '(\.[^']+)'/g)) follow(path, [])
    const lazily = /import\('(\.[^']+)'\)((?:,\s*'[a-z]+')*)/g
    for (const [, path = '', parts = ''] of text.matchAll(lazily)) {
      follow(path, parts.match(/[a-z]+/g) ?? [])
    }
  }
  visit(join(web, 'main.tsx'), new Set(['common']))
  return found
}

test('what a page says is fetched with it', () => {
  const home = new Map(
    Object.entries(PARTS).flatMap(([part, { en }]) =>
      Object.keys(en).map((key): [string, string] => [key.replace(PLURAL, ''), part]),
    ),
  )
  const missing = [...partsAtHand()].flatMap(([file, parts]) => {
    const text = readFileSync(file, 'utf8')
    const named = [...text.matchAll(/'([a-z]\w+)'/g)].map(([, key = '']) => key)
    // Keys that are made: `level_${level}`.
    const begun = [...text.matchAll(/`([a-z]\w*_)\$\{/g)].flatMap(([, start = '']) =>
      [...home.keys()].filter((key) => key.startsWith(start)),
    )
    return [...named, ...begun]
      .map((key) => ({ file, key, part: home.get(key) }))
      .filter(({ part }) => part && !parts.has(part))
  })
  assert.deepEqual(missing, [])
})
