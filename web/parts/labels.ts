const DELAY = 500

/** Shows the labels of `data-tooltip` in a popover, until told otherwise. */
export function showLabels(tip: HTMLElement, signal: AbortSignal): void {
  if (signal.aborted) return
  let owner: Element | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  // A button may go without a word: by what its own press began, or by what came from elsewhere.
  const removals = new MutationObserver(() => owner?.isConnected || hide())

  function hide() {
    clearTimeout(timer)
    removals.disconnect()
    owner = null
    if (tip.matches(':popover-open')) tip.hidePopover()
  }

  function show(target: Element) {
    if (!target.isConnected || target.getAttribute('aria-expanded') === 'true') return
    tip.textContent = target.getAttribute('aria-label')
    tip.showPopover()
    removals.observe(document.body, { childList: true, subtree: true })
    const place = target.getBoundingClientRect()
    const above = place.bottom + tip.offsetHeight + 10 > innerHeight
    const middle = place.left + place.width / 2 - tip.offsetWidth / 2
    tip.style.left = `${Math.max(6, Math.min(middle, document.documentElement.clientWidth - tip.offsetWidth - 6))}px`
    tip.style.top = `${above ? place.top - tip.offsetHeight - 6 : place.bottom + 6}px`
  }

  function aim(at: EventTarget | null, delay: number) {
    const target = at instanceof Element ? at.closest('[data-tooltip]') : null
    if (target === owner) return
    hide()
    if (!target) return
    owner = target
    timer = setTimeout(() => show(target), delay)
  }

  function over(event: PointerEvent) {
    // Going onto the bubble itself must not hide it.
    if (event.pointerType === 'mouse' && event.target !== tip) aim(event.target, DELAY)
  }
  function focus(event: Event) {
    if (event.target instanceof Element && event.target.matches(':focus-visible')) aim(event.target, 0)
    else hide()
  }
  function key(event: KeyboardEvent) {
    if (event.key === 'Escape') hide()
  }
  document.addEventListener('pointerover', over, { signal })
  document.addEventListener('focusin', focus, { signal })
  document.addEventListener('pointerdown', hide, { signal })
  document.addEventListener('click', hide, { signal })
  document.addEventListener('keydown', key, { signal })
  document.addEventListener('scroll', hide, { signal, capture: true })
  signal.addEventListener('abort', hide)
  // The mouse may have come to rest before this was there.
  const rested = document.querySelector('[data-tooltip]:hover')
  if (rested) aim(rested, DELAY)
}
