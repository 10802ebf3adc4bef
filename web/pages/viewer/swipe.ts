import { type TouchEvent, useRef } from 'react'

/** Points that a finger goes before it means something. */
const ENOUGH = 56

/** A finger going to a side, unless it moves within something zoomed, or on a player's own controls. */
export function useSwipe({ onLeft, onRight }: { onLeft: () => void; onRight: () => void }) {
  const start = useRef<{ x: number; y: number } | null>(null)
  return {
    onTouchStart({ touches, target }: TouchEvent) {
      const finger = touches[0]
      const taken = target instanceof Element && target.closest('[data-zoomed], video, audio, dialog')
      start.current =
        finger && touches.length === 1 && !taken ? { x: finger.clientX, y: finger.clientY } : null
    },
    onTouchEnd({ changedTouches }: TouchEvent) {
      const finger = changedTouches[0]
      if (!finger || !start.current) return
      const x = finger.clientX - start.current.x
      const y = finger.clientY - start.current.y
      start.current = null
      if (Math.abs(x) < ENOUGH || Math.abs(x) < 2 * Math.abs(y)) return
      // Whoever selects text means the text.
      if (getSelection()?.isCollapsed === false) return
      if (x < 0) onLeft()
      else onRight()
    },
    onTouchCancel() {
      start.current = null
    },
  }
}
