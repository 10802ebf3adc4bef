import { type RefObject, useEffect, useRef, useState } from 'react'

const STEP = 1.25

interface Point {
  x: number
  y: number
}

/**
 * Zooms the content of a scroller, which sizes itself by `--zoom`: pinching, ctrl and the wheel, + − and 0, and the
 * buttons that call `zoomBy`. The point under the fingers or the pointer stays where it is.
 */
export function useZoom(
  scroller: RefObject<HTMLElement | null>,
  { least, most }: { least: number; most: number },
) {
  const [zoom, setZoom] = useState(1)
  const now = useRef(1)

  const zoomTo = useRef((wished: number, around?: Point) => {
    const view = scroller.current
    const content = view?.firstElementChild
    const next = Math.min(most, Math.max(least, wished))
    if (!view || !content || next === now.current) return
    const frame = view.getBoundingClientRect()
    const point = around ?? { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 }
    const before = content.getBoundingClientRect()
    now.current = next
    view.style.setProperty('--zoom', String(next))
    view.toggleAttribute('data-zoomed', next > 1)
    const after = content.getBoundingClientRect()
    view.scrollLeft += after.left + (after.width * (point.x - before.left)) / before.width - point.x
    view.scrollTop += after.top + (after.height * (point.y - before.top)) / before.height - point.y
    setZoom(next)
  }).current

  useEffect(() => {
    const view = scroller.current
    if (!view) return
    let pinch: { spread: number; zoom: number } | null = null

    function start({ touches: [first, second] }: TouchEvent): void {
      pinch = first && second ? { spread: spreadOf(first, second), zoom: now.current } : null
    }
    function move(event: TouchEvent): void {
      const [first, second] = event.touches
      if (!pinch || !first || !second) return
      event.preventDefault()
      zoomTo((pinch.zoom * spreadOf(first, second)) / pinch.spread, {
        x: (first.clientX + second.clientX) / 2,
        y: (first.clientY + second.clientY) / 2,
      })
    }
    function wheel(event: WheelEvent): void {
      if (!event.ctrlKey) return
      event.preventDefault()
      zoomTo(now.current * Math.exp(-event.deltaY / 200), { x: event.clientX, y: event.clientY })
    }
    function press({ key, target, altKey, ctrlKey, metaKey }: KeyboardEvent): void {
      const typing = target instanceof Element && target.closest('input, textarea, select, dialog')
      if (typing || altKey || ctrlKey || metaKey) return
      if (key === '+' || key === '=') zoomTo(now.current * STEP)
      if (key === '-') zoomTo(now.current / STEP)
      if (key === '0') zoomTo(1)
    }

    // Two fingers must never reach the browser's own zoom: React's listeners could not refuse it.
    view.addEventListener('touchstart', start)
    view.addEventListener('touchmove', move, { passive: false })
    view.addEventListener('wheel', wheel, { passive: false })
    addEventListener('keydown', press)
    return () => {
      view.removeEventListener('touchstart', start)
      view.removeEventListener('touchmove', move)
      view.removeEventListener('wheel', wheel)
      removeEventListener('keydown', press)
    }
  }, [scroller, zoomTo])

  return {
    zoom,
    /** Nearer or farther by a step. */
    nearer: () => zoomTo(now.current * STEP),
    farther: () => zoomTo(now.current / STEP),
    reset: () => zoomTo(1),
    zoomTo,
    canGoNearer: zoom < most,
    canGoFarther: zoom > least,
  }
}

function spreadOf(first: Touch, second: Touch): number {
  return Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY)
}
