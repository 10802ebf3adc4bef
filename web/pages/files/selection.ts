import { useRef, useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'

export interface Selection {
  ids: ReadonlySet<string>
  /** The item with the keyboard's focus, among those shown. */
  active: string | null
  /** Where a range begins. */
  anchor: string | null
}

const NOTHING: Selection = { ids: new Set(), active: null, anchor: null }

export type Gesture =
  /** The keyboard's focus goes there. */
  | { kind: 'go'; id: string }
  | { kind: 'only'; id: string }
  | { kind: 'toggle'; id: string }
  /** From where the last choice was made to here. */
  | { kind: 'range'; id: string }
  | { kind: 'all' }
  /** Only these of what is selected stay so. */
  | { kind: 'keep'; ids: readonly string[] }
  | { kind: 'clear' }

/** What is selected after a gesture, among the items in the order in which they are shown. */
export function select(before: Selection, gesture: Gesture, order: readonly string[]): Selection {
  if (gesture.kind === 'clear') return { ...before, ids: NOTHING.ids, anchor: null }
  if (gesture.kind === 'all') return { ...before, ids: new Set(order) }
  if (gesture.kind === 'keep') return { ...before, ids: before.ids.intersection(new Set(gesture.ids)) }
  const { id } = gesture
  if (gesture.kind === 'go') return { ...before, active: id }
  if (gesture.kind === 'only') return { ids: new Set([id]), active: id, anchor: id }
  if (gesture.kind === 'toggle') {
    const ids = new Set(before.ids)
    if (!ids.delete(id)) ids.add(id)
    return { ids, active: id, anchor: id }
  }
  const anchor = [before.anchor, before.active].find((one) => one !== null && order.includes(one)) ?? id
  const [from = 0, to = 0] = [order.indexOf(anchor), order.indexOf(id)].sort((a, b) => a - b)
  return { ids: new Set(order.slice(from, to + 1)), active: id, anchor }
}

/** The selection among the items shown; what is gone from them is no more selected. */
export function useSelection(items: readonly Item[]) {
  const [selection, setSelection] = useState(NOTHING)
  const order = items.map(({ id }) => id)
  // Where an item has gone, the keyboard is on the one that came up in its place.
  const place = useRef(0)
  const at = items.findIndex(({ id }) => id === selection.active)
  if (at >= 0) place.current = at
  const active = items[Math.min(place.current, items.length - 1)]
  return {
    selection: { ...selection, active: active?.id ?? null },
    selected: items.filter(({ id }) => selection.ids.has(id)),
    gesture: (gesture: Gesture) => setSelection((before) => select(before, gesture, order)),
    /** Lets go of all, but for where the keyboard is. */
    reset: () => setSelection(({ active }) => ({ ...NOTHING, active })),
  }
}
