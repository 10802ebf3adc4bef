import { type TouchEvent, type UIEvent, useRef, useState } from 'react'

/**
 * For the stage: `data-reading` while a finger goes on through what is scrolled in it, until it goes back or the end is
 * reached. What zooming scrolls is no reading.
 */
export function useReading(itemId: string) {
  const [reading, setReading] = useState<string | null>(null)
  const byFinger = useRef(false)
  const before = useRef({ itemId, top: 0 })

  return {
    'data-reading': reading === itemId || undefined,
    onTouchStartCapture({ touches, target }: TouchEvent) {
      byFinger.current = touches.length === 1 && target instanceof Element && !target.closest('button')
    },
    onScrollCapture({ target }: UIEvent) {
      if (!(target instanceof Element)) return
      const { scrollTop: top, scrollHeight, clientHeight } = target
      const from = before.current.itemId === itemId ? before.current.top : 0
      before.current = { itemId, top }
      if (top < from || top + clientHeight >= scrollHeight - 1) setReading(null)
      else if (top > from && byFinger.current) setReading(itemId)
    },
  }
}
