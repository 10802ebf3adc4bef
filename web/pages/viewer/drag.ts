import { type PointerEvent, type RefObject, useRef } from 'react'

/** Moves what a scroller holds by dragging it with a mouse; fingers scroll by themselves. */
export function useDrag(scroller: RefObject<HTMLElement | null>) {
  const last = useRef<{ x: number; y: number } | null>(null)
  return {
    onPointerDown({ pointerType, button, pointerId, clientX: x, clientY: y }: PointerEvent) {
      if (pointerType !== 'mouse' || button !== 0) return
      last.current = { x, y }
      scroller.current?.setPointerCapture(pointerId)
    },
    onPointerMove({ clientX: x, clientY: y }: PointerEvent) {
      if (!last.current) return
      scroller.current?.scrollBy({ left: last.current.x - x, top: last.current.y - y, behavior: 'instant' })
      last.current = { x, y }
    },
    onPointerUp() {
      last.current = null
    },
    onPointerCancel() {
      last.current = null
    },
  }
}
