import { type KeyboardEvent, type MouseEvent, type PointerEvent, useRef } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { abilitiesOf } from './abilities.ts'
import type { ItemActions } from './item-actions.tsx'
import { gestureOfKey } from './keys.ts'
import type { Gesture } from './selection.ts'

const LONG_PRESS_MS = 450
/** Bars that stand over the lines, not counted among those of a screen. */
const BARS = 240

/**
 * What presses mean on items marked with `data-id`, by one set of handlers for all of them. A mouse opens by the
 * name (`data-open`) or a double click and selects by a click elsewhere or the box (`data-tick`); a finger opens,
 * and selects by a long press, after which it goes on selecting until nothing is selected.
 */
export function useGestures({
  items,
  selected,
  columns,
  lineHeight,
  gesture,
  actions,
  canSelect,
  onKeyMove,
}: {
  items: readonly Item[]
  selected: readonly Item[]
  columns: number
  lineHeight: number
  gesture: (gesture: Gesture) => void
  actions: ItemActions
  canSelect: boolean
  /** The keyboard's focus is about to go elsewhere. */
  onKeyMove: () => void
}) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const heldLong = useRef(false)
  const letGo = () => clearTimeout(timer.current)

  const find = (target: EventTarget) => {
    const id = target instanceof Element ? target.closest<HTMLElement>('[data-id]')?.dataset.id : undefined
    return items.find((item) => item.id === id)
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    const item = find(event.target)
    if (!item || event.defaultPrevented) return
    // Space and Enter belong to the button or link that has the focus.
    const onItem = event.target instanceof HTMLElement && event.target.dataset.id === item.id
    const chosen = selected.includes(item) ? selected : [item]
    const page = Math.max(1, Math.floor((innerHeight - BARS) / lineHeight))
    const made = gestureOfKey(event, { items, at: items.indexOf(item), columns, page })
    if (made) {
      if ((event.key === ' ' && !onItem) || (made.kind === 'clear' && selected.length === 0)) return
      if ('id' in made) onKeyMove()
      if (canSelect) gesture(made)
      else if ('id' in made) gesture({ kind: 'go', id: made.id })
    } else if (event.key === 'Enter' && onItem) actions.open(item)
    else if (event.key === 'F2' && abilitiesOf([item]).rename) actions.rename(item)
    else if (event.key === 'Delete' && abilitiesOf(chosen).delete) actions.delete(chosen)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  function onClick(event: MouseEvent<HTMLElement>): void {
    const { target, shiftKey, nativeEvent } = event
    const item = find(target)
    // What is drawn elsewhere in the page, such as a menu, passes its clicks on by the tree of components.
    if (!item || !(target instanceof Element) || !event.currentTarget.contains(target)) return
    const mod = event.ctrlKey || event.metaKey
    const { id } = item
    const finger = nativeEvent instanceof globalThis.PointerEvent && nativeEvent.pointerType === 'touch'
    const opens = target.closest('[data-open]') !== null && !shiftKey && !mod
    if (target.closest('a')) event.preventDefault()
    if (target.closest('[data-menu]')) gesture({ kind: 'go', id })
    else if (canSelect && target.closest('[data-tick]')) gesture({ kind: shiftKey ? 'range' : 'toggle', id })
    else if (canSelect && finger && selected.length > 0) gesture({ kind: 'toggle', id })
    else if (opens || finger) actions.open(item)
    else if (canSelect) gesture({ kind: shiftKey ? 'range' : mod ? 'toggle' : 'only', id })
    else gesture({ kind: 'go', id })
  }

  return {
    onKeyDown,
    onClick,
    onClickCapture(event: MouseEvent): void {
      // The end of the press that began a selection must do nothing more.
      if (!heldLong.current) return
      heldLong.current = false
      event.preventDefault()
      event.stopPropagation()
    },
    onDoubleClick(event: MouseEvent): void {
      const item = find(event.target)
      const control = event.target instanceof Element && event.target.closest('button, input, a')
      if (item && !control && !event.shiftKey) actions.open(item)
    },
    onPointerDown({ target, pointerType }: PointerEvent): void {
      heldLong.current = false
      const item = find(target)
      const control = target instanceof Element && target.closest('button, input')
      if (pointerType !== 'touch' || !item || !canSelect || control) return
      timer.current = setTimeout(() => {
        heldLong.current = true
        gesture({ kind: 'toggle', id: item.id })
      }, LONG_PRESS_MS)
    },
    onPointerUp: letGo,
    onPointerCancel: letGo,
    onContextMenu(event: MouseEvent): void {
      const { target, shiftKey, nativeEvent } = event
      const row = target instanceof Element ? target.closest('[data-id]') : null
      if (!row || shiftKey) return
      event.preventDefault()
      const finger = nativeEvent instanceof globalThis.PointerEvent && nativeEvent.pointerType === 'touch'
      if (!finger) row.querySelector<HTMLElement>('[data-menu]')?.click()
    },
  }
}
