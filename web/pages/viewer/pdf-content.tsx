import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { useEffect, useRef, useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { kindOf } from '../../../core/kinds.ts'
import { contentUrl, previewUrl } from '../../bytes.ts'
import { useFormat, useT } from '../../i18n.ts'
import css from './content.module.css'
import pdf from './pdf.module.css'
import { openPdf, whyNotOpened } from './pdf-document.ts'
import { PdfPage } from './pdf-page.tsx'
import { Scroller } from './scroller.tsx'
import { Unshowable } from './unshowable.tsx'
import { Waiting } from './waiting.tsx'
import { useZoom } from './zoom.ts'
import { ZoomBar } from './zoom-bar.tsx'

/** Pixels to a point on paper of its real size: pages are never shown larger at first. */
const REAL = 96 / 72

type State =
  | { is: 'opening' }
  | { is: 'failed'; error: unknown }
  | { is: 'open'; document: PDFDocumentProxy; first: PDFPageProxy }

/** A PDF, or the pages of an office file, one below the other and as wide as there is room. */
export function PdfContent({ item }: { item: Item }) {
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
        if (!over) setState({ is: 'open', document: opened, first })
      })
      .catch((error) => {
        if (!over) setState({ is: 'failed', error })
      })
    return () => {
      over = true
      close()
    }
  }, [item.id, office, attempt])

  function retry(): void {
    setState({ is: 'opening' })
    setAttempt(attempt + 1)
  }

  if (state.is === 'opening') return <Waiting />
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
  return <Pages name={item.name} document={state.document} first={state.first} />
}

function Pages({ name, document, first }: { name: string; document: PDFDocumentProxy; first: PDFPageProxy }) {
  const t = useT()
  const format = useFormat()
  const scroller = useRef<HTMLElement>(null)
  const zoom = useZoom(scroller, { least: 0.5, most: 5 })
  const size = first.getViewport({ scale: 1 })
  const fit = useFitWidth(scroller, size.width)
  const scale = useSettled(fit * zoom.zoom)
  const { near, current } = usePagesInView(scroller, document.numPages)

  function goTo(page: number): void {
    scroller.current?.querySelector(`[data-page="${page}"]`)?.scrollIntoView()
  }

  return (
    <>
      <Scroller view={scroller} name={name} className={css.scroller}>
        <div className={pdf.pages}>
          {Array.from({ length: document.numPages }, (_, index) => index + 1).map((number) => (
            <PdfPage
              key={number}
              number={number}
              document={document}
              near={near.has(number)}
              scale={scale}
              likely={size}
              onGoTo={goTo}
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

/** Keeps `--fit` at the pixels to a point with which a page of this width fits; 0 before it is known. */
function useFitWidth(scroller: { readonly current: HTMLElement | null }, width: number): number {
  const [fit, setFit] = useState(0)
  useEffect(() => {
    const view = scroller.current
    if (!view) return
    const measure = () => {
      const { paddingLeft, paddingRight } = getComputedStyle(view)
      const room = view.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)
      const next = Math.min(REAL, room / width)
      view.style.setProperty('--fit', String(next))
      setFit(next)
    }
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(view)
    return () => watch.disconnect()
  }, [scroller, width])
  return fit
}

/** A number once it has stopped changing: drawing at each step of a pinch would be in vain. */
function useSettled(value: number): number {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    if (settled === 0) setSettled(value)
    const timer = setTimeout(() => setSettled(value), 200)
    return () => clearTimeout(timer)
  }, [value, settled])
  return settled
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
