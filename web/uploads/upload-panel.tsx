import { ChevronDown, ChevronUp, Pause, Play, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { type Translate, useT } from '../i18n.ts'
import { IconButton } from '../parts/button.tsx'
import { Progress } from '../parts/states.tsx'
import { toast } from '../parts/toasts.tsx'
import { useSession, useSessionEnded } from '../session.ts'
import { type Upload, useUploads } from './queue.ts'
import { onArrival } from './sending.ts'
import css from './upload-panel.module.css'
import { UploadRow } from './upload-row.tsx'
import { cancelUpload, pauseUpload, resumeUpload, resumeUploads } from './uploads.ts'

/** More than anyone reads; the rest is counted. */
const MOST_ROWS = 60

/** How far all is, at the bottom of the screen while anything is under way; each file with its controls when opened. */
export function UploadPanel({
  levels = false,
}: {
  /** Files have levels here: from a file just added, a step leads to the choice of its own. */
  levels?: boolean
}) {
  const t = useT()
  const uploads = useUploads()
  const [open, setOpen] = useState(false)
  useResumed()
  useArrivals(levels)

  const troubled = uploads.filter(({ state }) => state === 'failed' || state === 'missing').length
  useEffect(() => {
    if (troubled > 0) setOpen(true)
  }, [troubled])
  if (uploads.length === 0) return null

  const done = uploads.filter(({ state }) => state === 'done').length
  const bytes = uploads.reduce((sum, { size }) => sum + size, 0)
  const sent = uploads.reduce((sum, upload) => sum + Math.min(upload.sent, upload.size), 0)
  const rows = uploads.filter(({ state }) => state !== 'done')
  const share = bytes > 0 ? sent / bytes : 0
  const moving = rows.filter(isMoving)
  const paused = rows.filter(({ state }) => state === 'paused')
  const title =
    moving.length === 0 && troubled > 0
      ? t('upload_troubled', { count: troubled })
      : t(moving.length === 0 && paused.length > 0 ? 'upload_paused_of' : 'upload_progress', {
          done,
          all: uploads.length,
          percent: share,
        })

  return (
    <section aria-label={t('upload_uploads')} className={css.panel} data-open={open || undefined}>
      <header className={css.head}>
        <button type="button" aria-expanded={open} className={css.title} onClick={() => setOpen(!open)}>
          <span>{title}</span>
        </button>
        {open && moving.length > 0 && (
          <IconButton
            icon={Pause}
            label={t('upload_pause_all')}
            onClick={() => {
              for (const { id } of moving) pauseUpload(id)
            }}
          />
        )}
        {open && moving.length === 0 && paused.length > 0 && (
          <IconButton
            icon={Play}
            label={t('upload_resume_all')}
            onClick={() => {
              for (const { id } of paused) resumeUpload(id)
            }}
          />
        )}
        {open && (
          <IconButton
            icon={X}
            label={t('upload_cancel_all')}
            onClick={() => {
              for (const { id } of rows) cancelUpload(id)
            }}
          />
        )}
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
      <p role="status" className="visually-hidden">
        {troubled > 0 && t('upload_troubled', { count: troubled })}
      </p>
    </section>
  )
}

function isMoving({ state }: Upload): boolean {
  return state === 'waiting' || state === 'sending' || state === 'unreachable'
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
