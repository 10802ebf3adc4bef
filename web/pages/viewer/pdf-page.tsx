import { type PDFDocumentProxy, type PDFPageProxy, TextLayer } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useT } from '../../i18n.ts'
import pdf from './pdf.module.css'
import { PdfLinks } from './pdf-links.tsx'

/** Phones refuse larger canvases, and then show none. */
const MOST_PIXELS = 16_000_000

/** Pixels to a point on paper of its real size: pages are never shown larger at first. */
const REAL = 96 / 72

/** One page: drawn while it is near what is seen, an empty sheet of its size otherwise. */
export function PdfPage({
  document,
  number,
  near,
  room,
  zoom,
  likely,
  onResize,
  onGoTo,
  before,
  onDrawn,
}: {
  document: PDFDocumentProxy
  number: number
  near: boolean
  /** The width in which it fits before it is zoomed; 0 until that is known. */
  room: number
  zoom: number
  /** The size in points to stand in for its own, until that is known. */
  likely: { width: number; height: number }
  /** Does a change of its size, in view of what is read. */
  onResize: (change: () => void) => void
  onGoTo: (page: number) => void
  /** Stands on the sheet until it is drawn for the first time, or was left before. */
  before?: ReactNode
  onDrawn?: () => void
}) {
  const t = useT()
  const [page, setPage] = useState<PDFPageProxy | null>(null)
  const [drawn, setDrawn] = useState(false)

  useEffect(() => {
    if (!near) return
    let over = false
    document.getPage(number).then(
      (found) => {
        if (!over) onResize(() => flushSync(() => setPage(found)))
      },
      () => {
        // A page that can't be read stays an empty sheet; the others are shown.
      },
    )
    return () => {
      over = true
    }
  }, [document, number, near, onResize])

  useEffect(() => {
    if (drawn) onDrawn?.()
  }, [drawn, onDrawn])

  const { width, height } = page?.getViewport({ scale: 1 }) ?? likely
  const fit = Math.min(REAL, room / width)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a page of a document is no set of fields
    <div
      role="group"
      aria-label={t('viewer_pdf_page', { page: number })}
      data-page={number}
      className={pdf.page}
      style={{ '--page-width': width, '--page-height': height } as React.CSSProperties}
    >
      {page && near && room > 0 && (
        <>
          <Drawing page={page} scale={fit * zoom} onDrawn={setDrawn} />
          <Words page={page} />
          <PdfLinks document={document} page={page} onGoTo={onGoTo} />
        </>
      )}
      {!drawn && before}
    </div>
  )
}

function Drawing({
  page,
  scale: wished,
  onDrawn,
}: {
  page: PDFPageProxy
  scale: number
  onDrawn: (drawn: true) => void
}) {
  const scale = useSettled(wished)
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const canvas = document.createElement('canvas')
    const { width, height } = page.getViewport({ scale })
    const density = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / (width * height)))
    const viewport = page.getViewport({ scale: scale * density })
    canvas.width = Math.floor(viewport.width)
    canvas.height = Math.floor(viewport.height)
    const task = page.render({ canvas, viewport })
    // The drawing of another size stays until this one is done.
    if (!holder.current?.firstChild) holder.current?.append(canvas)
    task.promise
      .then(
        () => holder.current?.replaceChildren(canvas),
        () => {
          // Cancelled, or a page that can't be drawn: its words may still be read.
        },
      )
      .then(() => onDrawn(true))
    return () => task.cancel()
  }, [page, scale, onDrawn])
  return <div ref={holder} className={pdf.drawing} aria-hidden="true" />
}

/** A number once it has stopped changing: drawing at each step of a pinch would be in vain. */
function useSettled(value: number): number {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 200)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}

/** The words of a page, unseen above its drawing: to be selected, found and read aloud. */
function Words({ page }: { page: PDFPageProxy }) {
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const container = holder.current
    if (!container) return
    const layer = new TextLayer({
      textContentSource: page.streamTextContent({ disableNormalization: true }),
      container,
      viewport: page.getViewport({ scale: 1 }),
    })
    layer.render().catch(() => {
      // Cancelled, or without words.
    })
    return () => {
      layer.cancel()
      container.replaceChildren()
    }
  }, [page])
  return <div ref={holder} className={pdf.words} />
}
