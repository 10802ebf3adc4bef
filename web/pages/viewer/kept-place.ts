import { type RefObject, useEffect } from 'react'

/**
 * Keeps what is read where it is while pages learn their size or the screen turns: the first page in view that is
 * drawn, or the first. Not every browser does so by itself.
 */
export function useKeptPlace(scroller: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const view = scroller.current
    const content = view?.firstElementChild
    if (!view || !content) return
    let place: Place | null = null
    const note = () => {
      place = placeOf(view)
    }
    const restore = new ResizeObserver(() => {
      if (!place) return
      const { page, across, down } = place
      const left = page.offsetLeft + toPixels(across, page.offsetWidth)
      const top = page.offsetTop + toPixels(down, page.offsetHeight)
      view.scrollTo({ left, top, behavior: 'instant' })
    })
    restore.observe(content)
    view.addEventListener('scroll', note, { passive: true })
    return () => {
      restore.disconnect()
      view.removeEventListener('scroll', note)
    }
  }, [scroller])
}

/** Where the corner of what is seen lies in a page. */
interface Place {
  page: HTMLElement
  across: number
  down: number
}

function placeOf(view: HTMLElement): Place | null {
  const { scrollTop: top, scrollLeft: left, clientHeight } = view
  const seen = [...view.querySelectorAll<HTMLElement>('[data-page]')].filter(
    ({ offsetTop, offsetHeight }) => offsetTop + offsetHeight > top && offsetTop < top + clientHeight,
  )
  const page = seen.find((one) => one.hasChildNodes()) ?? seen[0]
  if (!page) return null
  return {
    page,
    across: toPart(left - page.offsetLeft, page.offsetWidth),
    down: toPart(top - page.offsetTop, page.offsetHeight),
  }
}

/** A part of a page's size; what lies before the page stays in pixels, as gaps and margins do. */
function toPart(pixels: number, size: number): number {
  return pixels < 0 ? pixels : pixels / size
}

function toPixels(part: number, size: number): number {
  return part < 0 ? part : part * size
}
