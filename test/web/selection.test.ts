import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Item } from '../../core/api/shapes.ts'
import { gestureOfKey } from '../../web/pages/files/keys.ts'
import { type Gesture, type Selection, select } from '../../web/pages/files/selection.ts'

const order = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const nothing: Selection = { ids: new Set(), active: null, anchor: null }

function after(...gestures: Gesture[]): string {
  return [...gestures.reduce((before, gesture) => select(before, gesture, order), nothing).ids]
    .sort()
    .join('')
}

test('a click selects one, with Ctrl one more or one less', () => {
  assert.equal(after({ kind: 'only', id: 'b' }, { kind: 'only', id: 'd' }), 'd')
  assert.equal(after({ kind: 'only', id: 'b' }, { kind: 'toggle', id: 'd' }), 'bd')
  assert.equal(after({ kind: 'only', id: 'b' }, { kind: 'toggle', id: 'b' }), '')
})

test('a range goes from where the last choice was made, either way, and shrinks again', () => {
  const from = { kind: 'only', id: 'd' } as const
  assert.equal(after(from, { kind: 'range', id: 'f' }), 'def')
  assert.equal(after(from, { kind: 'range', id: 'f' }, { kind: 'range', id: 'b' }), 'bcd')
  assert.equal(after(from, { kind: 'range', id: 'f' }, { kind: 'range', id: 'e' }), 'de')
  assert.equal(after({ kind: 'go', id: 'c' }, { kind: 'range', id: 'd' }), 'cd')
})

test('a range whose beginning is gone from the list begins where the keyboard is', () => {
  const before: Selection = { ids: new Set(['gone']), active: 'c', anchor: 'gone' }
  assert.deepEqual([...select(before, { kind: 'range', id: 'e' }, order).ids], ['c', 'd', 'e'])
})

test('going elsewhere keeps the selection; all and clear do what they say', () => {
  assert.equal(after({ kind: 'only', id: 'b' }, { kind: 'go', id: 'f' }), 'b')
  assert.equal(after({ kind: 'all' }), 'abcdefg')
  assert.equal(after({ kind: 'all' }, { kind: 'clear' }), '')
  assert.equal(after({ kind: 'all' }, { kind: 'keep', ids: ['b', 'g', 'x'] }), 'bg')
})

const items = order.map((id) => ({ id }) as Item)
const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false }

function goes(key: string, at: number, columns = 1): string | null {
  const gesture = gestureOfKey({ ...plain, key } as never, { items, at, columns, page: 3 })
  return gesture && 'id' in gesture ? gesture.id : null
}

test('in a list, arrows go by one and stop at the ends; pages, Home and End go far', () => {
  assert.deepEqual([goes('ArrowDown', 0), goes('ArrowUp', 0), goes('ArrowDown', 6)], ['b', 'a', 'g'])
  assert.deepEqual(
    [goes('PageDown', 1), goes('PageUp', 1), goes('End', 2), goes('Home', 2)],
    ['e', 'a', 'g', 'a'],
  )
  assert.equal(goes('ArrowRight', 2), null)
})

test('in a grid, arrows go in both directions', () => {
  assert.deepEqual(
    [goes('ArrowRight', 0, 3), goes('ArrowDown', 0, 3), goes('ArrowUp', 4, 3)],
    ['b', 'd', 'b'],
  )
  assert.equal(goes('ArrowDown', 4, 3), 'g', 'from above the gap of the last line, to the last')
  assert.equal(goes('ArrowUp', 1, 3), 'b', 'the first line holds')
})
