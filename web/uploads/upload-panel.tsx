import { ChevronDown, ChevronUp, Pause, Play, X } from 'lucide-react'
import { type FocusEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { Problem } from '../../core/errors.ts'
import { type Translate, useT } from '../i18n.ts'
import { Button, IconButton } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Progress } from '../parts/states.tsx'
import { toast } from '../parts/toasts.tsx'
import { useSession, useSessionEnded } from '../session.ts'
import { cancelUploads } from './cancelling.ts'
import { type Upload, useUploads } from './queue.ts'
import { onArrival } from './sending.ts'
import { SignOutDialog } from './sign-out-dialog.tsx'
import css from './upload-panel.module.css'
import { UploadRow } from './upload-row.tsx'
import { pauseUpload, resumeUpload, resumeUploads } from './uploads.ts'

/** More than anyone reads; the rest is counted. */
const MOST_ROWS = 60
const BUNCH = 30

interface PanelProps {
  /** Files have levels here: from a file just added, a step leads to the choice of its own. */
  levels?: boolean
}

/** What is under way, on every page, and what is asked about it. */
export function UploadPanel(props: PanelProps) {
  return (
    <>
      <Panel {...props} />
      <SignOutDialog />
    </>
  )
}

/** How far all is, at the bottom of the screen while anything is under way; each file with its controls when opened. */
function Panel({ levels = false }: PanelProps) {
  const t = useT()
  const uploads = useUploads()
  const [open, setOpen] = useState(false)
  useResumed()
  useArrivals(levels)
  const panel = useRef<HTMLElement>(null)
  const focusKept = useFocusKept(panel)

  const troubled = uploads.filter(({ state }) => state === 'failed' || state === 'missing').length
  useEffect(() => {
    if (troubled > 0) setOpen(true)
  }, [troubled])
  if (uploads.length === 0) return null

  const done = uploads.filter(({ state }) => state === 'done').length
  const bytes = uploads.reduce((sum, { size }) => sum + size, 0)
  const sent = uploads.reduce((sum, upload) => sum + Math.min(upload.sent, upload.size), 0)
  const left = uploads.filter(({ state }) => state !== 'done')
  // Those that are done stay where they are, lest the others move under the finger; of very many, they go in bunches.
  const cleared = uploads.length > MOST_ROWS ? done - (done % BUNCH) : 0
  const rows = uploads.filter(({ state }, index) => state !== 'done' || index >= cleared)
  const share = bytes > 0 ? sent / bytes : 0
  const moving = left.filter(isMoving)
  const paused = left.filter(({ state }) => state === 'paused')
  const progress =
    moving.length === 0 && paused.length > 0
      ? 'upload_paused_of'
      : isCutOff(moving)
        ? 'upload_unreachable_of'
        : 'upload_progress'
  const title =
    moving.length === 0 && troubled > 0
      ? t('upload_troubled', { count: troubled })
      : t(progress, { done, all: uploads.length, percent: share })

  return (
    <section ref={panel} aria-label={t('upload_uploads')} className={css.panel} {...focusKept}>
      <header className={css.head}>
        <button type="button" aria-expanded={open} className={css.title} onClick={() => setOpen(!open)}>
          <span>{title}</span>
        </button>
        <IconButton
          icon={open ? ChevronDown : ChevronUp}
          label={t(open ? 'upload_hide' : 'upload_show')}
          onClick={() => setOpen(!open)}
        />
      </header>
      <Progress value={share} label={t('upload_uploads')} />
      {open && (
        <ul className={css.rows}>
          {rows.slice(0, MOST_ROWS).map((upload) => (
            <UploadRow key={upload.id} upload={upload} />
          ))}
          {rows.length > MOST_ROWS && (
            <li className={css.rest}>{t('names_others', { count: rows.length - MOST_ROWS })}</li>
          )}
        </ul>
      )}
      {open && left.length > 1 && (
        <footer className={css.foot}>
          {moving.length + paused.length > 0 && (
            <Button
              look="quiet"
              icon={moving.length > 0 ? Pause : Play}
              onClick={() => {
                for (const { id } of moving) pauseUpload(id)
                if (moving.length === 0) for (const { id } of paused) resumeUpload(id)
              }}
            >
              {t(moving.length > 0 ? 'upload_pause_all' : 'upload_resume_all')}
            </Button>
          )}
          <CancelAll uploads={left} />
        </footer>
      )}
      <p role="status" className="visually-hidden">
        {troubled > 0 && t('upload_troubled', { count: troubled })}
      </p>
    </section>
  )
}

