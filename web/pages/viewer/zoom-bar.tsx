import { Minus, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useFormat, useT } from '../../i18n.ts'
import { IconButton } from '../../parts/button.tsx'
import type { useZoom } from './zoom.ts'
import css from './zoom-bar.module.css'

/** Buttons for those who don't pinch; `children` stand before them. */
export function ZoomBar({ zoom, children }: { zoom: ReturnType<typeof useZoom>; children?: ReactNode }) {
  const t = useT()
  const percent = new Intl.NumberFormat(useFormat().locale, { style: 'percent' }).format(zoom.zoom)
  return (
    <div role="toolbar" aria-label={t('viewer_zoom')} className={css.bar}>
      {children}
      <IconButton
        icon={Minus}
        label={t('viewer_zoom_out')}
        aria-disabled={!zoom.canGoFarther}
        onClick={zoom.farther}
      />
      <button
        type="button"
        className={css.level}
        aria-label={t('viewer_zoom_reset', { percent })}
        data-tooltip=""
        onClick={zoom.reset}
      >
        {percent}
      </button>
      <IconButton
        icon={Plus}
        label={t('viewer_zoom_in')}
        aria-disabled={!zoom.canGoNearer}
        onClick={zoom.nearer}
      />
    </div>
  )
}
