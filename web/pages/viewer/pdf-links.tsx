import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { useEffect, useState } from 'react'
import { useT } from '../../i18n.ts'
import pdf from './pdf.module.css'

interface LinkAnnotation {
  id: string
  subtype: string
  rect: number[]
  /** Only such as pdf.js holds for safe: http, https, ftp, mailto, tel. */
  url?: string
  dest?: string | unknown[]
}

/** The links of a page, over its drawing. Those to other places open beside, and don't say where one comes from. */
export function PdfLinks({
  document,
  page,
  onGoTo,
}: {
  document: PDFDocumentProxy
  page: PDFPageProxy
  onGoTo: (page: number) => void
}) {
  const t = useT()
  const [links, setLinks] = useState<LinkAnnotation[]>([])
  useEffect(() => {
    let over = false
    page.getAnnotations().then(
      (all: LinkAnnotation[]) => {
        if (!over) setLinks(all.filter(({ subtype, url, dest }) => subtype === 'Link' && (url || dest)))
      },
      () => {
        // No links, then.
      },
    )
    return () => {
      over = true
    }
  }, [page])

  async function follow(dest: string | unknown[]): Promise<void> {
    const [target] = (typeof dest === 'string' ? await document.getDestination(dest) : dest) ?? []
    if (typeof target === 'number') onGoTo(target + 1)
    else if (target) onGoTo((await document.getPageIndex(target as { num: number; gen: number })) + 1)
  }

  const viewport = page.getViewport({ scale: 1 })
  return links.map(({ id, rect, url, dest }) => {
    const [left = 0, bottom = 0, right = 0, top = 0] = rect
    const [x1 = 0, y1 = 0]: number[] = viewport.convertToViewportPoint(left, bottom)
    const [x2 = 0, y2 = 0]: number[] = viewport.convertToViewportPoint(right, top)
    const style = {
      left: `${(100 * Math.min(x1, x2)) / viewport.width}%`,
      top: `${(100 * Math.min(y1, y2)) / viewport.height}%`,
      width: `${(100 * Math.abs(x2 - x1)) / viewport.width}%`,
      height: `${(100 * Math.abs(y2 - y1)) / viewport.height}%`,
    }
    if (url) {
      return (
        // biome-ignore lint/a11y/useAnchorContent: its words are below it, in the drawing
        <a
          key={id}
          href={url}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={url}
          title={url}
          className={pdf.link}
          style={style}
        />
      )
    }
    return (
      <button
        key={id}
        type="button"
        aria-label={t('viewer_pdf_link')}
        className={pdf.link}
        style={style}
        onClick={() => {
          if (dest) follow(dest).catch(() => undefined)
        }}
      />
    )
  })
}
