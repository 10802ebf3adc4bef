import type { KeyboardEvent } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import type { Gesture } from './selection.ts'

/** What a key does to the selection, if it does anything. */
export function gestureOfKey(
  { key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent,
  {
    items,
    at,
    columns,
    page,
  }: {
    items: readonly Item[]
    /** Where the keyboard is. */
    at: number
    columns: number
    /** Lines in a screen. */
    page: number
  },
): Gesture | null {
  const mod = ctrlKey || metaKey
  if (altKey) return null
  if (mod && key.toLowerCase() === 'a') return { kind: 'all' }
  if (key === 'Escape') return { kind: 'clear' }
  const here = items[at]
  if (key === ' ' && here) return { kind: shiftKey ? 'range' : 'toggle', id: here.id }
  const steps: Record<string, number> = {
    ArrowDown: columns,
    ArrowUp: -columns,
    PageDown: page * columns,
    PageUp: -page * columns,
    Home: -items.length,
    End: items.length,
    ...(columns > 1 && { ArrowRight: 1, ArrowLeft: -1 }),
  }
  const step = steps[key]
  if (step === undefined) return null
  const to = at + step
  // From the last full line down, the last item; otherwise the edge holds.
  const edge = Math.max(0, Math.min(items.length - 1, to))
  const stays = Math.abs(step) === columns && (to < 0 || to >= items.length) && columns > 1
  const goal = items[stays ? (to < 0 ? at : Math.max(at, edge)) : edge]
  if (!goal) return null
  return { kind: shiftKey ? 'range' : 'go', id: goal.id }
}
