import { CircleAlert, X } from 'lucide-react'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { Problem } from '../../core/errors.ts'
import { errorSentence } from '../api.ts'
import { t, useT } from '../i18n.ts'
import { IconButton } from './button.tsx'
import { cx } from './class-names.ts'
import { Icon } from './icon.tsx'
import css from './toasts.module.css'

interface Toast {
  text: string
  /** Something to do about it; doing it takes the toast away. */
  action?: { label: string; run: () => void }
  /** Until when the action can be taken, such as an undo: counts the seconds down, then goes. */
  until?: Date
  /** An error stays until it is dismissed. */
  tone?: 'plain' | 'error'
}

const RESTING = 6000
let toasts: readonly (Toast & { id: number })[] = []
let lastId = 0
const listeners = new Set<() => void>()

function show(next: typeof toasts): void {
  toasts = next
  for (const changed of listeners) changed()
}

function dismiss(id: number): void {
  show(toasts.filter((toast) => toast.id !== id))
}

/** Says something at the bottom of the screen; returns the way to take it back. At most three are shown. */
export function toast(what: Toast): () => void {
  const id = ++lastId
  show([...toasts.slice(-2), { ...what, id }])
  return () => dismiss(id)
}

/** Says why something did not happen; a tab that acts as somebody else by now can be loaded again. */
export function toastError(error: unknown): void {
  // The dialog to sign in again says it already.
  if (error instanceof Problem && error.code === 'not_signed_in') return
  const reload = { label: t('reload'), run: () => location.reload() }
  const stale = error instanceof Problem && error.code === 'stale_tab'
  toast({ tone: 'error', text: errorSentence(error), ...(stale && { action: reload }) })
}

/** Waits for something begun by a press, and says what went wrong if it fails. */
export function attempt(doing: Promise<unknown>): void {
  doing.catch(toastError)
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

function secondsUntil(time: Date): number {
  return Math.max(0, Math.ceil((time.getTime() - Date.now()) / 1000))
}

function Countdown({ until, onEnd }: { until: Date; onEnd: () => void }) {
  const [left, setLeft] = useState(() => secondsUntil(until))
  useEffect(() => {
    const timer = setInterval(() => {
      const seconds = secondsUntil(until)
      setLeft(seconds)
      if (seconds === 0) onEnd()
    }, 250)
    return () => clearInterval(timer)
  }, [until, onEnd])
  // Spoken once a second it would drown everything else.
  return (
    <span className={cx(css.count, 'tabular')} aria-hidden="true">
      {left}
    </span>
  )
}

function Pill({ item, held }: { item: Toast & { id: number }; held: boolean }) {
  const t = useT()
  const { id, text, action, until, tone } = item
  const [end] = useState(() => () => dismiss(id))
  const error = tone === 'error'
  useEffect(() => {
    if (error || until || held) return
    const timer = setTimeout(end, RESTING)
    return () => clearTimeout(timer)
  }, [error, until, held, end])
  return (
    <div className={cx(css.pill, error && css.error)}>
      {error && <Icon of={CircleAlert} className={css.sign} />}
      <span className={css.text}>{text}</span>
      <span className={css.end}>
        {action && (
          <button
            type="button"
            className={css.action}
            onClick={() => {
              end()
              action.run()
            }}
          >
            {action.label}
          </button>
        )}
        {until && <Countdown until={until} onEnd={end} />}
        {error && <IconButton icon={X} label={t('dismiss')} className={css.dismiss} onClick={end} />}
      </span>
    </div>
  )
}

/** Where toasts stand, mounted once. They wait while one points at them or is among them. */
export function Toasts() {
  const t = useT()
  const shown = useSyncExternalStore(subscribe, () => toasts)
  const [held, setHeld] = useState(false)
  return (
    <section
      aria-label={t('notifications')}
      data-react-aria-top-layer="true"
      className={css.region}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <div role="status" aria-relevant="additions" className={css.list}>
        {shown.map((item) => (
          <Pill key={item.id} item={item} held={held} />
        ))}
      </div>
    </section>
  )
}
