import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { kindOf } from '../../../core/kinds.ts'
import { contentUrl, previewUrl } from '../../bytes.ts'
import { useFormat, useT } from '../../i18n.ts'
import css from './content.module.css'
import { keepPlace } from './kept-place.ts'
import pdf from './pdf.module.css'
import { openPdf, whyNotOpened } from './pdf-document.ts'
import { PdfPage } from './pdf-page.tsx'
import { Scroller } from './scroller.tsx'
import { Unshowable } from './unshowable.tsx'
import { FirstPage } from './waiting.tsx'
import { useZoom } from './zoom.ts'
import { ZoomBar } from './zoom-bar.tsx'

type State =
  | { is: 'opening' }
  | { is: 'failed'; error: unknown }
  | { is: 'open'; document: PDFDocumentProxy; first: PDFPageProxy }

/** `opening` shows nothing yet; `drawing`, its first page is still to be drawn; `done` too when it could not be opened. */
export type Progress = 'opening' | 'drawing' | 'done'

/** A PDF, or the pages of an office file, one below the other, each as wide as there is room. */
export function PdfContent({ item, onProgress }: { item: Item; onProgress: (progress: Progress) => void }) {
  const t = useT()
  const office = kindOf(item.type ?? '') === 'office'
  const [state, setState] = useState<State>({ is: 'opening' })
  const [attempt, setAttempt] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt opens it anew
  useEffect(() => {
    let over = false
    const { document, close } = openPdf(office ? previewUrl(item.id, 'pages') : contentUrl(item.id))
    document
      .then(async (opened) => {
        const first = await opened.getPage(1)
        if (over) return
        setState({ is: 'open', document: opened, first })
        onProgress('drawing')
      })
      .catch((error) => {
        if (over) return
        setState({ is: 'failed', error })
        onProgress('done')
      })
    return () => {
      over = true
      close()
    }
  }, [item.id, office, attempt, onProgress])

  function retry(): void {
    setState({ is: 'opening' })
    onProgress('opening')
    setAttempt(attempt + 1)
  }

  if (state.is === 'opening') return null
  if (state.is === 'failed') {
    const why = office ? 'error_no_preview' : whyNotOpened(state.error)
    return (
      <Unshowable
        item={item}
        why={t(why)}
        {...((office || why === 'viewer_pdf_failed') && { onRetry: retry })}
      />
    )
  }
  return (
    <Pages
      item={item}
      document={state.document}
      first={state.first}
      onFirstDrawn={() => onProgress('done')}
    />
  )
}

function Pages({
  item,
  document,
  first,
  onFirstDrawn,
}: {
  item: Item
  document: PDFDocumentProxy
  first: PDFPageProxy
  onFirstDrawn: () => void
}) {
  const t = useT()
  const format = useFormat()
  const scroller = useRef<HTMLElement>(null)
  const zoom = useZoom(scroller, { least: 0.5, most: 5 })
  const size = first.getViewport({ scale: 1 })
  const room = useRoom(scroller)
  const { near, current } = usePagesInView(scroller, document.numPages)
  // One function for all renders: a page is asked for anew whenever this changes.
  const resize = useCallback((change: () => void) => {
    if (scroller.current) keepPlace(scroller.current, change)
  }, [])

  function goTo(page: number): void {
    scroller.current?.querySelector(`[data-page="${page}"]`)?.scrollIntoView()
  }

  return (
    <>
      <Scroller view={scroller} name={item.name} className={css.scroller}>
        <div className={pdf.pages}>
          {Array.from({ length: document.numPages }, (_, index) => index + 1).map((number) => (
            <PdfPage
              key={number}
              number={number}
              document={document}
              near={near.has(number)}
              room={room}
              zoom={zoom.zoom}
              likely={size}
              onResize={resize}
              onGoTo={goTo}
              {...(number === 1 && { before: <FirstPage item={item} />, onDrawn: onFirstDrawn })}
            />
          ))}
        </div>
      </Scroller>
      <ZoomBar zoom={zoom}>
        <p className={pdf.count}>
          <span aria-hidden="true">
            {format.number(current)} / {format.number(document.numPages)}
          </span>
          <span className="visually-hidden">
            {t('viewer_pdf_page_of', { page: current, pages: document.numPages })}
          </span>
        </p>
      </ZoomBar>
    </>
  )
}

/** The pixels that a page may take from side to side, kept at `--room` too; 0 before they are known. */
function useRoom(scroller: { readonly current: HTMLElement | null }): number {
  const [room, setRoom] = useState(0)
  useEffect(() => {
    const view = scroller.current
    if (!view) return
    const measure = () => {
      const { paddingLeft, paddingRight } = getComputedStyle(view)
      const next = view.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)
      keepPlace(view, () => view.style.setProperty('--room', String(next)))
      setRoom(next)
    }
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(view)
    return () => watch.disconnect()
  }, [scroller])
  return room
}

/** The pages within a screen of what is seen, and the one in the middle of it. */
function usePagesInView(scroller: { readonly current: HTMLElement | null }, count: number) {
  const [near, setNear] = useState<ReadonlySet<number>>(new Set())
  const [current, setCurrent] = useState(1)
  useEffect(() => {
    const view = scroller.current
    if (!view) return
    const pages = [...view.querySelectorAll<HTMLElement>('[data-page]')].slice(0, count)
    const watch = new IntersectionObserver(
      (entries) =>
        setNear((before) => {
          const after = new Set(before)
          for (const { target, isIntersecting } of entries) {
            const number = Number((target as HTMLElement).dataset.page)
            if (isIntersecting) after.add(number)
            else after.delete(number)
          }
          return after
        }),
      { root: view, rootMargin: '100% 0px' },
    )
    for (const page of pages) watch.observe(page)
    function findCurrent(): void {
      const middle = (view?.scrollTop ?? 0) + (view?.clientHeight ?? 0) / 2
      const after = pages.findIndex((page) => page.offsetTop > middle)
      setCurrent(after === -1 ? pages.length : Math.max(1, after))
    }
    view.addEventListener('scroll', findCurrent, { passive: true })
    return () => {
      watch.disconnect()
      view.removeEventListener('scroll', findCurrent)
    }
  }, [scroller, count])
  return { near, current }
}
