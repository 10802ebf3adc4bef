import { useEffect, useRef } from 'react'
import css from './tooltip.module.css'

const DELAY = 500

/**
 * Shows the label of any icon button under a resting mouse or a keyboard's focus; Escape hides it. One for the
 * whole app, mounted once: buttons only carry `data-tooltip`. Screen readers have the label itself.
 */
export function Tooltips() {
  const bubble = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const tip = bubble.current
    if (!tip) return
    let owner: Element | null = null
    let timer: ReturnType<typeof setTimeout> | undefined

    function hide() {
      clearTimeout(timer)
      owner = null
      if (tip?.matches(':popover-open')) tip.hidePopover()
    }

    function show(target: Element) {
      if (!tip || !target.isConnected || target.getAttribute('aria-expanded') === 'true') return
      tip.textContent = target.getAttribute('aria-label')
      tip.showPopover()
      const place = target.getBoundingClientRect()
      const above = place.bottom + tip.offsetHeight + 10 > innerHeight
      const middle = place.left + place.width / 2 - tip.offsetWidth / 2
      tip.style.left = `${Math.max(6, Math.min(middle, document.documentElement.clientWidth - tip.offsetWidth - 6))}px`
      tip.style.top = `${above ? place.top - tip.offsetHeight - 6 : place.bottom + 6}px`
    }

    function aim(event: Event, delay: number) {
      const target = event.target instanceof Element ? event.target.closest('[data-tooltip]') : null
      if (target === owner) return
      hide()
      if (!target) return
      owner = target
      timer = setTimeout(() => show(target), delay)
    }

    const over = (event: PointerEvent) => {
      // Going onto the bubble itself must not hide it.
      if (event.pointerType === 'mouse' && event.target !== tip) aim(event, DELAY)
    }
    const focus = (event: Event) => {
      if (event.target instanceof Element && event.target.matches(':focus-visible')) aim(event, 0)
      else hide()
    }
    const key = (event: KeyboardEvent) => {
      if (event.key === 'Escape') hide()
    }
    document.addEventListener('pointerover', over)
    document.addEventListener('focusin', focus)
    document.addEventListener('pointerdown', hide)
    document.addEventListener('keydown', key)
    document.addEventListener('scroll', hide, true)
    return () => {
      hide()
      document.removeEventListener('pointerover', over)
      document.removeEventListener('focusin', focus)
      document.removeEventListener('pointerdown', hide)
      document.removeEventListener('keydown', key)
      document.removeEventListener('scroll', hide, true)
    }
  }, [])

  return (
    <div
      ref={bubble}
      popover="manual"
      aria-hidden="true"
      data-react-aria-top-layer="true"
      className={css.tip}
    />
  )
}