/** Asks first: it is a press away from what all the others only pause or hide. */
function CancelAll({ uploads }: { uploads: readonly Upload[] }) {
  const t = useT()
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button look="quiet" icon={X} aria-haspopup="dialog" onClick={() => setAsking(true)}>
        {t('upload_cancel_all')}
      </Button>
      {asking && (
        <Dialog
          title={t('upload_cancel_title', { count: uploads.length })}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{t('upload_go_on')}</Button>
              <Button look="danger" onClick={() => cancelUploads(uploads)}>
                {t('upload_cancel_all')}
              </Button>
            </>
          }
        >
          <p>{t('upload_cancel_lead')}</p>
        </Dialog>
      )}
    </>
  )
}

/** Rows and buttons go as uploads end: the focus stays in the panel then, or goes to the page once that has gone too. */
function useFocusKept(panel: RefObject<HTMLElement | null>) {
  const had = useRef<Element | null>(null)
  useEffect(() => {
    if (!had.current || had.current.isConnected) return
    const next = panel.current?.querySelector('button') ?? document.getElementById('main')
    if (document.activeElement === document.body) next?.focus({ preventScroll: true })
    else had.current = document.activeElement
  })
  return {
    onFocus: ({ target }: FocusEvent) => {
      had.current = target
    },
    onBlur: () => {
      had.current = null
    },
  }
}

function isMoving({ state }: Upload): boolean {
  return state === 'waiting' || state === 'sending' || state === 'unreachable'
}

/** Whether nothing can be sent now, for want of a connection. */
function isCutOff(moving: readonly Upload[]): boolean {
  const without = ({ state, problem }: Upload) => state === 'unreachable' && !(problem instanceof Problem)
  return moving.some(without) && !moving.some(({ state }) => state === 'sending')
}

/** Goes on with what was left, as soon as it is known who is here, and again after signing in anew. */
function useResumed(): void {
  const session = useSession()
  const ended = useSessionEnded()
  // On the way out there is nobody, and the panel may be drawn once more.
  const me = session.state === 'in' ? session.me : null
  const [personId, as] = [me?.person.id, me?.hat?.id]
  useEffect(() => {
    if (!ended && personId && as) void resumeUploads({ personId, as })
  }, [ended, personId, as])
}

function useArrivals(levels: boolean): void {
  const t = useT()
  const [, navigate] = useLocation()
  useEffect(
    () =>
      onArrival(({ added, page }) => {
        const [first] = added
        if (!first) return
        const inPlace = added.filter(({ strayed }) => !strayed)
        const strayed = added.filter(({ strayed }) => strayed)
        const text = [wordsFor('upload_added', inPlace, t), wordsFor('upload_strayed', strayed, t)]
        const run = () => {
          const [path, query = ''] = page.split('?')
          const params = new URLSearchParams(first.strayed ? '' : query)
          params.set('item', first.itemId)
          params.set('level', '1')
          navigate(`${path}?${params}`)
        }
        toast({
          text: text.filter(Boolean).join(' '),
          ...(levels && added.length === 1 && { action: { label: t('upload_change_level'), run } }),
        })
      }),
    [t, navigate, levels],
  )
}

function wordsFor(
  key: 'upload_added' | 'upload_strayed',
  files: readonly { name: string }[],
  t: Translate,
): string | null {
  const [first] = files
  if (!first) return null
  return files.length === 1 ? t(`${key}_named`, { name: first.name }) : t(key, { count: files.length })
}
