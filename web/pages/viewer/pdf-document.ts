// The build for older browsers: the other one needs what phones of last year don't have.
import {
  GlobalWorkerOptions,
  getDocument,
  type PDFDocumentProxy,
  VerbosityLevel,
  version,
} from 'pdfjs-dist/legacy/build/pdf.mjs'
import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'
import type { MessageKey } from '../../i18n.ts'

GlobalWorkerOptions.workerSrc = workerUrl

/** Files that pdf.js asks for by name; vite.config.ts puts them there. */
const BESIDE = `/assets/pdf-${version}`

/** Opens the PDF at an address of ours, in a worker of its own; only the parts that are looked at are fetched. */
export function openPdf(address: string): { document: Promise<PDFDocumentProxy>; close: () => void } {
  const task = getDocument({
    url: new URL(address, location.origin).href,
    cMapUrl: `${BESIDE}/cmaps/`,
    standardFontDataUrl: `${BESIDE}/standard_fonts/`,
    wasmUrl: `${BESIDE}/wasm/`,
    // Our content security policy lets no WebAssembly be compiled; pdf.js has the same decoders in JavaScript.
    useWasm: false,
    disableAutoFetch: true,
    disableStream: true,
    rangeChunkSize: 2 ** 18,
    verbosity: VerbosityLevel.ERRORS,
  })
  return { document: task.promise, close: () => void task.destroy() }
}

/** Why a PDF could not be opened. */
export function whyNotOpened(error: unknown): MessageKey {
  const name = error instanceof Error ? error.name : ''
  if (name === 'PasswordException') return 'viewer_pdf_password'
  return name === 'InvalidPDFException' ? 'viewer_pdf_broken' : 'viewer_pdf_failed'
}
