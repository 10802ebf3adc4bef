import { useQuery } from '@tanstack/react-query'
import { ChevronLeft, ChevronRight, type LucideIcon, X } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { Problem } from '../../../core/errors.ts'
import { api } from '../../api.ts'
import { useFormat, useT } from '../../i18n.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { cx } from '../../parts/class-names.ts'
import { ErrorState } from '../../parts/states.tsx'
import { noteProgress } from '../files/listing.ts'
import { Content } from './content.tsx'
import { useKeys } from './keys.ts'
import { useModalLayer } from './modal-layer.ts'
import { useReading } from './reading.ts'
import { useSwipe } from './swipe.ts'
import css from './viewer.module.css'
import { Waiting } from './waiting.tsx'

/** How often it is asked whether a file was scanned meanwhile. */
const SCAN_MS = 3000

/** An item opened over the list it stands in. */
export interface Opened {
  itemId: string
  /** The list in its order, folders and all; without it there is nothing to step to. */
  items?: readonly Item[] | undefined
  /** Asks for more of the list, where it goes on: called near its end. */
  onMore?: (() => void) | undefined
  onStep: (itemId: string) => void
  onClose: () => void
}

/** A full-screen layer that shows an item, with the next and the previous one a key, a swipe or a press away. */
export function Viewer({
  itemId,
  items,
  onMore,
  onStep,
  onClose,
  detail,
  belongs = () => true,
  actions,
  foot,
}: Opened & {
  /** What stands beside the name. */
  detail: (item: Item) => string
  /** Whether the item is one that this list could hold, when its address was typed by hand. */
  belongs?: (item: Item) => boolean
  /** Buttons at the top. */
  actions: (item: Item) => ReactNode
  /** The bar at the bottom. */
  foot: (item: Item) => ReactNode
}) {
  const t = useT()
  const format = useFormat()
  const titleId = useId()
  const layer = useRef<HTMLDivElement>(null)
  useModalLayer(layer, itemId)

  const files = items?.filter(({ kind }) => kind === 'file') ?? []
  const at = files.findIndex(({ id }) => id === itemId)
  const previous = files[at - 1]?.id
  const next = at < 0 ? undefined : files[at + 1]?.id
  const swipe = useSwipe({
    onLeft: () => next && onStep(next),
    onRight: () => previous && onStep(previous),
  })
  const reading = useReading(itemId)
  useEffect(() => {
    if (at >= 0 && at >= files.length - 3) onMore?.()
  }, [at, files.length, onMore])

  const place = useRef<{ itemId: string; beside: (string | undefined)[] } | null>(null)
  useEffect(() => {
    if (at >= 0) place.current = { itemId, beside: [next, previous] }
    if (at >= 0 || place.current?.itemId !== itemId) return
    // It left the list, deleted or moved: on to what stood beside it.
    const left = place.current.beside.find((id) => files.some((file) => file.id === id))
    place.current = null
    if (left) onStep(left)
    else onClose()
  })

  const { data, error, refetch } = useQuery(
    api.files.readItem.queryOptions({
      input: { itemId },
      placeholderData: () => files[at],
      refetchInterval: ({ state }) => (state.data?.scan === 'waiting' ? SCAN_MS : false),
    }),
  )
  // The list may learn later than this.
  const listed = files[at]
  const isNews =
    data &&
    listed &&
    ((listed.scan === 'waiting' && data.scan !== 'waiting') ||
      (listed.preview === 'pending' && data.preview !== 'pending'))
  useEffect(() => {
    if (isNews) noteProgress([data])
  }, [isNews, data])

  const gone = error instanceof Problem && (error.status === 404 || error.status === 400)
  const elsewhere = data && (data.kind === 'folder' || !belongs(data))
  const item = gone || elsewhere ? undefined : data
  const failure = error ?? (elsewhere ? new Problem('not_found') : null)

  const [first] = useState(itemId)
  const [stepped, setStepped] = useState(false)
  if (itemId !== first && !stepped) setStepped(true)
  const position = at < 0 ? '' : t('viewer_position', { at: at + 1, of: files.length })

  useKeys(layer, [
    ['Escape', onClose],
    ['ArrowRight', () => next && onStep(next)],
    ['ArrowLeft', () => previous && onStep(previous)],
  ])

  return (
    <div
      ref={layer}
      role="dialog"
      aria-modal="true"
      aria-labelledby={titleId}
      tabIndex={-1}
      className={css.layer}
    >
      <header className={css.top}>
        <IconButton icon={ChevronLeft} label={t('viewer_back')} onClick={onClose} />
        <div className={css.title}>
          <h1 id={titleId} className={item ? undefined : 'visually-hidden'}>
            {item?.name ?? t(failure ? 'error_title' : 'loading')}
          </h1>
          {item && <p>{detail(item)}</p>}
        </div>
        {at >= 0 && (
          <p className={css.position}>
            <span aria-hidden="true">
              {format.number(at + 1)} / {format.number(files.length)}
            </span>
            <span className="visually-hidden">{position}</span>
          </p>
        )}
        {item && actions(item)}
        <IconButton icon={X} label={t('close')} className={css.close} onClick={onClose} />
      </header>
      <p role="status" className="visually-hidden">
        {stepped && item && `${item.name}, ${position}`}
      </p>
      <div className={css.stage} {...swipe} {...reading}>
        {item && <Content key={item.id} item={item} />}
        {!item && failure && (
          <ErrorState
            error={failure}
            {...(gone || elsewhere
              ? { action: <Button onClick={onClose}>{t('viewer_back')}</Button> }
              : { onRetry: () => void refetch() })}
          />
        )}
        {!item && !failure && <Waiting />}
        {(previous || next) && (
          <>
            <StepButton icon={ChevronLeft} label={t('viewer_previous')} to={previous} onStep={onStep} />
            <StepButton icon={ChevronRight} label={t('viewer_next')} to={next} onStep={onStep} />
          </>
        )}
      </div>
      {item && <footer className={css.foot}>{foot(item)}</footer>}
    </div>
  )
}

function StepButton({
  icon,
  label,
  to,
  onStep,
}: {
  icon: LucideIcon
  label: string
  /** Undefined at the end of the list: the button stays, so that it keeps the focus. */
  to: string | undefined
  onStep: (itemId: string) => void
}) {
  return (
    <IconButton
      icon={icon}
      label={label}
      look="outlined"
      aria-disabled={!to}
      className={cx(css.step, icon === ChevronLeft ? css.previous : css.next)}
      onClick={() => to && onStep(to)}
    />
  )
}
