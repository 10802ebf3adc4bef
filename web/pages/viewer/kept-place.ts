/**
 * Changes how large pages are, and keeps what is read where it is: the first page in view that is drawn, or the first.
 * All in one go: were the place looked up when the browser tells of a scroll, pages could have changed since.
 * @param change puts the new sizes in place before it returns
 */
export function keepPlace(view: HTMLElement, change: () => void): void {
  const place = placeOf(view)
  change()
  if (!place) return
  const { page, across, down } = place
  const left = Math.round(page.offsetLeft + toPixels(across, page.offsetWidth))
  const top = Math.round(page.offsetTop + toPixels(down, page.offsetHeight))
  // A scroll under way ends at any other: what hasn't moved is left alone.
  if (Math.abs(left - view.scrollLeft) > 1 || Math.abs(top - view.scrollTop) > 1) {
    view.scrollTo({ left, top, behavior: 'instant' })
  }
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
