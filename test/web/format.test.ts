import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFormat } from '../../web/format.ts'

const now = new Date(2025, 10, 21, 0, 30)

/** No-break spaces as plain ones, so that the expectations can be read. */
function plain(text: string): string {
  return text.replace(/[\u00a0\u202f]/g, ' ')
}

test('the days nearest have names, the rest a date, with its year if it is another', () => {
  const cases = [
    [new Date(2025, 10, 21, 0, 0), 'Today', 'Aujourd’hui', 'Hoy'],
    [new Date(2025, 10, 20, 23, 59), 'Yesterday', 'Hier', 'Ayer'],
    [new Date(2025, 10, 19, 23, 59), '19 Nov', '19 nov.', '19 nov'],
    [new Date(2024, 10, 12), '12 Nov 2024', '12 nov. 2024', '12 nov 2024'],
  ] as const
  for (const [date, en, fr, es] of cases) {
    assert.equal(createFormat('en').date(date, now), en)
    assert.equal(plain(createFormat('fr').date(date, now)).replace("'", '’'), fr)
    assert.equal(plain(createFormat('es').date(date, now)), es)
  }
})

test('a day that daylight saving shortens is still yesterday', () => {
  const before = new Date(2025, 2, 8, 12)
  assert.equal(createFormat('en').date(before, new Date(2025, 2, 9, 12)), 'Yesterday')
})

test('sizes are short, in the units of the language', () => {
  const sizes = [0, 1, 999, 1000, 1234, 999_499, 999_500, 1_200_000, 9_960_000, 84_000_000, 5_000_000_000]
  const written = [
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1 kB',
    '1.2 kB',
    '999 kB',
    '1 MB',
    '1.2 MB',
    '10 MB',
    '84 MB',
    '5 GB',
  ]
  assert.deepEqual(
    sizes.map((size) => plain(createFormat('en').size(size))),
    written,
  )
  assert.equal(plain(createFormat('fr').size(1_200_000)), '1,2 Mo')
  assert.equal(plain(createFormat('fr').size(12)), '12 octets')
  assert.equal(plain(createFormat('es').size(1_200_000)), '1,2 MB')
})

test('names are listed as one says them', () => {
  assert.equal(createFormat('en').list(['You', 'Léa', 'Marc']), 'You, Léa and Marc')
  assert.equal(createFormat('fr').list(['Vous', 'Léa']), 'Vous et Léa')
  assert.equal(createFormat('es').list(['Tú', 'Inés']), 'Tú e Inés')
})
