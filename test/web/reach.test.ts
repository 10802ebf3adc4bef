import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createInstance } from 'i18next'
import type { Person, Reach } from '../../core/api/shapes.ts'
import { createFormat, type Language } from '../../web/format.ts'
import type { Translate } from '../../web/i18n.ts'
import { describeChange, describeReach, describeViewers, type Wording } from '../../web/reach.ts'
import { WORDS } from '../messages.ts'

const i18n = createInstance()
await i18n.init({
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
  resources: { en: { translation: WORDS.en }, fr: { translation: WORDS.fr }, es: { translation: WORDS.es } },
})

function wordingIn(language: Language, rest: Partial<Wording> = {}): Wording {
  return {
    t: i18n.getFixedT(language) as unknown as Translate,
    format: createFormat(language),
    space: 'client',
    ...rest,
  }
}

const you: Reach = { you: true, colleagues: [], externals: [], clients: [], branch: null }
const three = ['Ana Ruiz', 'Bruno Roy', 'Chloé Roy']
const all: Reach = { ...you, colleagues: three, externals: ['Élie Gagnon'], clients: ['Zoé Cyr'] }

test('each level says whom it reaches, as a person of that language would', () => {
  const sentences = (language: Language) => {
    const wording = wordingIn(language)
    return [
      describeReach('me', you, wording),
      describeReach('company', you, wording),
      describeReach('branch', { ...you, colleagues: three.slice(0, 2), branch: 'Laval' }, wording),
      describeReach('company', { ...you, colleagues: ['Ana Ruiz'] }, wording),
      describeReach('me_client', { ...you, clients: ['Zoé Cyr'] }, wording),
      describeReach('everybody', all, wording),
    ]
  }
  assert.deepEqual(sentences('en'), [
    'Only you',
    'Only you, for now',
    'You and 2 colleagues of Laval',
    'You and 1 colleague',
    'You and your client',
    'Everyone involved: you, 3 colleagues, 1 external professional and your client',
  ])
  assert.deepEqual(sentences('fr'), [
    'Vous seulement',
    'Vous seulement, pour l’instant',
    'Vous et 2 collègues de la succursale Laval',
    'Vous et 1 collègue',
    'Vous et votre client',
    'Toutes les personnes concernées\u00a0: vous, 3 collègues, 1 intervenant externe et votre client',
  ])
  assert.deepEqual(sentences('es'), [
    'Solo usted',
    'Solo usted, por ahora',
    'Usted y 2 colegas de Laval',
    'Usted y 1 colega',
    'Usted y su cliente',
    'Todas las personas involucradas: usted, 3 colegas, 1 interviniente externo y su cliente',
  ])
})

test('of a group the members are counted, and an empty group is nobody’s client', () => {
  const members = Array.from({ length: 12 }, (_, n) => `Member ${n}`)
  const group = wordingIn('en', { space: 'group' })
  assert.equal(
    describeReach('company_client', { ...all, externals: [], clients: members }, group),
    'You, 3 colleagues and 12 members',
  )
  assert.equal(describeReach('me_client', { ...you, clients: ['Zoé Cyr'] }, group), 'You and 1 member')
  assert.equal(describeReach('me_client', you, group), 'Only you, for now')
  assert.equal(describeReach('me', { ...you, you: false }, group), 'Nobody yet')
})

test('who sees a file now is a sentence with its verb', () => {
  const sentences = (language: Language) => {
    const wording = wordingIn(language)
    return [
      describeViewers(you, wording),
      describeViewers({ ...you, clients: ['Zoé Cyr'] }, wording),
      describeViewers({ ...all, externals: [], branch: 'Laval' }, wording),
      describeViewers({ ...you, you: false, colleagues: ['Ana Ruiz'] }, wording),
    ]
  }
  assert.deepEqual(sentences('en'), [
    'Only you see this file',
    'You and your client see this file',
    'You, 3 colleagues of Laval and your client see this file',
    '1 colleague sees this file',
  ])
  assert.deepEqual(sentences('fr'), [
    'Visible par vous seulement',
    'Visible par vous et votre client',
    'Visible par vous, 3 collègues de la succursale Laval et votre client',
    'Visible par 1 collègue',
  ])
  assert.deepEqual(sentences('es'), [
    'Visible solo para usted',
    'Visible para usted y su cliente',
    'Visible para usted, 3 colegas de Laval y su cliente',
    'Visible para 1 colega',
  ])
})

const person = (as: Person['as'], name: string): Person => ({ as, name })
const nobody = { gain: [], lose: [], folders: [] }
const zoe = person('client', 'Zoé Cyr')

test('a change names who gains and who loses, of files and of folders', () => {
  const change = { ...nobody, gain: three.map((name) => person('colleague', name)) }
  assert.deepEqual(describeChange(change, wordingIn('en')), [
    { text: '3 colleagues will newly see it: Ana Ruiz, Bruno Roy and Chloé Roy.', tone: 'gain' },
    { text: 'Nobody loses access.', tone: 'plain' },
  ])
  // By name, but in the order in which they are counted.
  const wider = {
    ...nobody,
    gain: [person('colleague', 'Ana Ruiz'), zoe, person('external', 'Élie Gagnon')],
  }
  assert.equal(
    describeChange(wider, wordingIn('en'))[0]?.text,
    '1 colleague, 1 external professional and your client will newly see it: Ana Ruiz, Élie Gagnon and Zoé Cyr.',
  )
  const elie = person('external', 'Élie Gagnon')
  const narrowing = {
    gain: [],
    lose: [zoe],
    folders: [
      { name: 'Programme', gain: [], lose: [zoe] },
      { name: 'Notes', gain: [elie], lose: [person('you', 'Ana Ruiz')] },
      { name: 'Photos', gain: [], lose: [zoe] },
    ],
  }
  assert.deepEqual(describeChange(narrowing, wordingIn('en')), [
    { text: 'Folder “Notes” will be visible to 1 external professional (Élie Gagnon).', tone: 'gain' },
    { text: 'Your client will lose access: Zoé Cyr.', tone: 'loss' },
    {
      text: 'Folders “Programme” and “Photos” will no longer be visible to your client (Zoé Cyr).',
      tone: 'loss',
    },
    { text: 'Folder “Notes” will no longer be visible to you.', tone: 'loss' },
  ])
  assert.deepEqual(describeChange(narrowing, wordingIn('fr')).slice(1, 3), [
    { text: 'Votre client n’y aura plus accès\u00a0: Zoé Cyr.', tone: 'loss' },
    {
      text: 'Les dossiers «\u00a0Programme\u00a0» et «\u00a0Photos\u00a0» ne seront plus visibles par votre client (Zoé Cyr).',
      tone: 'loss',
    },
  ])
  assert.deepEqual(describeChange(nobody, wordingIn('es')), [
    { text: 'Nadie gana ni pierde el acceso.', tone: 'plain' },
  ])
})

test('of many, a few are named; to a client they are people; namesakes count twice', () => {
  const many = Array.from({ length: 12 }, (_, n) => person('professional', `P${n}`))
  assert.equal(
    describeChange({ ...nobody, gain: many }, wordingIn('en'))[0]?.text,
    '12 people will newly see it: P0, P1, P2, P3, P4 and 7 others.',
  )
  const namesakes = [person('colleague', 'Ana Ruiz'), person('colleague', 'Ana Ruiz')]
  assert.equal(
    describeChange({ ...nobody, gain: namesakes }, wordingIn('en'))[0]?.text,
    '2 colleagues will newly see it: Ana Ruiz and Ana Ruiz.',
  )
})
