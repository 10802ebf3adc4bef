import { type SyntheticEvent, useEffect, useRef, useState } from 'react'
import type { Item } from '../../../core/api/shapes.ts'
import { Problem } from '../../../core/errors.ts'
import { errorSentence, request } from '../../api.ts'
import { previewUrl } from '../../bytes.ts'
import { useT } from '../../i18n.ts'
import { cx } from '../../parts/class-names.ts'
import { Placeholder } from '../../parts/placeholder.tsx'
import css from './content.module.css'
import { useDrag } from './drag.ts'
import { Scroller } from './scroller.tsx'
import { Unshowable } from './unshowable.tsx'
import { Waiting } from './waiting.tsx'
import { useZoom } from './zoom.ts'
import { ZoomBar } from './zoom-bar.tsx'

const DOUBLE = 2.5

/** How often a server that is busy making pictures is asked again, and after how long. */
const TRIES = 5
const PATIENCE_MS = 1500

/** A picture, its thumbnail first. */
export function ImageContent({ item }: { item: Item }) {
  const t = useT()
  const [tries, setTries] = useState(0)
  const [failed, setFailed] = useState<{ why: string; forGood: boolean } | null>(null)
  const [refused, setRefused] = useState(false)

  useEffect(() => {
    if (!refused) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const asking = new AbortController()
    // The browser does not tell of an image why it was refused.
    request(previewUrl(item.id, 'view'), { signal: asking.signal })
      .then(
        () => null,
        (error: unknown) => error,
      )
      .then((error) => {
        if (asking.signal.aborted) return
        const busy = error === null || (error instanceof Problem && error.code === 'unavailable')
        if (!busy || tries >= TRIES) {
          const forGood = error instanceof Problem && error.code === 'no_preview'
          return setFailed({ why: error ? errorSentence(error) : t('viewer_image_failed'), forGood })
        }
        timer = setTimeout(() => {
          setRefused(false)
          setTries(tries + 1)
        }, PATIENCE_MS)
      })
    return () => {
      asking.abort()
      clearTimeout(timer)
    }
  }, [refused, tries, item.id, t])

  function retry(): void {
    setFailed(null)
    setRefused(false)
    setTries(0)
  }

  if (failed) return <Unshowable item={item} why={failed.why} {...(!failed.forGood && { onRetry: retry })} />
  return <Picture key={tries} item={item} onRefused={() => setRefused(true)} />
}

/** In pixels; not `sure` while it is that of the thumbnail. */
type Natural = { width: number; height: number; sure: boolean }

/** Fits the stage; zoomed, it is moved about by scrolling or dragging. */
function Picture({ item, onRefused }: { item: Item; onRefused: () => void }) {
  const scroller = useRef<HTMLElement>(null)
  const zoom = useZoom(scroller, { least: 1, most: 8 })
  const drag = useDrag(scroller)
  const { picture } = item
  const [natural, setNatural] = useState<Natural | null>(picture && { ...picture, sure: true })
  const [shown, setShown] = useState(false)
  useFit(scroller, natural)

  function measure(
    { currentTarget: { naturalWidth: width, naturalHeight: height } }: SyntheticEvent<HTMLImageElement>,
    sure: boolean,
  ) {
    setNatural((before) => (before?.sure ? before : { width, height, sure }))
    if (sure) setShown(true)
  }

  return (
    <>
      <Scroller
        view={scroller}
        name={item.name}
        className={css.scroller}
        onDoubleClick={({ clientX: x, clientY: y }) => zoom.zoomTo(zoom.zoom > 1 ? 1 : DOUBLE, { x, y })}
        {...drag}
      >
        <div className={cx(css.picture, !natural && css.unknown)}>
          {!shown && picture && <Placeholder hash={picture.hash} />}
          {!shown && (
            <img
              src={previewUrl(item.id, 'thumb')}
              alt=""
              className={css.thumb}
              onLoad={(event) => measure(event, false)}
            />
          )}
          <img
            src={previewUrl(item.id, 'view')}
            alt={item.name}
            draggable={false}
            className={cx(css.view, shown && css.shown)}
            onLoad={(event) => measure(event, true)}
            onError={onRefused}
          />
        </div>
      </Scroller>
      {!natural && <Waiting />}
      {natural && <ZoomBar zoom={zoom} />}
    </>
  )
}

/** Keeps `--width` and `--height` of a scroller at the size in which a picture fits it, never above its own. */
function useFit(scroller: { readonly current: HTMLElement | null }, natural: Natural | null): void {
  useEffect(() => {
    const view = scroller.current
    if (!view || !natural) return
    const fit = () => {
      const style = getComputedStyle(view)
      const width = view.clientWidth - Number.parseFloat(style.paddingLeft) * 2
      const height = view.clientHeight - Number.parseFloat(style.paddingTop) * 2
      // A thumbnail stands for something larger than itself.
      const most = natural.sure ? 1 : Number.POSITIVE_INFINITY
      const scale = Math.min(width / natural.width, height / natural.height, most)
      view.style.setProperty('--width', `${natural.width * scale}px`)
      view.style.setProperty('--height', `${natural.height * scale}px`)
    }
    fit()
    const watch = new ResizeObserver(fit)
    watch.observe(view)
    return () => watch.disconnect()
  }, [scroller, natural])
}
