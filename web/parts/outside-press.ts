import { type MouseEvent, type PointerEvent, useRef } from 'react'

/**
 * For a `<dialog>`: a press that begins and ends outside what it holds. One that began inside is none, though what was
 * pressed may have moved away meanwhile.
 */
export function useOutsidePress(run: (() => void) | undefined) {
  const began = useRef(false)
  const isOutside = ({ target, currentTarget }: MouseEvent) => target === currentTarget
  return {
    onPointerDown: (event: PointerEvent) => {
      began.current = isOutside(event)
    },
    onClick: (event: MouseEvent) => {
      if (began.current && isOutside(event)) run?.()
    },
  }
}
